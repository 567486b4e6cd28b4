/** Locked names stay with what they stood for, whatever the order of the source. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalText } from "./canonical-bytes.ts";
import type { Contract, Operation } from "./contract.ts";
import { readLock, writeLock } from "./lock-file.ts";
import { applyLock, lockNames } from "./lock.ts";
import type { NamedType, Type } from "./types.ts";

function operation(id: string, element: string, of: string): Operation {
  return {
    id,
    mode: "unary",
    safety: "unsafe",
    input: { type: { kind: "ref", name: of }, headers: [] },
    output: { type: { kind: "ref", name: of }, headers: [] },
    faults: [],
    soap: {
      version: "1.1",
      versions: ["1.1"],
      action: "",
      style: "document",
      wrapped: true,
      use: "literal",
      input: { name: element, namespace: "urn:a" },
      output: undefined,
    },
  };
}

function type(name: string, namespace: string, extended?: string): NamedType {
  const of: Type = { kind: "record", fields: [], ...(extended && { extends: extended }) };
  return { name, xmlName: { name: "Address", namespace }, type: of };
}

function contract(types: readonly NamedType[], operations: readonly Operation[]): Contract {
  return {
    name: "shop",
    version: "1",
    dialect: "soap",
    namespace: "urn:a",
    types: new Map(types.map((one) => [one.name, one])),
    operations,
  };
}

/** Two types and two operations that share a name, numbered in their order. */
const before = contract(
  [type("Address", "urn:a"), type("Address2", "urn:b", "Address")],
  [operation("get", "getById", "Address"), operation("get2", "getByName", "Address2")],
);
/** The same from a source in the other order. */
const after = contract(
  [type("Address", "urn:b", "Address2"), type("Address2", "urn:a")],
  [operation("get", "getByName", "Address"), operation("get2", "getById", "Address2")],
);

test("a source in another order keeps its names, in references as well", () => {
  const { contract: found, changes } = applyLock(after, lockNames(before));
  assert.equal(canonicalText(found.types), canonicalText(before.types));
  const byId = (one: Contract) => one.operations.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  assert.equal(canonicalText(byId(found)), canonicalText(byId(before)));
  assert.deepEqual(
    changes.map(({ kind, of, name, was }) => [kind, of, name, was]),
    [
      ["kept", "operation", "get2", "get"],
      ["kept", "operation", "get", "get2"],
      ["kept", "type", "Address2", "Address"],
      ["kept", "type", "Address", "Address2"],
    ],
  );
});

test("under its own lock a contract keeps its names, without changes", () => {
  const locked = lockNames(before);
  const { contract: found, changes } = applyLock(before, locked);
  assert.deepEqual(lockNames(found, locked), locked);
  assert.deepEqual(changes, []);
});

test("what is new takes no name that is locked", () => {
  const locked = lockNames(contract([], [operation("get", "getById", "Address")]));
  const { contract: found, changes } = applyLock(after, locked);
  assert.deepEqual(
    found.operations.map(({ id, soap }) => [id, soap?.input?.name]),
    [
      ["get2", "getByName"],
      ["get", "getById"],
    ],
  );
  assert.ok(changes.some(({ kind, name }) => kind === "added" && name === "get2"));
});

test("what is gone, and a name that stands for something else, are told", () => {
  const one = contract([], [operation("get", "getById", "A"), operation("put", "put", "A")]);
  const other = contract([], [operation("get", "getByName", "A")]);
  const { contract: found, changes } = applyLock(other, lockNames(one));
  assert.equal(found.operations[0]?.id, "get");
  assert.deepEqual(
    changes.map(({ kind, name, was }) => [kind, name, was]),
    [
      ["replaced", "get", "{urn:a}getById"],
      ["gone", "put", "{urn:a}put"],
    ],
  );
  assert.equal(changes[0]?.now, "{urn:a}getByName");
});

test("a type without a name in its source may change its shape without a word", () => {
  const plain = (of: Type) => contract([{ name: "Pet", type: of }], []);
  const locked = lockNames(plain({ kind: "bool" }));
  assert.deepEqual(applyLock(plain({ kind: "uuid" }), locked).changes, []);
});

test("a shape takes no name from a type that keeps it", () => {
  const plain = (types: Record<string, Type>) =>
    contract(
      Object.entries(types).map(([name, of]) => ({ name, type: of })),
      [],
    );
  const [bool, uuid, uri] = (["bool", "uuid", "uri"] as const).map((kind): Type => ({ kind }));
  assert.ok(bool && uuid && uri);
  const locked = lockNames(plain({ Pet: bool, Toy: uuid }));
  const namesIn = (types: Record<string, Type>) =>
    Array.from(applyLock(plain(types), locked).contract.types, ([name, one]) => [
      name,
      one.type.kind,
    ]);
  assert.deepEqual(namesIn({ OldPet: bool, Pet: uri }), [
    ["OldPet", "bool"],
    ["Pet", "uri"],
  ]);
  // It would take the name of one that stays only because of another.
  assert.deepEqual(namesIn({ A: uuid, Toy: bool, Pet: uri }), [
    ["A", "uuid"],
    ["Toy", "bool"],
    ["Pet", "uri"],
  ]);
  assert.deepEqual(namesIn({ Toy: bool, Pet: uuid }), [
    ["Pet", "bool"],
    ["Toy", "uuid"],
  ]);
  assert.deepEqual(namesIn({ Animal: bool }), [["Pet", "bool"]]);
});

test("operations and types may have names that every object has", () => {
  const names = ["toString", "__proto__", "constructor"];
  const types = names.map((name): NamedType => ({ name, type: { kind: "bool" } }));
  const twins = names.map((name) => operation(name, "same", "A"));
  const source = contract(types, twins);
  const locked = lockNames(contract([], []));
  assert.deepEqual(applyLock(source, locked).changes, []);
  assert.deepEqual([...applyLock(source, locked).contract.types.keys()], names);
  const own = contract(
    types,
    names.map((name) => operation(name, name, "A")),
  );
  const read = readLock(writeLock({ services: new Map([["shop", lockNames(own)]]) }));
  assert.deepEqual(applyLock(own, read?.services.get("shop") ?? locked).changes, []);
});

test("what cannot be told apart is not locked", () => {
  const twins = [operation("a", "same", "A"), operation("b", "same", "A")];
  assert.deepEqual(lockNames(contract([], twins)).operations, {});
});

test("a lock is read as it was written, and anything else is refused", () => {
  const services = new Map([["shop", lockNames(before)]]);
  assert.deepEqual(readLock(writeLock({ services })), { services });
  const wrong = ["", "[]", "{}", '{"version":2,"services":{}}', '{"version":1,"services":[]}'];
  const withTerms = (one: string) => `{"a":{"operations":{},"types":{},"terms":${one}}}`;
  const terms = ["[]", '{"b":1}', '{"b":{"mode":"unary"}}', '{"b":{"mode":"a","safety":"safe"}}'];
  const more = [
    '"input":1',
    '"output":{}',
    '"addresses":"GET /"',
    '"addresses":[1]',
    '"isHidden":false',
  ];
  for (const one of more) terms.push(`{"b":{"mode":"unary","safety":"safe",${one}}}`);
  const names = [
    ...terms.map(withTerms),
    '{"a":{}}',
    '{"a":{"operations":{"b":1},"types":{}}}',
    '{"a":null}',
  ];
  for (const text of [...wrong, ...names.map((one) => `{"version":1,"services":${one}}`)]) {
    assert.equal(readLock(text), undefined, text);
  }
});
