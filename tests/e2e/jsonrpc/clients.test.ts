/** A client and a server that others wrote, in JSON-RPC, and their reading of OpenRPC. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import published from "@open-rpc/meta-schema";
import { Ajv } from "ajv";
import {
  createJSONRPCErrorResponse,
  JSONRPCClient,
  JSONRPCErrorException,
  JSONRPCServer,
  type JSONRPCRequest,
  type JSONRPCResponse,
} from "json-rpc-2.0";
import { importContract } from "#app/import-contracts.ts";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { startStandIn, startTranslating, type ServiceAnswer } from "#tests/e2e/translate/stand.ts";
import { listenHttp } from "#tests/support/listen-http.ts";

/** It is a module of CommonJS, whose types say otherwise. */
const { default: metaSchema } = published as unknown as { readonly default: object };
const json = { "content-type": "application/json" };

async function startShop(scope: TestContext) {
  const service = await startStandIn(scope, ({ method, url, body }): ServiceAnswer => {
    if (method === "POST") {
      return { status: 201, headers: json, body: `{"id":"o1","order":${body}}` };
    }
    if (url.startsWith("/orders/404")) {
      return { status: 404, headers: json, body: '{"reason":"no such order"}' };
    }
    return { headers: json, body: JSON.stringify({ id: url.split(/[/?]/)[2] }) };
  });
  const { url } = await startTranslating(scope, {
    text: `services:\n  shop: { contract: shop.yaml, instances: ["${service.url}"] }\n`,
    files: { "shop.yaml": shopOpenApi },
  });
  return { service, client: clientOf(`${url}/rpc/shop`) };
}

/** As its documentation has it for HTTP. */
function clientOf(url: string): JSONRPCClient {
  const client: JSONRPCClient = new JSONRPCClient(async (request: unknown) => {
    const body = JSON.stringify(request);
    const answer = await fetch(url, { method: "POST", headers: json, body });
    if (answer.status === 200) client.receive((await answer.json()) as JSONRPCResponse);
    else assert.equal(answer.status, 204);
  });
  return client;
}

/** Over HTTP, as its documentation has it. */
async function startRpc(scope: TestContext, server: JSONRPCServer): Promise<string> {
  const url = await listenHttp(scope, (request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", async () => {
      const answer = await server.receiveJSON(Buffer.concat(parts).toString());
      if (answer === null) response.writeHead(204).end();
      else response.writeHead(200, json).end(JSON.stringify(answer));
    });
  });
  return `${url}/`;
}

test("a client that others wrote calls, by name and by position", async (context) => {
  const { client, service } = await startShop(context);
  assert.deepEqual(await client.request("getOrder", { id: "7" }), { id: "7" });
  assert.deepEqual(await client.request("getOrder", ["8", 2]), { id: "8" });
  assert.deepEqual(
    service.requests.map(({ url }) => url),
    ["/orders/7", "/orders/8?lines=2"],
  );
});

test("its batch is answered, each request by itself, and the faults among them", async (context) => {
  const { client } = await startShop(context);
  const requests = [
    ["getOrder", { id: "1" }],
    ["getOrder", { id: "404" }],
    ["nothing", {}],
    ["getOrder", {}],
  ] as const;
  const answers = await client.requestAdvanced(
    requests.map(([method, params], id): JSONRPCRequest => ({
      jsonrpc: "2.0",
      id,
      method,
      params,
    })),
  );
  assert.deepEqual(
    answers.map(({ id, result, error }) => [id, (result as unknown) ?? error?.code]),
    [
      [0, { id: "1" }],
      [1, -32005],
      [2, -32601],
      [3, -32602],
    ],
  );
});

test("its notifications are carried out and not answered", async (context) => {
  const { client, service } = await startShop(context);
  client.notify("getOrder", { id: "quiet" });
  while (service.requests.length === 0) await new Promise((next) => setTimeout(next, 5));
  assert.equal(service.requests[0]?.url, "/orders/quiet");
  await assert.rejects(
    async () => void (await client.request("nothing", {})),
    /there is no method nothing/,
  );
});

test("its errors say the fault, its detail, and who broke it", async (context) => {
  const { client } = await startShop(context);
  await assert.rejects(
    async () => void (await client.request("getOrder", { id: "404" })),
    (error: JSONRPCErrorException) => {
      assert.ok(error instanceof JSONRPCErrorException);
      const { exchange, ...data } = error.data as Record<string, unknown>;
      assert.match(String(exchange), /^[0-9a-f]{32}$/);
      const detail = { reason: "no such order" };
      assert.deepEqual(data, { code: "notFound", kind: "not_found", fault: "client", detail });
      return true;
    },
  );
});

test("what rpc.discover tells is OpenRPC by its own schema, and is imported again", async (context) => {
  const { client } = await startShop(context);
  const told = (await client.request("rpc.discover", {})) as object;
  // What stands in a schema is JSON Schema's affair; the documents that say so are not at hand.
  const text = JSON.stringify(metaSchema).replaceAll(
    /"\$ref":"https:\/\/meta\.json-schema\.tools[^"]*"/g,
    '"description":"a schema"',
  );
  const ajv = new Ajv({ strict: false, validateSchema: false, logger: false });
  const validate = ajv.compile(JSON.parse(text) as object);
  assert.ok(validate(told), JSON.stringify(validate.errors));
  assert.equal(validate({ ...told, methods: [{ name: "x" }] }), false);
  const files = { readUpTo: () => Buffer.from(JSON.stringify(told)) };
  const { contract } = importContract("shop.openrpc.json", files, new Set());
  assert.deepEqual(
    contract?.operations.map(({ id }) => id),
    ["placeOrder", "getOrder"],
  );
});

test("callers in REST reach a service on a server that others wrote", async (context) => {
  const server = new JSONRPCServer();
  const noted: unknown[] = [];
  server.addMethod("add", ([one, other]: readonly [number, number]) => one + other);
  server.addMethod("note", (params: unknown) => void noted.push(params));
  server.addMethodAdvanced("fail", ({ id }) =>
    Promise.resolve(createJSONRPCErrorResponse(id ?? null, 17, "closed", { until: "noon" })),
  );
  const rpc = await startRpc(context, server);
  const number = { type: "integer", format: "int32" };
  const document = {
    openrpc: "1.3.2",
    info: { title: "Sums", version: "1" },
    methods: [
      {
        name: "add",
        paramStructure: "by-position",
        params: [
          { name: "one", required: true, schema: number },
          { name: "other", required: true, schema: number },
        ],
        result: { name: "sum", schema: number },
      },
      { name: "note", params: [{ name: "text", schema: { type: "string" } }] },
      {
        name: "fail",
        params: [],
        result: { name: "r", schema: number },
        errors: [{ code: 17, message: "closed" }],
      },
    ],
  };
  const { url } = await startTranslating(context, {
    text: `services:\n  sums: { contract: s.json, instances: ["${rpc}"] }\n`,
    files: { "s.json": JSON.stringify(document) },
  });
  const ask = (operation: string, body: object) =>
    fetch(`${url}/sums/${operation}`, {
      method: "POST",
      headers: json,
      body: JSON.stringify(body),
    });
  assert.deepEqual(await (await ask("add", { one: 2, other: 3 })).json(), { result: 5 });
  assert.equal((await ask("note", { text: "x" })).status, 202);
  assert.deepEqual(noted, [{ text: "x" }]);
  const failed = await ask("fail", {});
  assert.equal(((await failed.json()) as { code: string }).code, "closed");
});
