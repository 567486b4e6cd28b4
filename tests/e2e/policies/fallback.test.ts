/** Answers in every dialect from examples of the contract, and from files, when services cannot. */
import assert from "node:assert/strict";
import { connect, type IncomingHttpHeaders } from "node:http2";
import test, { type TestContext } from "node:test";
import { envelopeOf, types } from "#tests/e2e/translate/soap-messages.ts";
import {
  startStandIn,
  startTranslating,
  type ServiceAnswer,
  type TranslatingGateway,
} from "#tests/e2e/translate/stand.ts";

const shopOpenApi = `openapi: 3.1.0
info: { title: Shop, version: 1.0.0 }
paths:
  /orders:
    post:
      operationId: placeOrder
      requestBody:
        content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } }
      responses:
        "201":
          description: Placed.
          content:
            application/json:
              schema: { $ref: "#/components/schemas/Order" }
              example: { id: never }
    get:
      operationId: listOrders
      responses:
        "200":
          description: All.
          content:
            application/json:
              schema: { type: array, items: { $ref: "#/components/schemas/Order" } }
              examples:
                two: { value: [{ id: a, cents: 12345678901234567890 }, { id: b }] }
  /orders/{id}:
    get:
      operationId: getOrder
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses:
        "200":
          description: One.
          content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } }
        "404": { description: None. }
components:
  schemas:
    Order:
      type: object
      required: [id]
      properties: { id: { type: string }, cents: { type: integer, minimum: 0 } }
      example: { id: shown, cents: 5 }
`;

/** A port that nobody listens on. */
const nowhere = "http://127.0.0.1:9";

interface Stand {
  readonly policies: string;
  readonly instance?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly service?: string;
}

function startShop(context: TestContext, stand: Stand): Promise<TranslatingGateway> {
  const { policies, instance = nowhere, files = {}, service = "" } = stand;
  return startTranslating(context, {
    text:
      `services:\n  shop:\n    contract: shop.yaml\n    instances: ["${instance}"]\n${service}` +
      `    policies:\n${policies}`,
    files: { "shop.yaml": shopOpenApi, ...files },
  });
}

async function ask(url: string, path: string, body?: string, type = "application/json") {
  const init = { method: "POST", headers: { "content-type": type }, body };
  const response = await fetch(url + path, body === undefined ? {} : (init as RequestInit));
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const namespace = 'xmlns:t="urn:parlance:shop"';
const soapCall = envelopeOf(`<t:getOrder ${namespace}><id>1</id></t:getOrder>`);
const rpcCall = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "getOrder", params: { id: "1" } });
const graphqlCall = JSON.stringify({ query: '{ shop_getOrder(id: "1") { id } }' });

test("the example of the contract is the answer when no instance can be reached, in every dialect", async (context) => {
  const { url, done } = await startShop(context, { policies: "      - fallback: {}\n" });
  const rest = await ask(url, "/shop/orders/1");
  assert.equal(rest.status, 200);
  assert.deepEqual(JSON.parse(rest.text), { id: "shown", cents: 5 });
  assert.equal(rest.headers.get("content-type")?.startsWith("application/json"), true);
  assert.equal(rest.headers.get("parlance-fallback"), "instance-unreachable");
  assert.equal(rest.headers.get("cache-control"), "no-store");
  assert.equal(done[0]?.code, "instance-unreachable");
  const list = await ask(url, "/shop/orders");
  assert.match(list.text, /12345678901234567890/);
  const soap = await ask(url, "/soap/shop", soapCall, types["1.1"]);
  assert.equal(soap.status, 200);
  assert.match(soap.text, /<id>shown<\/id>/);
  assert.equal(soap.headers.get("parlance-fallback"), "instance-unreachable");
  assert.match((await ask(url, "/rpc/shop", rpcCall)).text, /"result":\{"id":"shown"/);
  assert.match((await ask(url, "/graphql", graphqlCall)).text, /"shop_getOrder":\{"id":"shown"\}/);
  const json = await ask(url, "/shop.Shop/GetOrder", '{"id":"1"}');
  assert.equal(json.status, 200);
  assert.match(json.text, /"id":"shown"/);
});

test("so it is in gRPC, with status and trailers", async (context) => {
  const { url } = await startShop(context, { policies: "      - fallback: {}\n" });
  const session = connect(url);
  context.after(() => session.close());
  const stream = session.request({
    ":method": "POST",
    ":path": "/shop.Shop/GetOrder",
    "content-type": "application/grpc",
    te: "trailers",
  });
  // GetOrderRequest with id "1", in its frame.
  stream.end(Buffer.from([0, 0, 0, 0, 3, 10, 1, 0x31]));
  const chunks: Buffer[] = [];
  let trailers: IncomingHttpHeaders = {};
  let headers: IncomingHttpHeaders = {};
  stream.on("response", (got) => (headers = got));
  stream.on("trailers", (got) => (trailers = got));
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => stream.on("end", resolve));
  assert.equal(headers["parlance-fallback"], "instance-unreachable");
  assert.equal(trailers["grpc-status"], "0");
  assert.match(Buffer.concat(chunks).toString("latin1"), /shown/);
});

test("nobody is told that something was done: operations that are not safe have no example", async (context) => {
  const { url } = await startShop(context, { policies: "      - fallback: {}\n" });
  const placed = await ask(url, "/shop/orders", '{"id":"1"}');
  assert.equal(placed.status, 502);
  assert.equal(placed.headers.get("parlance-fallback"), null);
});

test("a file stands for an operation, whatever it changes, and is stronger than the example", async (context) => {
  const policies = "      - fallback: { files: { getOrder: get.json, placeOrder: placed.json } }\n";
  const files = { "get.json": '{"id":"filed"}', "placed.json": '{"id":"later"}' };
  const { url } = await startShop(context, { policies, files });
  assert.match((await ask(url, "/shop/orders/1")).text, /filed/);
  const placed = await ask(url, "/shop/orders", '{"id":"1"}');
  assert.equal(placed.status, 201);
  assert.match(placed.text, /later/);
});

test("a breaker that is open, and an answer that does not come in time", async (context) => {
  const service = await startStandIn(context, () => ({ body: "stall" }));
  const policies =
    "      - fallback: {}\n      - breaker: { requestsMin: 1, failurePercent: 50, windowMs: 10000 }\n";
  const stand = { policies, instance: service.url, service: "    firstByteMs: 200\n" };
  const { url } = await startShop(context, stand);
  const reasons: (string | null)[] = [];
  for (let count = 0; count < 4; count++) {
    const { headers, text } = await ask(url, "/shop/orders/1");
    assert.match(text, /shown/);
    reasons.push(headers.get("parlance-fallback"));
  }
  assert.equal(reasons[0], "answer-timeout");
  assert.equal(reasons.at(-1), "circuit-open");
});

for (const on of ["[unavailable]", "[unavailable, 5xx]"]) {
  const isGiven = on.includes("5xx");
  test(`errors of the service are ${isGiven ? "replaced" : "passed on"} with on: ${on}`, async (context) => {
    const answer: ServiceAnswer = { status: 503, body: "down" };
    const service = await startStandIn(context, () => answer);
    const policies = `      - fallback: { on: ${on} }\n`;
    const { url } = await startShop(context, { policies, instance: service.url });
    const rest = await ask(url, "/shop/orders/1");
    assert.equal(rest.status, isGiven ? 200 : 503);
    assert.equal(rest.headers.get("parlance-fallback"), isGiven ? "status-503" : null);
    const soap = await ask(url, "/soap/shop", soapCall, types["1.1"]);
    assert.equal(/<id>shown<\/id>/.test(soap.text), isGiven);
    const rpc = await ask(url, "/rpc/shop", rpcCall);
    assert.equal(/shown/.test(rpc.text), isGiven, rpc.text);
  });
}

test("what the service refuses for a reason of the caller's stays refused", async (context) => {
  const service = await startStandIn(context, () => ({ status: 404, body: "" }));
  const policies = "      - fallback: { on: [unavailable, timeout, 5xx] }\n";
  const { url } = await startShop(context, { policies, instance: service.url });
  assert.equal((await ask(url, "/shop/orders/1")).status, 404);
  assert.match((await ask(url, "/soap/shop", soapCall, types["1.1"])).text, /Fault/);
});

test("maintenance is replaced where that is wanted", async (context) => {
  const policies = "      - fallback: { on: [maintenance] }\n      - maintenance: {}\n";
  const { url } = await startShop(context, { policies });
  const { text, headers } = await ask(url, "/shop/orders/1");
  assert.match(text, /shown/);
  assert.equal(headers.get("parlance-fallback"), "in-maintenance");
});

test("SOAP that passes to a service of SOAP has its fallback too", async (context) => {
  const described = await startShop(context, { policies: "      - fallback: {}\n" });
  const wsdl = (await ask(described.url, "/soap/shop?wsdl")).text;
  const { url } = await startTranslating(context, {
    text:
      `services:\n  legacy:\n    contract: legacy.wsdl\n    instances: ["${nowhere}"]\n` +
      "    policies:\n      - fallback: { files: { getOrder: get.json } }\n",
    files: { "legacy.wsdl": wsdl, "get.json": '{"id":"filed"}' },
  });
  const soap = await ask(url, "/soap/legacy", soapCall, types["1.1"]);
  assert.equal(soap.status, 200);
  assert.match(soap.text, /<id>filed<\/id>/);
});

test("a service without a contract has one file for what is only read", async (context) => {
  const { url } = await startTranslating(context, {
    text:
      `services:\n  plain:\n    instances: ["${nowhere}"]\n    policies:\n` +
      "      - fallback: { file: sorry.html, contentType: text/html, status: 503 }\n",
    files: { "sorry.html": "<p>back soon" },
  });
  const got = await ask(url, "/plain/page");
  assert.equal(got.status, 503);
  assert.equal(got.text, "<p>back soon");
  assert.equal(got.headers.get("content-type"), "text/html");
  assert.equal((await ask(url, "/plain/page", "{}")).status, 502);
});

const wrong = [
  ["{ files: { getOrders: get.json } }", { "get.json": "{}" }, /no operation getOrders/],
  ["{ files: { getOrder: gone.json } }", {}, /gone.json/],
  ["{ files: { getOrder: get.json } }", { "get.json": '{"id":5}' }, /no answer of getOrder/],
  ["{ files: { getOrder: get.json } }", { "get.json": "{" }, /no answer of getOrder/],
  ["{ file: get.json }", { "get.json": "{}" }, /expected `files`, by operation/],
  ["{ on: [] }", {}, /at least one reason/],
  ["{ on: [bad-weather] }", {}, /bad-weather/],
] as const;

for (const [options, files, message] of wrong) {
  test(`options ${options} with ${JSON.stringify(files)} are refused, and why`, async (context) => {
    const stand = { policies: `      - fallback: ${options}\n`, files };
    await assert.rejects(startShop(context, stand), message);
  });
}
