/** The SOAP client of npm reads the WSDL that we describe, with namespaces and without. */
import assert from "node:assert/strict";
import test from "node:test";
import { createClientAsync, type Client } from "soap";
import type { Call, Reply } from "#call/call.ts";
import type { Contract } from "#contract/contract.ts";
import { openApiImporter } from "#protocols/rest/import.ts";
import { billing } from "#protocols/soap/billing-fixture.ts";
import { createSoapFace } from "#protocols/soap/face.ts";
import { serveFace } from "./serve-face.ts";

async function callAs(
  contract: Contract,
  handle: (call: Call) => Reply,
  run: (client: Client) => Promise<void>,
): Promise<readonly Call[]> {
  const calls: Call[] = [];
  const face = createSoapFace({ serviceName: "svc", contract });
  const server = await serveFace("svc", face, (call) => {
    calls.push(call);
    return handle(call);
  });
  try {
    await run(await createClientAsync(`${server.url}?wsdl`));
    return calls;
  } finally {
    await server.stop();
  }
}

type Method = (input: object) => Promise<readonly [unknown]>;

function answer(output: Extract<Reply, { kind: "answer" }>["output"]): Reply {
  return { kind: "answer", output, headers: {} };
}

const orders = openApiImporter.import({
  file: "/orders.json",
  text: JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Orders", version: "1" },
    paths: {
      "/orders": {
        post: {
          operationId: "addOrder",
          requestBody: {
            required: true,
            content: { "application/json": { schema: { $ref: "#/components/schemas/Order" } } },
          },
          responses: {
            201: {
              description: "added",
              content: { "application/json": { schema: { $ref: "#/components/schemas/Order" } } },
            },
          },
        },
      },
    },
    components: {
      schemas: {
        Order: {
          type: "object",
          required: ["note", "lines"],
          properties: {
            note: { type: "string" },
            lines: { type: "array", items: { $ref: "#/components/schemas/Line" } },
          },
        },
        Line: {
          type: "object",
          required: ["sku"],
          properties: { sku: { type: "string" }, count: { type: "integer", format: "int32" } },
        },
      },
    },
  }),
  read: () => undefined,
}).contract;

test("it calls a contract whose elements are in no namespace", async () => {
  const order = { note: "a<b", lines: [{ sku: "x", count: 2 }, { sku: "y" }] };
  const calls = await callAs(
    orders,
    ({ input }) => answer(input),
    async (client) => {
      const addOrder = client["addOrderAsync"] as Method;
      const [said] = await addOrder.call(client, order);
      assert.deepEqual(JSON.parse(JSON.stringify(said)), order);
    },
  );
  assert.deepEqual(JSON.parse(JSON.stringify(calls[0]?.input)), order);
});

test("it calls a contract whose elements are in one", async () => {
  const line = { sku: "a", price: { value: "1.10", currency: "EUR" } };
  const invoice = { id: "42", choice: { iban: "D" }, line: [line] };
  const calls = await callAs(
    billing,
    () => answer({ invoice }),
    async (client) => {
      const getInvoice = client["getInvoiceAsync"] as Method;
      const [said] = await getInvoice.call(client, { id: "42" });
      const { iban } = (said as { readonly invoice: { readonly iban: string } }).invoice;
      assert.equal(iban, "D");
    },
  );
  assert.deepEqual({ ...calls[0]?.input }, { id: "42" });
});
