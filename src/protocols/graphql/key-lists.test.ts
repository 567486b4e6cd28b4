/** Which list operations are taken for others' many keys, and which are not. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Contract, Operation } from "#contract/contract.ts";
import type { Field, NamedType, Type } from "#contract/types.ts";
import { contractOf, field, int64, record, text } from "#formats/json/fixture.ts";
import { findKeyLists } from "./key-lists.ts";

const book: Type = { kind: "ref", name: "lib.Book" };
const listOf = (item: Type, more: object = {}): Type => ({
  ...{ kind: "list", item, itemNullable: false, min: 0 },
  ...more,
});

function operation(
  id: string,
  input: readonly Field[],
  output: Operation["output"] | Type,
  more: Partial<Operation> = {},
): Operation {
  const message = output !== undefined && "headers" in output ? output : undefined;
  const type = (message?.type ?? output) as NonNullable<Operation["output"]>["type"];
  return {
    ...{ id, mode: "unary", safety: "safe", faults: [] },
    input: { type: record(input), headers: [] },
    output: { type, headers: [] },
    ...more,
  };
}

const optional = (one: Field): Field => ({ ...one, presence: "optional" });
const implicit = (one: Field): Field => ({ ...one, presence: "implicit" });
const one = operation("getBook", [field("id", text)], book);
const many = operation(
  "listBooks",
  [field("ids", listOf(text))],
  record([field("all", listOf(book))]),
);

function pairsIn(
  operations: readonly Operation[],
  { key = field("id", text), offered }: { key?: Field; offered?: ReadonlySet<string> } = {},
): readonly string[] {
  const type = record([key, field("title", text)]);
  const types = new Map<string, NamedType>([["lib.Book", { name: "lib.Book", type }]]);
  const contract: Contract = { ...contractOf(), types, operations };
  return [...findKeyLists("lib", contract, offered).values()].map(
    ({ one: own, key: name, many: list, keys, list: place, keyOfItem, wrapper }) =>
      `${own.id}(${name}) ${list.id}(${keys}) ${place}.${keyOfItem} ${wrapper ?? ""}`.trim(),
  );
}

test("a key, and a list of keys, of the same objects", () => {
  assert.deepEqual(pairsIn([one, many]), ["getBook(id) listBooks(ids) all.id"]);
});

test("a key under its object's name, and objects within an answer, as in gRPC and SOAP", () => {
  const get = operation(
    "GetBook",
    [implicit(field("book_id", int64))],
    record([field("book", book)]),
  );
  const batch = operation(
    "BatchGetBooks",
    [implicit(field("book_ids", listOf(int64)))],
    record([field("books", listOf(book)), field("next", text)]),
  );
  assert.deepEqual(pairsIn([get, batch], { key: field("id", int64) }), [
    "GetBook(book_id) BatchGetBooks(book_ids) books.id book",
  ]);
});

test("what else is optional is no hindrance", () => {
  const get = operation("getBook", [field("id", text), optional(field("lang", text))], book);
  const list = operation(
    "listBooks",
    [optional(field("id", listOf(text))), optional(field("limit", int64))],
    record([field("all", listOf(book))]),
  );
  assert.deepEqual(pairsIn([get, list]), ["getBook(id) listBooks(id) all.id"]);
});

const header = { name: "H", type: text, required: true };
const none: readonly (readonly [string, readonly Operation[], Field?])[] = [
  [
    "a list that has to be told more",
    [
      one,
      {
        ...many,
        input: { type: record([field("ids", listOf(text)), field("shop", text)]), headers: [] },
      },
    ],
  ],
  [
    "two lists of texts, of which either may be the keys",
    [
      one,
      {
        ...many,
        input: {
          type: record([field("ids", listOf(text)), optional(field("tags", listOf(text)))]),
          headers: [],
        },
      },
    ],
  ],
  [
    "a list of another name",
    [one, { ...many, input: { type: record([field("titles", listOf(text))]), headers: [] } }],
  ],
  [
    "keys of another type",
    [one, { ...many, input: { type: record([field("ids", listOf(int64))]), headers: [] } }],
  ],
  [
    "a list that wants three keys",
    [
      one,
      { ...many, input: { type: record([field("ids", listOf(text, { min: 3 }))]), headers: [] } },
    ],
  ],
  [
    "a list that takes no key at all",
    [
      one,
      { ...many, input: { type: record([field("ids", listOf(text, { max: 0 }))]), headers: [] } },
    ],
  ],
  ["a list that changes something", [one, { ...many, safety: "idempotent" }]],
  ["a list that comes one by one", [one, { ...many, mode: "server-stream" }]],
  ["a list that wants a header", [one, { ...many, input: { ...many.input, headers: [header] } }]],
  [
    "an operation that wants a header",
    [{ ...one, input: { ...one.input, headers: [header] } }, many],
  ],
  [
    "an operation that wants two keys",
    [operation("getBook", [field("id", text), field("shop", text)], book), many],
  ],
  [
    "objects of another type",
    [operation("getBook", [field("id", text)], record([field("id", text)])), many],
  ],
  ["objects without the key", [one, many], field("isbn", text)],
  ["objects whose key may be null", [one, many], { ...field("id", text), nullable: true }],
  ["two lists of which either would do", [one, many, { ...many, id: "other" }]],
];

for (const [what, operations, key] of none) {
  test(`${what}: each key is asked for by itself`, () => {
    assert.deepEqual(pairsIn(operations, key === undefined ? {} : { key }), []);
  });
}

test("a list operation that is not offered to callers is not called for them", () => {
  assert.deepEqual(pairsIn([one, many], { offered: new Set(["getBook"]) }), []);
});
