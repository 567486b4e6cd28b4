import assert from "node:assert/strict";
import { test } from "node:test";
import type { Type } from "#contract/types.ts";
import { field, int32, readAs, record, shown, text } from "./fixture.ts";

const may = { presence: "optional" } as const;
const types: Record<string, Type> = {
  Cat: record([field("name", text, may), field("lives", int32, may)]),
  Dog: record([field("name", text, may), field("tricks", int32, may)]),
  Pet: {
    kind: "union",
    exclusive: true,
    plain: true,
    variants: [
      { name: "Cat", type: { kind: "ref", name: "Cat" } },
      { name: "Dog", type: { kind: "ref", name: "Dog" } },
      { name: "word", type: text },
    ],
  },
};

const cases: readonly { readonly document: string; readonly expected: unknown }[] = [
  { document: `{"name":"Rex","tricks":2}`, expected: { Dog: { name: "Rex", tricks: 2 } } },
  { document: `{"age":1,"tricks":2,"name":"Rex"}`, expected: { Dog: { name: "Rex", tricks: 2 } } },
  { document: `{"name":"Tom","lives":9}`, expected: { Cat: { name: "Tom", lives: 9 } } },
  { document: `{"name":"both"}`, expected: { Cat: { name: "both" } } },
  { document: `{}`, expected: { Cat: {} } },
  { document: `"word"`, expected: { word: "word" } },
];

for (const { document, expected } of cases) {
  test(`where unknown members are dropped, ${document} is the variant that knows most of them`, () => {
    const type = { kind: "ref", name: "Pet" } as const;
    for (const unknownMembers of ["drop", "keep"] as const) {
      assert.deepEqual(
        shown(readAs(type, document, { types, options: { unknownMembers } })),
        expected,
      );
    }
  });
}

test("a variant that takes any member is taken in its turn", () => {
  const open = record([field("name", text, may)], { open: true });
  const map: Type = { kind: "map", key: text, value: int32 };
  const variants = [
    { name: "Cat", type: { kind: "ref", name: "Cat" } },
    { name: "map", type: map },
    { name: "open", type: open },
  ] as const;
  const type: Type = { kind: "union", exclusive: true, plain: true, variants };
  const options = { unknownMembers: "keep" } as const;
  const read = (document: string) => shown(readAs(type, document, { types, options }));
  assert.deepEqual(read(`{"lives":9}`), { Cat: { lives: 9 } });
  assert.deepEqual(read(`{"a":1,"b":2}`), { map: { a: 1, b: 2 } });
  assert.deepEqual(read(`{"name":"x","b":"y"}`), { open: { name: "x", b: '"y"' } });
});

test("a document that is no JSON behind the first variant's members is refused as such", () => {
  const type = { kind: "ref", name: "Pet" } as const;
  const options = { unknownMembers: "drop" } as const;
  const outcome = readAs(type, `{"name":"Rex","tricks":[1,}`, { types, options });
  assert.equal(outcome.kind === "fault" && outcome.code, "malformed-json");
});

test("a member under the key of a field that JSON names otherwise is none of the field", () => {
  const choice: Type = { kind: "union", exclusive: true, variants: [{ name: "card", type: text }] };
  const inline = { node: "inline", name: "choice", namespace: "" } as const;
  const type = record(
    [
      field("_type", int32, { ...may, jsonName: "@type" }),
      field("choice", choice, { ...may, xml: inline }),
    ],
    { open: true },
  );
  for (const name of ["_type", "choice"]) {
    const document = `{"${name}":{"a":1},"other":[2]}`;
    const refused = String(shown(readAs(type, document)));
    assert.match(refused, new RegExp(`^/${name}: the member \`${name}\` is not known here`));
    const options = { unknownMembers: "keep" } as const;
    assert.deepEqual(shown(readAs(type, document, { options })), { other: "[2]" });
  }
});
