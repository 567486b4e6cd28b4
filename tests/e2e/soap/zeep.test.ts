/** python-zeep loads the WSDL that we describe and calls through it, in both versions of SOAP. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import test from "node:test";
import { promisify } from "node:util";
import type { Call, Reply } from "#call/call.ts";
import type { Contract } from "#contract/contract.ts";
import { importer as wsdlImporter } from "#protocols/soap/import.ts";
import { createSoapFace } from "#protocols/soap/face.ts";
import { openApiImporter } from "#protocols/rest/import.ts";
import { lacksPythonModule, pythonWith } from "#tests/support/python.ts";
import { billingWsdl } from "#protocols/soap/billing-fixture.ts";
import { serveFace } from "./serve-face.ts";

const script = fileURLToPath(new URL("./call_with_zeep.py", import.meta.url));
const skip = lacksPythonModule("zeep");

interface ZeepCall {
  readonly port: string;
  readonly operation: string;
  readonly input: object;
  readonly headers?: object;
  readonly accept?: string;
}

interface ZeepResult {
  readonly output?: unknown;
  readonly fault?: {
    readonly code: string;
    readonly message: string;
    readonly detail: string | null;
    readonly subcodes: readonly string[];
  };
}

async function callWithZeep(
  contract: Contract,
  calls: readonly ZeepCall[],
  handle: (call: Call) => Reply,
): Promise<readonly ZeepResult[]> {
  const face = createSoapFace({ serviceName: "svc", contract });
  const server = await serveFace("svc", face, handle);
  try {
    const args = [script, `${server.url}?wsdl`, JSON.stringify(calls)];
    const { stdout } = await promisify(execFile)(pythonWith("zeep") ?? "python3", args);
    return JSON.parse(stdout) as readonly ZeepResult[];
  } finally {
    await server.stop();
  }
}

const billing = wsdlImporter.import({
  file: "/billing.wsdl",
  text: billingWsdl,
  read: () => undefined,
}).contract;
const ports = ["BillingServiceSoap11", "BillingServiceSoap12"];

function answer(output: Record<string, unknown>): Reply {
  return { kind: "answer", output: output as never, headers: {} };
}

test(
  "zeep calls every style of operation of a WSDL contract in both versions",
  { skip },
  async () => {
    const seen: Call[] = [];
    const line = { sku: "a", price: { value: "1.10", currency: "EUR" }, note: null };
    const invoice = { id: "9007199254740993", choice: { iban: "DE<1>" }, line: [line], paid: true };
    const results = await callWithZeep(
      billing,
      ports.flatMap((port) => [
        {
          port,
          operation: "getInvoice",
          input: { id: "9007199254740993" },
          headers: { Session: "s-1" },
        },
        {
          port,
          operation: "store",
          input: {
            id: 7,
            card: "c",
            line: [{ sku: "b", price: { _value_1: "2.50", currency: "USD" } }],
          },
        },
        { port, operation: "ping", input: {} },
        { port, operation: "add", input: { a: 1, b: 2 } },
        { port, operation: "reset", input: {} },
      ]),
      (call) => {
        seen.push(call);
        switch (call.operation.id) {
          case "getInvoice":
            return answer({ invoice });
          case "store":
            return answer({ Receipt: "r&1" });
          case "add":
            return answer({ sum: 3 });
          default:
            return answer({});
        }
      },
    );
    assert.deepEqual(
      seen.map(({ operation }) => operation.id),
      ports.flatMap(() => ["getInvoice", "store", "ping", "add", "reset"]),
    );
    const [first, second] = seen;
    assert.equal(JSON.stringify(first?.headers), '{"Session":"s-1"}');
    assert.equal(
      JSON.stringify(second?.input),
      '{"Invoice":{"id":"7","choice":{"card":"c"},"line":[{"sku":"b",' +
        '"price":{"currency":"USD","value":"2.50"}}]}}',
    );
    const read = {
      id: 9007199254740993n.toString(),
      iban: "DE<1>",
      line: [{ sku: "a", price: { _value_1: "1.10", currency: "EUR" } }],
      paid: true,
    };
    for (const at of [0, 5]) {
      const { id, ...rest } = (results[at]?.output ?? {}) as { readonly id?: unknown };
      const { id: wanted, ...others } = read;
      // JSON.parse of the script's answer cannot hold it; the nearest double is enough here.
      assert.equal(Number(id), Number(wanted));
      assert.deepEqual(rest, others);
      assert.equal(results[at + 1]?.output, "r&1");
      assert.equal(results[at + 3]?.output, 3);
    }
  },
);

test(
  "zeep reads bytes that travel beside the envelope, where it takes that",
  { skip },
  async () => {
    const scan = Buffer.from(Array.from({ length: 2_000 }, (_, index) => index % 256));
    const line = [{ sku: "a", price: { value: "1.10", currency: "EUR" } }];
    const invoice = { id: "1", choice: { iban: "D" }, line, scan };
    const operation = "getInvoice";
    const asked = { operation, input: { id: 1 }, headers: { Session: "s" } };
    const results = await callWithZeep(
      billing,
      ports.flatMap((port) => [
        { ...asked, port, accept: "multipart/related, text/xml, application/soap+xml" },
        { ...asked, port },
      ]),
      () => answer({ invoice }),
    );
    assert.equal(results.length, 4);
    for (const { output } of results) {
      assert.equal((output as { readonly scan: string }).scan, scan.toString("hex"));
    }
  },
);

test("zeep gets declared faults with their detail, and others with ours", { skip }, async () => {
  const results = await callWithZeep(
    billing,
    ports.flatMap((port) => [
      { port, operation: "getInvoice", input: { id: 1 } },
      { port, operation: "getInvoice", input: { id: 2 } },
    ]),
    ({ input }) => ({
      ...{ kind: "fault", faultKind: "not_found", blame: "service", code: "notFound" },
      message: `no invoice ${JSON.stringify(input["id"])}`,
      ...(input["id"] === "1" ? { declared: { name: "notFound", detail: { id: "1" } } } : {}),
    }),
  );
  const faults = results.map(({ fault }) => fault);
  assert.deepEqual(
    faults.map((fault) => [fault?.code, fault?.message]),
    [
      ["soap:Client", 'no invoice "1"'],
      ["soap:Client", 'no invoice "2"'],
      ["soap:Sender", 'no invoice "1"'],
      ["soap:Sender", 'no invoice "2"'],
    ],
  );
  for (const at of [0, 2]) {
    assert.match(faults[at]?.detail ?? "", /NotFound/);
    assert.match(faults[at + 1]?.detail ?? "", /<p:kind>not_found<\/p:kind>/);
  }
  assert.deepEqual(faults[2]?.subcodes, ["{urn:parlance:fault}not_found"]);
});

const openapi = {
  openapi: "3.1.0",
  info: { title: "Orders", version: "1" },
  paths: {
    "/orders/{id}": {
      get: {
        operationId: "getOrder",
        parameters: [
          { name: "id", in: "path", required: true, schema: { type: "integer", format: "int64" } },
          { name: "X-Tenant", in: "header", schema: { type: "string" } },
        ],
        responses: {
          200: {
            description: "the order",
            content: { "application/json": { schema: { $ref: "#/components/schemas/Order" } } },
          },
          404: {
            description: "there is none",
            content: { "application/json": { schema: { $ref: "#/components/schemas/Missing" } } },
          },
        },
      },
    },
  },
  components: {
    schemas: {
      Missing: { type: "object", required: ["reason"], properties: { reason: { type: "string" } } },
      Order: {
        type: "object",
        required: ["total", "lines"],
        properties: {
          total: { type: "string", format: "decimal" },
          note: { type: ["string", "null"] },
          state: { enum: ["open", "paid"] },
          lines: {
            type: "array",
            items: {
              type: "object",
              required: ["sku", "count"],
              properties: { sku: { type: "string" }, count: { type: "integer", format: "int32" } },
            },
          },
        },
      },
    },
  },
};

test("zeep calls an OpenAPI contract as if it had been SOAP all along", { skip }, async () => {
  const { contract } = openApiImporter.import({
    file: "/orders.json",
    text: JSON.stringify(openapi),
    read: () => undefined,
  });
  const output = { total: "10.50", note: null, state: "paid", lines: [{ sku: "a", count: 2 }] };
  const seen: Call[] = [];
  const results = await callWithZeep(
    contract,
    ["OrdersSoap11", "OrdersSoap12"].map((port) => ({
      port,
      operation: "getOrder",
      input: { id: "42" },
    })),
    (call) => {
      seen.push(call);
      return seen.length === 1
        ? answer(output)
        : {
            ...{ kind: "fault", faultKind: "not_found", blame: "client", message: "gone" },
            code: call.operation.faults[0]?.name ?? "",
            declared: {
              name: call.operation.faults[0]?.name ?? "",
              detail: { reason: "sold" },
            },
          };
    },
  );
  assert.equal(seen.length, 2);
  assert.equal(JSON.stringify(seen[0]?.input), '{"id":"42"}');
  assert.deepEqual(results[0]?.output, {
    total: "10.50",
    state: "paid",
    lines: [{ sku: "a", count: 2 }],
  });
  assert.match(results[1]?.fault?.detail ?? "", /<reason>sold<\/reason>/);
});
