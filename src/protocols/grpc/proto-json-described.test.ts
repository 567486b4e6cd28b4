/** Messages of a contract that is none of gRPC, in JSON as clients by its description have them. */
import assert from "node:assert/strict";
import test from "node:test";
import {
  createFileRegistry,
  fromBinary,
  fromJsonString,
  toBinary,
  toJsonString,
} from "@bufbuild/protobuf";
import {
  FileDescriptorProtoSchema,
  file_google_protobuf_duration,
  file_google_protobuf_timestamp,
} from "@bufbuild/protobuf/wkt";
import { defaultDocumentLimits } from "#base/limits.ts";
import type { Contract } from "#contract/contract.ts";
import type { Field, RecordType, Type } from "#contract/types.ts";
import { createRecord, type Value, type ValueRecord } from "#contract/value.ts";
import { describeProto } from "./describe.ts";
import { encodeDescriptorFile, readDescriptorFile } from "./descriptor-file.ts";
import { createOperations } from "./grpc-operation.ts";
import { createProtoNames } from "./proto-names.ts";

const int: Type = { kind: "int", bits: 32, signed: true };
const text: Type = { kind: "string", whitespace: "preserve" };
const list = (item: Type, itemNullable = false): Type => ({
  kind: "list",
  item,
  itemNullable,
  min: 0,
});

function field(name: string, type: Type, nullable = false): Field {
  return { name, type, presence: "optional", nullable };
}

const stock: Type = {
  kind: "enum",
  open: false,
  spelling: "string",
  values: [{ value: "in-stock" }, { value: "sold out" }, { value: "1" }],
};

const shop: RecordType = {
  kind: "record",
  fields: [
    field("state", stock),
    field("states", list(stock)),
    field("grid", list(list(int))),
    field("maybes", list(int, true)),
    field("span", { kind: "duration", style: "seconds" }),
    field("since", { kind: "dateTime", zone: "required" }),
    field("day", { kind: "date", zone: "none" }),
    field("price", { kind: "decimal" }),
    field("first name", text, true),
    field("pick", { kind: "ref", name: "Pick" }),
    field("any", { kind: "opaque", content: "json" }),
  ],
};

const contract: Contract = {
  name: "shop",
  version: "1",
  dialect: "rest",
  namespace: "urn:shop",
  types: new Map([
    ["Order", { name: "Order", type: shop }],
    [
      "Pick",
      {
        name: "Pick",
        type: {
          kind: "union",
          exclusive: true,
          variants: [
            { name: "word", type: text },
            { name: "count", type: int },
          ],
        },
      },
    ],
  ]),
  operations: [
    {
      id: "echo",
      mode: "unary",
      safety: "unsafe",
      input: { type: { kind: "ref", name: "Order" }, headers: [] },
      output: { type: { kind: "ref", name: "Order" }, headers: [] },
      faults: [],
      origin: { file: "shop.yaml", line: 1, column: 1 },
    },
  ],
};

const service = { serviceName: "shop", contract };
const file = readDescriptorFile("shop.proto", describeProto(service, { address: "" }).text);
const bytes = encodeDescriptorFile(file, {
  dependencies: file.imports,
  types: file.types,
  services: [],
});
const google = [file_google_protobuf_duration, file_google_protobuf_timestamp];
const registry = createFileRegistry(fromBinary(FileDescriptorProtoSchema, bytes), (name) =>
  google.find((one) => `${one.name}.proto` === name),
);
const schema = registry.getMessage(`${file.packageName}.Order`);
assert.ok(schema);
const described = schema;
const [operation] = contract.operations;
assert.ok(operation);
const names = createProtoNames(service);
const echo = createOperations(service, defaultDocumentLimits, names)(operation);

/** Values that stand apart in a contract and are the same, or something else, in a message. */
const cases: readonly Readonly<Record<string, Value>>[] = [
  { state: "in-stock", states: ["sold out", "1"] },
  { grid: [[1, 2], [], [3]] },
  { maybes: [1, null, 0] },
  { span: "-PT1.5S" },
  { span: "PT93600S" },
  { since: "2026-11-25T13:00:00.12Z", day: "2026-02-28", price: "0.10" },
  { "first name": "Ann" },
  { pick: Object.assign(createRecord(), { count: 0 }) },
  { any: '{"a":[1,null]}' },
];

for (const members of cases) {
  const value: ValueRecord = Object.assign(createRecord(), members);
  test(`clients by the description read and write ${JSON.stringify(members)}`, () => {
    const told = echo.writeOutput.json(value);
    assert.ok(told.kind === "bytes", JSON.stringify(told));
    const message = fromJsonString(described, told.bytes.toString(), { registry });
    const output = echo.readOutput(Buffer.from(toBinary(described, message)));
    assert.ok(output.kind === "value", JSON.stringify(output));
    const theirs = toJsonString(described, message, { registry });
    const input = echo.readInput.json(Buffer.from(theirs));
    assert.deepEqual([output, input], [input, output], theirs);
    for (const [name, one] of Object.entries(members)) {
      assert.deepEqual((output.value as ValueRecord)[name], one);
    }
  });
}
