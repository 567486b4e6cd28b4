import assert from "node:assert/strict";
import test from "node:test";
import type { Fault } from "#call/call.ts";
import type { Contract, Operation } from "#contract/contract.ts";
import type { Field, Type } from "#contract/types.ts";
import { addTextFace } from "./add-face.ts";
import { describeText } from "./describe.ts";
import { createTextUpstream } from "./upstream.ts";

const text: Type = { kind: "string", whitespace: "preserve" };
const field = (name: string, type: Type, presence: Field["presence"] = "required"): Field => {
  return { name, type, presence, nullable: false };
};
const record = (...fields: Field[]) => ({ kind: "record", fields }) as const;
const list = (item: Type): Type => ({ kind: "list", item, itemNullable: false, min: 0 });

const base = { mode: "unary", safety: "unsafe", faults: [] } as const;
const contract: Contract = {
  ...{ name: "Shop", version: "1", dialect: "rest", namespace: "urn:shop", types: new Map() },
  operations: [
    {
      ...{ ...base, id: "place" },
      input: {
        type: record(
          field("customer", record(field("name", text), field("tags", list(text), "optional"))),
          field("note", { kind: "opaque", content: "json" }, "optional"),
        ),
        headers: [],
      },
      output: { type: record(field("id", text)), headers: [] },
    },
    {
      ...{ ...base, id: "list" },
      input: { type: record(), headers: [] },
      output: { type: record(field("items", list(record(field("id", text))))), headers: [] },
    },
    {
      ...{ ...base, id: "send" },
      input: { type: record(field("any", { kind: "opaque", content: "xml" })), headers: [] },
      output: undefined,
    },
  ],
};

test("what is described is a face over the service, and what is not is told", () => {
  const described = describeText({ serviceName: "shop", contract }, { address: "" });
  assert.equal(
    described.text,
    `parlance: text/1
name: "Shop"
errors: "ERROR {code} {message}"
operations:
  place:
    request:
      format: key-value
      fields:
        - { as: operation, const: place }
        - { name: customer.name }
        - { name: customer.tags, many: true }
    answer:
      format: key-value
      fields:
        - { name: id }
  list:
    request:
      format: key-value
      fields:
        - { as: operation, const: list }
    answer:
      format: csv
      header: true
      rows: items
      fields:
        - { name: id }
`,
  );
  assert.deepEqual(
    described.diagnostics.map(({ message }) => message),
    [
      "place: note has no place in a text, and is not said",
      "send: any has no place in a text: left out whole",
    ],
  );
  const source = { file: "shop.text.yaml", text: described.text, read: () => undefined };
  const faced = addTextFace(source, contract);
  assert.deepEqual(faced.diagnostics, []);
  const spoken = faced.contract.operations.filter((one) => one.text !== undefined);
  assert.deepEqual(
    spoken.map(({ id }) => id),
    ["place", "list"],
  );
});

test("an optional list of records has no place, and keeps nothing from being said", () => {
  const lines = field("lines", list(record(field("sku", text))), "optional");
  const [place] = contract.operations;
  const input = { type: record(field("id", text), lines), headers: [] };
  const own = { ...contract, operations: [{ ...place, id: "put", input }] } as Contract;
  const { text: described, diagnostics } = describeText(
    { serviceName: "shop", contract: own },
    { address: "" },
  );
  assert.match(described, /put:\n    request:/);
  assert.deepEqual(
    diagnostics.map(({ message }) => message),
    ["put: lines has no place in a text, and is not said"],
  );
  const source = { file: "shop.text.yaml", text: described, read: () => undefined };
  const faced = addTextFace(source, own).contract;
  const upstream = createTextUpstream({ serviceName: "shop", contract: faced });
  const [operation] = faced.operations as [Operation];
  const call = { operation, headers: {}, input: { id: "1", lines: [{ sku: "a" }] } };
  const fault = upstream.encode(call) as Fault;
  assert.deepEqual(
    [fault.code, fault.place, fault.message],
    ["text-not-representable", "/lines", "the text has no place for this field"],
  );
  assert.equal(upstream.encode({ ...call, input: { id: "1" } }).kind, "request");
});
