import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { describeOneOpenRpc } from "./describe.ts";
import { importOpenRpc, openRpcImporter } from "./import.ts";

const document = {
  openrpc: "1.3.2",
  info: { title: "Pets", version: "2" },
  methods: [
    {
      name: "pets.list",
      description: "All of them.",
      params: [{ $ref: "#/components/contentDescriptors/limit" }],
      result: {
        name: "pets",
        schema: { type: "array", items: { $ref: "#/components/schemas/Pet" } },
      },
      errors: [{ $ref: "#/components/errors/busy" }],
    },
    {
      name: "pets.get",
      paramStructure: "by-position",
      params: [{ name: "id", required: true, schema: { type: "integer" } }],
      result: { name: "pet", schema: { $ref: "#/components/schemas/Pet" } },
    },
    { name: "pets.note", params: [] },
  ],
  components: {
    schemas: {
      Pet: { type: "object", required: ["id"], properties: { id: { type: "integer" } } },
    },
    contentDescriptors: { limit: { name: "limit", schema: { type: "integer", maximum: 100 } } },
    errors: { busy: { code: 100, message: "pets busy" } },
  },
};

function load(text: string) {
  return importOpenRpc({ file: "pets.json", text, read: () => undefined });
}

test("methods become operations with their parameters, results and errors", () => {
  const { contract, diagnostics } = load(JSON.stringify(document));
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(
    contract.operations.map(({ id, mode, jsonrpc, faults }) => [id, mode, jsonrpc, faults.length]),
    [
      [
        "petsList",
        "unary",
        { method: "pets.list", parameters: ["limit"], byPosition: false, result: "result" },
        1,
      ],
      [
        "petsGet",
        "unary",
        { method: "pets.get", parameters: ["id"], byPosition: true, result: undefined },
        0,
      ],
      [
        "petsNote",
        "one-way",
        { method: "pets.note", parameters: [], byPosition: false, result: null },
        0,
      ],
    ],
  );
  assert.equal(contract.operations[0]?.faults[0]?.jsonRpcCode, 100);
});

test("what is described is imported as the same operations", () => {
  const { contract } = load(JSON.stringify(document));
  const { text } = describeOneOpenRpc({ serviceName: "pets", contract }, { address: "/rpc/pets" });
  const again = load(text);
  assert.deepEqual(again.diagnostics, []);
  const plain = (operations: typeof contract.operations) =>
    operations.map(({ id, mode, input, faults, jsonrpc }) => ({
      ...{ id, mode, input, jsonrpc },
      faults: faults.map(({ name, jsonRpcCode }) => [name, jsonRpcCode]),
    }));
  // Of a notification nothing tells that there is no result but that none stands there.
  assert.deepEqual(plain(again.contract.operations), plain(contract.operations));
});

test("it is known by its version key", () => {
  assert.equal(openRpcImporter.recognize(JSON.stringify(document), "x.json"), 1);
  assert.equal(openRpcImporter.recognize('{"openapi":"3.1.0"}', "x.json"), 0);
});

test("any text gives a contract and what is wrong with it", () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), (put, at) => {
      const text = JSON.stringify(document);
      const place = at % text.length;
      const { contract } = load(text.slice(0, place) + put + text.slice(place + put.length));
      assert.equal(contract.dialect, "jsonrpc");
    }),
    { numRuns: 300 },
  );
});
