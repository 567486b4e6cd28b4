/** A law of locks: whatever a contract holds, in any dialect, its own lock changes nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonicalText } from "./canonical-bytes.ts";
import type { Contract, Dialect, Operation } from "./contract.ts";
import { readLock, writeLock } from "./lock-file.ts";
import { applyLock, lockNames } from "./lock.ts";
import type { Field, NamedType, RecordType, Type, XmlBinding } from "./types.ts";

const text: Type = { kind: "string", whitespace: "preserve" };
const dialects = ["rest", "soap", "grpc", "graphql", "jsonrpc", "mcp", "text"] as const;
const names = ["a", "b", "c", "inline", "inlined", "any", "owner", "constructor"] as const;

interface Drawn {
  readonly kind: "plain" | "choice" | "nested" | "union";
  readonly name: string;
  readonly variants: readonly string[];
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  kind: fc.constantFrom("plain", "choice", "nested", "union"),
  name: fc.constantFrom(...names),
  variants: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 4 }),
});

function fieldOf({ kind, name, variants }: Drawn): Field {
  const isInline = kind === "choice" || kind === "nested";
  const xml: XmlBinding = isInline
    ? { node: "inline", name, namespace: "" }
    : { node: "element", name, namespace: "urn:a" };
  const type: Type =
    kind === "plain"
      ? text
      : {
          kind: "union",
          exclusive: true,
          variants: variants.map((one) => ({ name: one, type: text })),
        };
  const spelled = kind === "nested" ? { jsonName: name } : {};
  return { name, type, presence: "optional", nullable: false, xml, ...spelled };
}

/** Numbered as sources of gRPC are, where it is one. */
function numbered(fields: readonly Field[]): readonly Field[] {
  let number = 0;
  return fields.map((field) => {
    const { type } = field;
    if (type.kind !== "union") return { ...field, protoNumber: (number += 3) };
    const variants = type.variants.map((one) => ({ ...one, protoNumber: (number += 3) }));
    return { ...field, type: { ...type, variants } };
  });
}

const modes = ["unary", "server-stream", "client-stream", "bidi", "one-way"] as const;
const safeties = ["safe", "idempotent", "unsafe"] as const;

interface Called {
  readonly id: string;
  readonly mode: Operation["mode"];
  readonly safety: Operation["safety"];
  readonly taken: number;
  readonly answered: number;
}

const called: fc.Arbitrary<Called> = fc.record({
  id: fc.constantFrom(...names, "toString", "__proto__"),
  mode: fc.constantFrom(...modes),
  safety: fc.constantFrom(...safeties),
  taken: fc.integer({ min: 0, max: 3 }),
  answered: fc.integer({ min: 0, max: 3 }),
});

function operationOf({ id, mode, safety, taken, answered }: Called, dialect: Dialect): Operation {
  // The last of them is no type: a message of its own.
  const message = (index: number) => ({
    type:
      index === 3
        ? ({ kind: "record", fields: [] } as const)
        : ({ kind: "ref", name: `T${index}` } as const),
    headers: [],
  });
  const output = mode === "one-way" ? undefined : message(answered);
  const plain = { id, mode, safety, input: message(taken), output, faults: [] };
  switch (dialect) {
    case "grpc":
      return { ...plain, grpc: { service: "shop.Shop", method: id } };
    case "mcp":
      return {
        ...plain,
        mcp: { tool: id, version: "1", arguments: undefined, result: null, mirrored: [] },
      };
    case "jsonrpc":
      return {
        ...plain,
        jsonrpc: { method: id, parameters: [], byPosition: false, result: null },
      };
    case "graphql":
      return {
        ...plain,
        graphql: { document: "", operation: id, key: undefined, result: undefined },
      };
    default:
      return plain;
  }
}

const contracts: fc.Arbitrary<Contract> = fc
  .record({
    operations: fc.uniqueArray(called, { selector: ({ id }) => id, maxLength: 4 }),
    dialect: fc.constantFrom<Dialect>(...dialects),
    records: fc.array(fc.uniqueArray(drawn, { selector: ({ name }) => name, maxLength: 6 }), {
      maxLength: 3,
    }),
  })
  .map(({ dialect, records, operations }) => {
    const types = records.map((fields, index): NamedType => {
      const plain = fields.map(fieldOf);
      const type: RecordType = {
        kind: "record",
        fields: dialect === "grpc" ? numbered(plain) : plain,
      };
      const name = `T${index}`;
      return { name, type, xmlName: { name, namespace: "urn:a" } };
    });
    return {
      ...{ name: "shop", version: "1", dialect, namespace: "urn:a" },
      operations: operations.map((one) => operationOf(one, dialect)),
      types: new Map(types.map((one) => [one.name, one])),
    };
  });

test("under its own lock a contract of any dialect keeps names and numbers without a word", () => {
  fc.assert(
    fc.property(contracts, (source) => {
      const lock = readLock(writeLock({ services: new Map([["s", lockNames(source)]]) }));
      const locked = lock?.services.get("s");
      assert.ok(locked);
      const first = applyLock(source, locked);
      assert.deepEqual(first.changes, []);
      assert.deepEqual(lockNames(source, locked), locked);
      const again = applyLock(first.contract, locked);
      assert.deepEqual(again.changes, []);
      assert.equal(canonicalText(again.contract.types), canonicalText(first.contract.types));
    }),
    { numRuns: 500 },
  );
});

test("under the lock of another contract every operation has a name of its own, and is told", () => {
  fc.assert(
    fc.property(contracts, contracts, (before, after) => {
      const locked = lockNames(before);
      const { contract, changes } = applyLock(after, locked);
      const ids = contract.operations.map(({ id }) => id);
      assert.equal(new Set(ids).size, after.operations.length);
      const gone = Object.keys(locked.operations).filter((id) => !ids.includes(id));
      const told = changes.filter(({ kind, of }) => kind === "gone" && of === "operation");
      assert.deepEqual(told.map(({ name }) => name).toSorted(), gone.toSorted());
    }),
    { numRuns: 500 },
  );
});
