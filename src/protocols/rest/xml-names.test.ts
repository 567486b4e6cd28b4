/** Properties whose names XML cannot have keep elements of their own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Contract } from "#contract/contract.ts";
import { describeOpenApi } from "./describe.ts";
import { importOpenApi } from "./import.ts";

const text = { type: "string" };
const list = { type: "array", items: text };
const properties = {
  "@id": text,
  _id: text,
  $id: { ...list, xml: { wrapped: true } },
  "a b": list,
  "a:b": { ...text, xml: { name: "a_b" } },
  a_b2: text,
  "c d": { ...text, xml: { attribute: true } },
  c_d: text,
};
const content = { "application/json": { schema: { type: "object", properties } } };
const document = JSON.stringify({
  openapi: "3.1.0",
  info: { title: "T", version: "1" },
  paths: { "/a": { get: { operationId: "a", responses: { 200: { description: "", content } } } } },
});

function imported(source: string): Contract {
  return importOpenApi({ file: "/a.json", text: source, read: () => undefined }).contract;
}

function namesIn(contract: Contract): unknown {
  const output = contract.operations[0]?.output?.type;
  const type = output?.kind === "ref" ? contract.types.get(output.name)?.type : output;
  assert.ok(type?.kind === "record");
  return type.fields.map(({ name, xml }) => [
    name,
    xml?.node === "attribute" ? `@${xml.name}` : (xml?.wrapper?.name ?? xml?.name),
  ]);
}

test("what becomes the same name in XML is numbered, names that may stand there are kept", () => {
  const contract = imported(document);
  assert.deepEqual(namesIn(contract), [
    ["@id", "_id2"],
    ["_id", "_id"],
    ["$id", "_id3"],
    ["a b", "a_b3"],
    ["a:b", "a_b"],
    ["a_b2", "a_b2"],
    ["c d", "@c_d"],
    ["c_d", "c_d"],
  ]);
  const { text: described } = describeOpenApi({ serviceName: "t", contract }, { address: "/" });
  assert.deepEqual(namesIn(imported(described)), namesIn(contract));
});
