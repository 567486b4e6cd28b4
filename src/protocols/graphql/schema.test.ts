/** What types and names of a contract become, line for line. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Contract, Operation } from "#contract/contract.ts";
import type { Field, Type } from "#contract/types.ts";
import { contractOf, decimal, field, int64, record, text } from "#formats/json/fixture.ts";
import { describeSdl } from "./describe.ts";
import { createTestHub } from "./hub-fixture.ts";

function contractWith(
  fields: readonly Field[],
  types: Readonly<Record<string, Type>> = {},
  more: Partial<Operation> = {},
): Contract {
  const message = { type: record(fields), headers: [] };
  const operation: Operation = {
    ...{ id: "echo", mode: "unary", safety: "safe", input: message, output: message, faults: [] },
    ...more,
  };
  return { ...contractOf(types), operations: [operation] };
}

function sdlOf(contract: Contract): string {
  return describeSdl({ serviceName: "s", contract }, { address: "" }).text;
}

async function echo(contract: Contract, args: string, selection: string) {
  const hub = createTestHub(contract, ({ input }) => ({
    ...{ kind: "answer", output: input, headers: {} },
  }));
  const query = `{ echo(${args}) { ${selection} } }`;
  const { body } = await hub.post(JSON.stringify({ query }));
  const answer = JSON.parse(body.toString()) as {
    data?: { echo: Record<string, unknown> | null };
    errors?: { message: string; extensions: Record<string, unknown> }[];
  };
  return { answer, input: hub.calls[0]?.input };
}

test("a map is a list of entries, with keys of their type", async () => {
  const counts: Type = {
    kind: "map",
    key: { kind: "int", bits: 32, signed: true },
    value: decimal,
  };
  const contract = contractWith([field("counts", counts)]);
  const sdl = sdlOf(contract);
  assert.match(sdl, /counts: \[EchoResultCountsEntry!\]!/);
  assert.match(sdl, /type EchoResultCountsEntry \{\n {2}key: Int!\n {2}value: Decimal!\n\}/);
  const args = "counts: [{key: 1, value: 1.50}, {key: -2, value: 12345678901234567890.10}]";
  const { answer, input } = await echo(contract, args, "counts { key value }");
  assert.deepEqual(
    { ...(input?.["counts"] as object) },
    {
      ...{ "1": "1.50", "-2": "12345678901234567890.10" },
    },
  );
  assert.deepEqual(answer.data?.echo?.["counts"], [
    { key: 1, value: "1.50" },
    { key: -2, value: "12345678901234567890.10" },
  ]);
});

test("a key that comes twice is refused", async () => {
  const contract = contractWith([field("m", { kind: "map", key: text, value: text })]);
  const args = 'm: [{key: "a", value: "1"}, {key: "a", value: "2"}]';
  const { answer, input } = await echo(contract, args, "m { key }");
  assert.equal(input, undefined);
  assert.equal(answer.errors?.[0]?.extensions["place"], "/m/1");
  assert.equal(answer.errors?.[0]?.extensions["code"], "BAD_USER_INPUT");
});

test("lists of lists stay what they are", async () => {
  const list = (item: Type): Type => ({ kind: "list", item, itemNullable: false, min: 0 });
  const contract = contractWith([field("rows", list(list(int64)))]);
  assert.match(sdlOf(contract), /rows: \[\[Int64!\]!\]!/);
  const { answer } = await echo(contract, "rows: [[9007199254740993], []]", "rows");
  assert.deepEqual(answer.data?.echo?.["rows"], [["9007199254740993"], []]);
});

test("names are cleaned, and numbered in the order of the contract", () => {
  const state: Type = {
    ...{ kind: "enum", open: false, spelling: "string" },
    values: ["in-use", "in use", "true", "1st"].map((value) => ({ value })),
  };
  const types = { "a.State": state, "b.State": { ...state } };
  const fields = [
    field("x-y", text),
    field("x y", text),
    field("__typename", text),
    field("one", { kind: "ref", name: "a.State" }),
    field("two", { kind: "ref", name: "b.State" }),
  ];
  const sdl = sdlOf(contractWith(fields, types));
  assert.match(sdl, / x_y: String!/);
  assert.match(sdl, / x_y2: String!/);
  assert.match(sdl, / _typename: String!/);
  assert.match(sdl, / one: State!/);
  assert.match(sdl, / two: State2!/);
  assert.match(sdl, /enum State \{\n {2}_1st\n {2}in_use\n {2}in_use2\n {2}true2\n\}/);
});

test("an open enum takes what it does not list, a closed one does not", async () => {
  const values = [{ value: "new" }];
  const open: Type = { kind: "enum", open: true, spelling: "string", values };
  const { answer } = await echo(contractWith([field("e", open)]), 'e: "other"', "e");
  assert.equal(answer.data?.echo?.["e"], "other");
  const closed = contractWith([field("e", { ...open, open: false })]);
  const refused = await echo(closed, "e: other", "e");
  assert.match(refused.answer.errors?.[0]?.message ?? "", /"other" does not exist/);
});

test("what a contract does not name of an open record goes through as JSON", async () => {
  const contract = contractWith([field("r", record([field("id", text)], { open: true }))]);
  const args = 'r: {id: "1", _others: {n: 1.50, deep: [9007199254740993, {x: null}]}}';
  const { answer, input } = await echo(contract, args, "r { id _others }");
  const sent = input?.["r"] as Record<string, unknown>;
  assert.deepEqual({ ...sent }, { id: "1", n: "1.50", deep: '[9007199254740993,{"x":null}]' });
  assert.ok(answer.data?.echo);
});

test("what a contract names is none of the others, which nothing has read", async () => {
  const optional = { presence: "optional" } as const;
  const card = {
    kind: "union",
    exclusive: true,
    variants: [{ name: "card", type: text }],
  } as const;
  const inline = { node: "inline", name: "pay", namespace: "" } as const;
  const fields = [
    field("id", int64, optional),
    field("_x", text, { ...optional, jsonName: "x" }),
    field("pay", card, { ...optional, xml: inline }),
  ];
  const contract = contractWith([field("r", record(fields, { open: true }))]);
  for (const name of ["id", "_x", "x", "pay", "card", "@type"]) {
    const hub = createTestHub(contract, () => assert.fail(`${name} has reached the service`));
    const query = "query($o: JSON) { echo(r: {_others: $o}) { r { id } } }";
    const { body } = await hub.post(JSON.stringify({ query, variables: { o: { [name]: 5 } } }));
    assert.match(
      body.toString(),
      /the contract names the member \\"[^"]+\\": expected others here/,
    );
  }
});

test("a record without fields is true", async () => {
  const contract = contractWith([field("r", record([]))]);
  const { answer, input } = await echo(contract, "r: true", "r");
  assert.deepEqual({ ...(input?.["r"] as object) }, {});
  assert.deepEqual(answer.data?.echo, { r: true });
});

test("an input union takes one of its variants", async () => {
  const variants = [
    { name: "card", type: record([field("number", text)]) },
    { name: "cash", type: decimal },
  ];
  const contract = contractWith([field("pay", { kind: "union", exclusive: true, variants })]);
  const good = await echo(
    contract,
    "pay: {cash: 1.10}",
    "pay { ... on EchoResultPayCashValue { value } }",
  );
  assert.deepEqual(good.answer.data?.echo?.["pay"], { value: "1.10" });
  const bad = await echo(contract, 'pay: {cash: 1, card: {number: "1"}}', "pay { __typename }");
  assert.match(bad.answer.errors?.[0]?.message ?? "", /[Ee]xactly one/);
  assert.equal(bad.input, undefined);
});

test("facets of the contract hold, and errors say where", async () => {
  const short: Type = { kind: "string", whitespace: "preserve", lengthMax: 3 };
  const lines: Type = {
    kind: "list",
    item: record([field("sku", short)]),
    itemNullable: false,
    min: 1,
  };
  const contract = contractWith([field("lines", lines)]);
  const { answer } = await echo(contract, 'lines: [{sku: "abc"}, {sku: "abcd"}]', "lines { sku }");
  assert.equal(answer.errors?.[0]?.extensions["place"], "/lines/1/sku");
  const none = await echo(contract, "lines: []", "lines { sku }");
  assert.match(none.answer.errors?.[0]?.message ?? "", /at least 1 items/);
});

test("safe operations are queries, streams subscriptions, others mutations", () => {
  const one = contractWith([field("a", text)]).operations[0] as Operation;
  const operations: readonly Operation[] = [
    { ...one, id: "get", deprecated: true, documentation: "Gets it." },
    { ...one, id: "put", safety: "idempotent" },
    { ...one, id: "tell", mode: "one-way", safety: "unsafe", output: undefined },
    { ...one, id: "watch", mode: "server-stream" },
    { ...one, id: "talk", mode: "bidi" },
  ];
  const service = { serviceName: "s", contract: { ...contractOf(), operations } };
  const { text: sdl, diagnostics } = describeSdl(service, { address: "" });
  assert.match(sdl, /"""Gets it\."""\n {2}get\(a: String!\): GetResult @deprecated/);
  assert.match(
    sdl,
    /type Mutation \{\n {2}put\(a: String!\): GetResult\n {2}tell\(a: String!\): Boolean\n\}/,
  );
  assert.match(sdl, /type Subscription \{\n {2}watch\(a: String!\): GetResult\n\}/);
  assert.deepEqual(
    diagnostics.map(({ code, message }) => [code, message]),
    [["stream-not-described", "operation talk is left out: GraphQL has one input"]],
  );
});

test("fields may be called as what every object has, and are not there unless given", async () => {
  const maybe = (name: string, type: Type) => field(name, type, { presence: "optional" });
  const inner: Type = record([maybe("toString", text), maybe("a", text)]);
  const contract = contractWith([maybe("constructor", text), maybe("valueOf", inner)]);
  const selection = "constructor valueOf { toString a }";
  const none = await echo(contract, 'valueOf: { a: "1" }', selection);
  assert.deepEqual(none.answer.errors, undefined);
  assert.deepEqual(Object.keys(none.input ?? {}), ["valueOf"]);
  const given = 'constructor: "x", valueOf: { toString: "y" }';
  const { answer } = await echo(contract, given, selection);
  assert.deepEqual(answer.data?.echo, { constructor: "x", valueOf: { toString: "y", a: null } });
});
