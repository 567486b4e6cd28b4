/** Contracts that grow under a lock: no member is renamed or renumbered by what comes or goes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Contract, Operation, RestParameter } from "./contract.ts";
import { readLock, writeLock } from "./lock-file.ts";
import { applyLock, lockNames, type LockedNames } from "./lock.ts";
import type { Field, NamedType, RecordType, Type, Variant, XmlBinding } from "./types.ts";

const text: Type = { kind: "string", whitespace: "preserve" };

/** As importers do it: under the name, or numbered when that is taken. */
function record(members: readonly Field[], more: Partial<RecordType> = {}): RecordType {
  const counts = new Map<string, number>();
  const fields = members.map((member): Field => {
    const count = (counts.get(member.name) ?? 0) + 1;
    counts.set(member.name, count);
    return count === 1 ? member : { ...member, name: `${member.name}${count}` };
  });
  return { kind: "record", fields, ...more };
}

function field(name: string, xml: Partial<XmlBinding> = {}, type = text): Field {
  const binding = { node: "element", name, namespace: "urn:a", ...xml } as const;
  return { name, type, presence: "optional", nullable: false, xml: binding };
}

function choice(...names: readonly string[]): Field {
  const variants = names.map((name): Variant => {
    return { name, type: text, xml: { node: "element", name, namespace: "urn:a" } };
  });
  const type: Type = { kind: "union", exclusive: true, variants };
  return field("choice", { node: "inline", namespace: "" }, type);
}

function contract(types: Readonly<Record<string, Type>>, more: Partial<Contract> = {}): Contract {
  const named = Object.entries(types).map(([name, type]): [string, NamedType] => {
    return [name, { name, type, xmlName: { name, namespace: "urn:a" } }];
  });
  return {
    ...{ name: "shop", version: "1", dialect: "soap", namespace: "urn:a" },
    types: new Map(named),
    operations: [],
    ...more,
  };
}

/** Names and numbers, choices with their variants: `choice(card 2, iban 3)`. */
function shown(one: Contract, name: string): readonly string[] {
  const type = one.types.get(name)?.type;
  assert.ok(type?.kind === "record");
  return shownFields(type);
}

function shownFields({ fields }: RecordType): readonly string[] {
  return fields.map(({ name, jsonName, type, protoNumber }) => {
    const said = jsonName === undefined ? name : `${name} as ${jsonName}`;
    if (type.kind !== "union") return `${said} ${protoNumber}`;
    const inside = type.variants.map((one) => `${one.name} ${one.protoNumber}`);
    return `${said}(${inside.join(", ")})`;
  });
}

interface Step {
  readonly types: Readonly<Record<string, Type>>;
  readonly expected: Readonly<Record<string, readonly string[]>>;
}

interface Evolution {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** In each step a lock is written over the one before. */
const evolutions: readonly Evolution[] = [
  {
    name: "a field that comes first has the next number, and one of its name another name",
    steps: [
      {
        types: { T: record([field("id"), field("note")]) },
        expected: { T: ["id 1", "note 2"] },
      },
      {
        types: { T: record([field("id", { node: "attribute" }), field("id"), field("note")]) },
        expected: { T: ["id2 3", "id 1", "note 2"] },
      },
    ],
  },
  {
    name: "a number is not given again, nor one of a choice",
    steps: [
      {
        types: { T: record([field("a"), field("b"), choice("x", "y")]) },
        expected: { T: ["a 1", "b 2", "choice(x 3, y 4)"] },
      },
      { types: { T: record([field("a"), choice("x")]) }, expected: { T: ["a 1", "choice(x 3)"] } },
      {
        types: { T: record([field("a"), field("c"), choice("z", "x")]) },
        expected: { T: ["a 1", "c 5", "choice(z 6, x 3)"] },
      },
      {
        types: { T: record([field("b"), field("a"), choice("x")]) },
        expected: { T: ["b 7", "a 1", "choice(x 3)"] },
      },
    ],
  },
  {
    name: "choices are known by what is in them",
    steps: [
      {
        types: { T: record([choice("card", "iban"), choice("mail", "phone")]) },
        expected: { T: ["choice(card 1, iban 2)", "choice2(mail 3, phone 4)"] },
      },
      {
        types: {
          T: record([
            choice("red", "blue"),
            choice("phone", "mail", "fax"),
            choice("card", "iban"),
          ]),
        },
        expected: {
          T: [
            "choice3(red 5, blue 6)",
            "choice2(phone 4, mail 3, fax 7)",
            "choice(card 1, iban 2)",
          ],
        },
      },
    ],
  },
  {
    name: "a choice that is flat in JSON stays so when a field comes that is called like a variant",
    steps: [
      {
        types: { T: record([choice("card", "iban")]) },
        expected: { T: ["choice(card 1, iban 2)"] },
      },
      {
        types: {
          T: record([
            field("card", { node: "attribute" }),
            // What the importer does where names clash.
            { ...choice("card", "iban"), jsonName: "choice" },
          ]),
        },
        expected: { T: ["card2 3", "choice(card 1, iban 2)"] },
      },
    ],
  },
  {
    name: "a choice that is nested in JSON stays so when nothing clashes any more",
    steps: [
      {
        types: { T: record([field("card"), { ...choice("card", "iban"), jsonName: "choice" }]) },
        expected: { T: ["card 1", "choice as choice(card 2, iban 3)"] },
      },
      {
        types: { T: record([choice("card", "iban")]) },
        expected: { T: ["choice as choice(card 2, iban 3)"] },
      },
    ],
  },
  {
    name: "a base and what extends it share names and numbers",
    steps: [
      {
        types: {
          B: record([field("a")]),
          C: record([field("x")], { extends: "B" }),
          D: record([field("y")], { extends: "C" }),
        },
        expected: { B: ["a 1"], C: ["x 2"], D: ["y 3"] },
      },
      {
        types: {
          D: record([field("y"), field("v")], { extends: "C" }),
          C: record([field("x")], { extends: "B" }),
          B: record([field("y", { node: "attribute" }), field("a")]),
        },
        expected: { B: ["y2 4", "a 1"], C: ["x 2"], D: ["y 3", "v 5"] },
      },
    ],
  },
];

function locked(one: Contract, previous: LockedNames | undefined): LockedNames {
  const services = new Map([["s", lockNames(one, previous)]]);
  return readLock(writeLock({ services }))?.services.get("s") as LockedNames;
}

for (const { name, steps } of evolutions) {
  test(name, () => {
    let lock: LockedNames | undefined;
    for (const [index, { types, expected }] of steps.entries()) {
      const source = contract(types);
      const first = lock ?? lockNames(source);
      const { contract: found } = applyLock(source, first);
      for (const [type, members] of Object.entries(expected)) {
        assert.deepEqual(shown(found, type), members, `step ${index + 1}, ${type}`);
      }
      lock = locked(found, first);
      const again = applyLock(source, lock);
      assert.deepEqual(
        again.changes.filter(({ kind }) => kind !== "kept"),
        [],
      );
      for (const [type, members] of Object.entries(expected)) {
        assert.deepEqual(shown(again.contract, type), members, `step ${index + 1} again, ${type}`);
      }
    }
  });
}

test("values of enumerations keep their numbers", () => {
  const colours = (...values: readonly string[]): Type => ({
    ...{ kind: "enum", open: false, spelling: "string" },
    values: values.map((value) => ({ value })),
  });
  const numbers = (one: Contract) => {
    const type = one.types.get("E")?.type;
    return type?.kind === "enum"
      ? type.values.map(({ value, number }) => `${value} ${number}`)
      : [];
  };
  const first = contract({ E: colours("red", "blue") });
  const lock = lockNames(first);
  const { contract: second, changes } = applyLock(contract({ E: colours("green", "blue") }), lock);
  assert.deepEqual(
    changes.map(({ kind, of, name }) => `${kind} ${of} ${name}`),
    ["added member E.green", "gone member E.red"],
  );
  assert.deepEqual(numbers(second), ["green 3", "blue 2"]);
  const third = contract({ E: colours("red", "green", "blue") });
  assert.deepEqual(numbers(applyLock(third, locked(second, lock)).contract), [
    "red 4",
    "green 3",
    "blue 2",
  ]);
});

test("what changes of members is told, with the owner", () => {
  const before = contract({ T: record([field("a"), field("id")]) });
  const after = contract({
    T: record([field("id", { node: "attribute" }), field("id"), field("c")]),
  });
  const { changes } = applyLock(after, lockNames(before));
  assert.deepEqual(
    changes.map(({ kind, of, name, was }) => `${kind} ${of} ${name}: ${was}`),
    [
      "added member T.id2: @{urn:a}id",
      "kept member T.id: id2",
      "added member T.c: {urn:a}c",
      "gone member T.a: {urn:a}a",
    ],
  );
});

/** A parameter of a name that another one has already. */
function parameters(...places: readonly RestParameter["in"][]): Contract {
  const fields = record(places.map(() => field("id")));
  const operation: Operation = {
    ...{ id: "get", mode: "unary", safety: "safe", faults: [] },
    input: { type: fields, headers: [] },
    output: { type: record([]), headers: [] },
    rest: {
      ...{ method: "GET", path: "/{id}", body: undefined },
      parameters: places.map((where, index) => {
        const { name } = fields.fields[index] as Field;
        return { field: name, name: "id", in: where, style: "simple", explode: false };
      }),
      success: { status: 200, field: null, contents: [] },
    },
  };
  return contract({}, { dialect: "rest", operations: [operation] });
}

test("a parameter keeps its name when another comes before it, and its binding follows", () => {
  const lock = lockNames(parameters("path", "query"));
  const { contract: found } = applyLock(parameters("header", "path", "query"), lock);
  const [operation] = found.operations;
  assert.ok(operation?.input.type.kind === "record");
  assert.deepEqual(shownFields(operation.input.type), ["id3 3", "id 1", "id2 2"]);
  assert.deepEqual(
    operation.rest?.parameters.map((one) => `${one.in} ${one.field}`),
    ["header id3", "path id", "query id2"],
  );
});

test("names of any kind can be locked", () => {
  const odd = contract({ ["__proto__"]: record([field("__proto__"), field("constructor")]) });
  const lock = locked(odd, undefined);
  assert.deepEqual(shown(applyLock(odd, lock).contract, "__proto__"), [
    "__proto__ 1",
    "constructor 2",
  ]);
});

test("a lock of an earlier version, without members, gives them the numbers of their order", () => {
  const one = contract({ T: record([field("a"), field("b")]) });
  const { operations, types } = lockNames(one);
  const old = readLock(JSON.stringify({ version: 1, services: { s: { operations, types } } }));
  const lock = old?.services.get("s");
  assert.ok(lock);
  const { contract: found, changes } = applyLock(one, lock);
  assert.deepEqual(shown(found, "T"), ["a 1", "b 2"]);
  assert.deepEqual(changes, []);
});

test("malformed members make no lock", () => {
  const wrong = ['{"T":1}', '{"T":{"a":1}}', '{"T":{"a":"one"}}', "[]"];
  for (const members of wrong) {
    const service = `{"operations":{},"types":{},"members":${members}}`;
    assert.equal(readLock(`{"version":1,"services":{"s":${service}}}`), undefined, members);
  }
});
