import assert from "node:assert/strict";
import { test } from "node:test";
import type { Contract, Operation } from "#contract/contract.ts";
import type { Field, NamedType, Type } from "#contract/types.ts";
import { createSensitiveNames } from "#ledger/bodies/sensitive-names.ts";
import { sensitiveFieldsOf } from "./sensitive-fields.ts";

const nothing = createSensitiveNames([]);
const text: Type = { kind: "string", whitespace: "preserve" };

function field(name: string, type: Type, more: Partial<Field> = {}): Field {
  return { name, type, presence: "optional", nullable: false, ...more };
}

function contractOf(types: readonly NamedType[], operations: readonly Operation[]): Contract {
  return {
    name: "cards",
    version: "1",
    dialect: "rest",
    namespace: "urn:cards",
    types: new Map(types.map((type) => [type.name, type])),
    operations,
  };
}

test("sensitive fields are found at any depth, under every name that they have", () => {
  const card: NamedType = {
    name: "Card",
    type: {
      kind: "record",
      fields: [
        field("number", text, {
          sensitive: true,
          jsonName: "cardNumber",
          xml: { node: "element", name: "CardNumber", namespace: "" },
        }),
        field("holder", text),
        // Types may contain themselves.
        field("replaced", { kind: "ref", name: "Card" }),
      ],
    },
  };
  const inner: Type = { kind: "record", fields: [field("pin", text, { sensitive: true })] };
  const wrapped: Type = {
    kind: "union",
    exclusive: true,
    variants: [
      { name: "one", type: { kind: "list", item: inner, itemNullable: false, min: 0 } },
      { name: "other", type: { kind: "map", key: text, value: { kind: "ref", name: "Card" } } },
    ],
  };
  const operation: Operation = {
    id: "pay",
    mode: "unary",
    safety: "unsafe",
    input: { type: { kind: "record", fields: [field("wrapped", wrapped)] }, headers: [] },
    output: undefined,
    faults: [
      {
        name: "declined",
        type: { kind: "record", fields: [field("code", text, { sensitive: true })] },
      },
    ],
  };
  const names = sensitiveFieldsOf(contractOf([card], [operation]), nothing);
  assert.deepEqual([...names].toSorted(), ["CardNumber", "cardNumber", "code", "number", "pin"]);
});

test("a parameter that fills a sensitive field is sensitive by its own name, too", () => {
  const operation: Operation = {
    id: "getCard",
    mode: "unary",
    safety: "safe",
    input: {
      type: {
        kind: "record",
        fields: [field("number", text, { sensitive: true }), field("page", text)],
      },
      headers: [],
    },
    output: undefined,
    faults: [],
    rest: {
      method: "GET",
      path: "/cards/{card-id}",
      parameters: [
        { field: "number", name: "card-id", in: "path", style: "simple", explode: false },
        { field: "page", name: "p", in: "query", style: "form", explode: true },
      ],
      body: undefined,
      success: { status: 200, field: null, contents: [] },
    },
  };
  const names = sensitiveFieldsOf(contractOf([], [operation]), nothing);
  assert.deepEqual([...names].toSorted(), ["card-id", "number"]);
});

test("a parameter that fills a member of a field is sensitive where either of them is", () => {
  const inner: Type = { kind: "record", fields: [field("number", text, { sensitive: true })] };
  const fields = [field("card", inner), field("owner", inner, { sensitive: true })];
  const query = { in: "query", style: "form", explode: true } as const;
  const alias = {
    method: "GET",
    path: "/cards",
    parameters: [
      { field: "card", within: ["number"], name: "card.number", alsoNamed: "c.n", ...query },
      { field: "owner", within: ["number"], name: "owner.number", ...query },
    ],
    body: undefined,
    success: { status: 200, field: null, contents: [] },
  };
  const operation: Operation = {
    ...{ id: "find", mode: "unary", safety: "safe", output: undefined, faults: [] },
    input: { type: { kind: "record", fields }, headers: [] },
    rest: { ...alias, path: "/", parameters: [], aliases: [alias] },
  };
  const names = sensitiveFieldsOf(contractOf([], [operation]), nothing);
  const expected = ["c.n", "card.number", "number", "owner", "owner.number"];
  assert.deepEqual([...names].toSorted(), expected);
});

test("a field that the configuration lists by one of its names is sensitive under all", () => {
  const card = field("number", text, {
    jsonName: "cardNumber",
    xml: { node: "element", name: "Karte", namespace: "" },
  });
  const column = { start: 0, length: 0, align: "left", pad: " ", sign: "leading", blank: "absent" };
  const columns = [
    { ...column, field: "card.number", name: "K1" },
    { ...column, field: "page", name: "P" },
  ];
  const pairs = { kind: "pairs", style: "form", separator: "=", lineEnd: "\n", endsLast: false };
  const operation = {
    ...{ id: "pay", mode: "unary", safety: "unsafe", output: undefined, faults: [] },
    input: { type: { kind: "record", fields: [card] }, headers: [] },
    text: { request: { ...pairs, columns }, answer: undefined },
  } as unknown as Operation;
  for (const listed of ["Karte", "card_number", "NUMBER"]) {
    const names = sensitiveFieldsOf(contractOf([], [operation]), createSensitiveNames([listed]));
    assert.deepEqual([...names].toSorted(), ["K1", "Karte", "cardNumber", "number"], listed);
  }
});
