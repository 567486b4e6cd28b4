/** What changes of a contract mean for those who call by the old one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compareContracts } from "./compare.ts";
import type { Contract, Operation, RestResponse } from "./contract.ts";
import type { Field, RecordType, Type } from "./types.ts";

const text: Type = { kind: "string", whitespace: "preserve" };

function field(name: string, type: Type = text, more: Partial<Field> = {}): Field {
  return { name, type, presence: "required", nullable: false, ...more };
}

function record(...fields: readonly Field[]): RecordType {
  return { kind: "record", fields, xmlOrder: "all" };
}

interface Parts {
  readonly input?: RecordType;
  readonly output?: RecordType;
  readonly types?: Readonly<Record<string, Type>>;
  readonly more?: Partial<Operation>;
}

function contract({ input = record(), output = record(), types = {}, more }: Parts): Contract {
  const operation: Operation = {
    id: "op",
    mode: "unary",
    safety: "unsafe",
    input: { type: input, headers: [] },
    output: { type: output, headers: [] },
    faults: [],
    ...more,
  };
  const named = Object.entries(types).map(([name, type]) => [name, { name, type }] as const);
  const identity = { name: "c", version: "1", dialect: "rest", namespace: "urn:c" } as const;
  return { ...identity, types: new Map(named), operations: [operation] };
}

const optional = { presence: "optional" } as const;
const small: Type = { kind: "int", bits: 32, signed: true };
const large: Type = { kind: "int", bits: 64, signed: true };
const wide: Type = { ...large, spelling: "number" };
const colours = (...values: readonly string[]): Type => ({
  kind: "enum",
  values: values.map((value) => ({ value })),
  open: false,
  spelling: "string",
});
const rest = (method: string, path: string): Partial<Operation> => ({
  rest: {
    ...{ method, path, parameters: [], body: undefined },
    success: { status: 200, field: null, contents: [] },
  },
});

const succeeding = (...also: readonly RestResponse[]): Parts => ({
  more: {
    rest: {
      ...{ method: "GET", path: "/a", parameters: [], body: undefined },
      success: { status: 200, field: null, contents: [], also },
    },
  },
});

const speaking = (root: string): Parts => ({
  more: {
    text: {
      http: { method: "POST", path: "", contentType: "application/xml" },
      request: { kind: "xml", root },
      answer: undefined,
      faults: [],
    },
  },
});

const rpc = (service: string, method: string): Parts => ({ more: { grpc: { service, method } } });
const tool = (name: string): Parts => ({
  more: { mcp: { tool: name, version: "1", arguments: undefined, result: null, mirrored: [] } },
});

const cases: readonly (readonly [name: string, before: Parts, after: Parts, expected: string])[] = [
  ["nothing", { input: record(field("a")) }, { input: record(field("a")) }, "same"],
  [
    "an optional field more in the input",
    { input: record(field("a")) },
    { input: record(field("a"), field("b", text, optional)) },
    "compatible input.b sent by the old contract: the field is not sent",
  ],
  [
    "a status more that is a success",
    succeeding(),
    succeeding({ status: 201, field: null, contents: [] }),
    "compatible rest.success may be 201 as well",
  ],
  ["the same method of gRPC", rpc("shop.Shop", "Get"), rpc("shop.Shop", "Get"), "same"],
  [
    "another method of gRPC",
    rpc("shop.Shop", "Get"),
    rpc("shop.v2.Shop", "Get"),
    "breaking grpc shop.v2.Shop/Get instead of shop.Shop/Get",
  ],
  ["no method of gRPC any more", rpc("a.B", "Get"), {}, "breaking grpc none instead of a.B/Get"],
  ["a method of gRPC that there was not", {}, rpc("a.B", "Get"), "compatible"],
  [
    "another method of JSON-RPC",
    { more: { jsonrpc: { method: "get", parameters: [], byPosition: false, result: null } } },
    { more: { jsonrpc: { method: "Get", parameters: [], byPosition: false, result: null } } },
    "breaking jsonrpc Get instead of get",
  ],
  ["another tool of MCP", tool("get"), tool("get-it"), "breaking mcp get-it instead of get"],
  ["the same text", speaking("xml"), speaking("xml"), "same"],
  [
    "another text",
    speaking("xml"),
    speaking("xmi"),
    "breaking text messages are laid out otherwise",
  ],
  ["no text any more", speaking("xml"), {}, "breaking text the text is gone"],
  [
    "another body under a status that is a success",
    succeeding({ status: 201, field: null, contents: [] }),
    succeeding({ status: 201, field: "body", contents: [] }),
    "breaking rest.success another field is the body of 201",
  ],
  [
    "a required field more in the input",
    { input: record() },
    { input: record(field("b")) },
    "breaking input.b sent by the old contract: the field is required and not sent",
  ],
  [
    "a field less in the input",
    { input: record(field("a")) },
    { input: record() },
    "breaking input.a sent by the old contract: the field is not known",
  ],
  [
    "a field less in an open input",
    { input: record(field("a")) },
    { input: { ...record(), open: true } },
    "compatible input.a sent by the old contract: the field is not known",
  ],
  [
    "a field more in the output",
    { output: record() },
    { output: record(field("a")) },
    "compatible output.a answered now: the field is not known",
  ],
  [
    "a required field less in the output",
    { output: record(field("a")) },
    { output: record() },
    "breaking output.a answered now: the field is required and not sent",
  ],
  [
    "a field of the output that becomes optional",
    { output: record(field("a")) },
    { output: record(field("a", text, optional)) },
    "breaking output.a answered now: the field may be absent and is required",
  ],
  [
    "an input that takes null",
    { input: record(field("a")) },
    { input: record(field("a", text, { nullable: true })) },
    "compatible",
  ],
  [
    "an output that may be null",
    { output: record(field("a")) },
    { output: record(field("a", text, { nullable: true })) },
    "breaking output.a answered now: null is not taken",
  ],
  [
    "another value in an enumeration of the input",
    { input: record(field("a", colours("red"))) },
    { input: record(field("a", colours("red", "blue"))) },
    "compatible",
  ],
  [
    "another value in an enumeration of the output",
    { output: record(field("a", colours("red"))) },
    { output: record(field("a", colours("red", "blue"))) },
    "breaking output.a answered now: `blue` is not among the values",
  ],
  [
    "a wider integer in the input that JSON spells alike",
    { input: record(field("a", small)) },
    { input: record(field("a", wide)) },
    "compatible",
  ],
  [
    "a wider integer that JSON spells as a string",
    { input: record(field("a", small)) },
    { input: record(field("a", large)) },
    "breaking input.a sent by the old contract: JSON spells it as a string, not as a number",
  ],
  [
    "a lower bound",
    { input: record(field("a", small)) },
    { input: record(field("a", { ...small, minimum: "0" })) },
    "breaking input.a sent by the old contract: less than 0",
  ],
  [
    "shorter text in the input",
    { input: record(field("a", { ...text, lengthMax: 9 })) },
    { input: record(field("a", { ...text, lengthMax: 5 })) },
    "breaking input.a sent by the old contract: longer than 5",
  ],
  [
    "a finer decimal in the output",
    { output: record(field("a", { kind: "decimal", scale: 2 })) },
    { output: record(field("a", { kind: "decimal", scale: 4 })) },
    "breaking output.a answered now: more than 2 digits behind the point",
  ],
  [
    "fields in another order where XML has one",
    { input: { ...record(field("a"), field("b")), xmlOrder: "sequence" } },
    { input: { ...record(field("b"), field("a")), xmlOrder: "sequence" } },
    "breaking input sent by the old contract: the fields have another order in XML",
  ],
  [
    "a change deep in a type that holds itself",
    {
      input: record(field("n", { kind: "ref", name: "N" })),
      types: { N: record(field("next", { kind: "ref", name: "N" }, optional), field("a")) },
    },
    {
      input: record(field("n", { kind: "ref", name: "N" })),
      types: { N: record(field("next", { kind: "ref", name: "N" }, optional), field("a", small)) },
    },
    "breaking input.n.a sent by the old contract: a string is no int",
  ],
  [
    "another path",
    { more: rest("GET", "/a/{id}") },
    { more: rest("GET", "/b/{id}") },
    "breaking rest GET /b/{id} instead of GET /a/{id}",
  ],
  [
    "another name in the path",
    { more: rest("GET", "/a/{id}") },
    { more: rest("GET", "/a/{key}") },
    "compatible",
  ],
  [
    "an operation that is no longer safe",
    { more: { safety: "safe" } },
    {},
    "breaking safety unsafe instead of safe: it must not be repeated",
  ],
  [
    "a fault that is new",
    {},
    { more: { faults: [{ name: "gone", type: undefined }] } },
    "compatible faults.gone answered now: a fault that was not declared",
  ],
];

for (const [name, before, after, expected] of cases) {
  test(`${name} is ${expected.split(" ")[0]}`, () => {
    const { verdict, operations } = compareContracts(contract(before), contract(after));
    const reasons = operations.flatMap((operation) => operation.reasons);
    const said = reasons.map(({ place, message }) => ` ${place} ${message}`).join(";");
    assert.equal(`${verdict}${said}`, expected);
    assert.equal(
      verdict === "breaking",
      reasons.some(({ breaking }) => breaking),
    );
  });
}

test("operations that go break their callers, those that come break nobody", () => {
  const one = contract({});
  const other = contract({ more: { id: "other" } });
  assert.deepEqual(
    compareContracts(one, other).operations.map(({ id, change }) => `${id} ${change}`),
    ["op removed", "other added"],
  );
  assert.equal(compareContracts(one, other).verdict, "breaking");
  const both = { ...one, operations: [...one.operations, ...other.operations] };
  assert.equal(compareContracts(one, both).verdict, "compatible");
});
