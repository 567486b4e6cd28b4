/** `parlance call`: what is sent to a gateway, and what is made of its answers. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bareEnvironment } from "#tests/support/bare-environment.ts";

const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
const config = fileURLToPath(new URL("../../../examples/estate/parlance.yaml", import.meta.url));

interface Asked {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Stands in for the gateway: remembers what it is asked and answers what it is told to. */
let gateway: Server;
let url = "";
let asked: Asked[] = [];
let answer: { status: number; type: string; body: string; fault?: string };

before(async () => {
  gateway = createServer((request, response) => {
    void textOf(request).then((body) => {
      const { method, url: path, headers } = request;
      asked.push({ method, path, headers, body });
      response.setHeader("content-type", answer.type);
      response.setHeader("parlance-exchange", "exchange-1");
      if (answer.fault !== undefined) response.setHeader("parlance-fault", answer.fault);
      response.writeHead(answer.status).end(answer.body);
    });
  }).listen(0, "127.0.0.1");
  await once(gateway, "listening");
  url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
});

after(() => gateway.close());

beforeEach(() => {
  asked = [];
  answer = { status: 200, type: "application/json", body: "{}" };
});

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}

interface Run {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly gatewayUrl?: string;
}

function call(args: readonly string[], { env, input, gatewayUrl = url }: Run = {}) {
  const more = ["--config", config, "--gateway", gatewayUrl];
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const options = { env: { ...bareEnvironment, ...env } };
    const child = execFile(
      process.execPath,
      [main, "call", ...args, ...more],
      options,
      (_error, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
    );
    child.stdin?.end(input);
  });
}

const page = '{"items":[],"next":"7"}';
const found = '{"invoice":[],"found":0}';

test("an operation without a path of its own is a POST of its input, with the caller's key", async () => {
  answer.body = found;
  const env = { STOREFRONT_KEY: "storefront-key" };
  const input = '{"customerName":"Asha","limit":2}';
  const { code, out, err } = await call(["billing.listInvoices", input, "--as", "storefront"], {
    env,
  });
  assert.deepEqual({ code, out, err }, { code: 0, out: `${found}\n`, err: "" });
  const [request] = asked;
  assert.deepEqual([request?.method, request?.path], ["POST", "/billing/listInvoices"]);
  assert.deepEqual(JSON.parse(request?.body ?? ""), JSON.parse(input));
  assert.equal(request?.headers["x-api-key"], "storefront-key");
});

test("the path of a contract is filled from the input, and its query, too", async () => {
  answer.body = page;
  assert.equal((await call(["orders.listOrders", '{"limit":3,"after":"12"}'])).code, 0);
  answer.body = '{"id":"x"}';
  await call([
    "orders.changeOrderStatus",
    '{"orderId":"o-0123456789abcdef","body":{"status":"paid"}}',
  ]);
  const [list, change] = asked;
  assert.deepEqual([list?.method, list?.path], ["GET", "/orders/orders?limit=3&after=12"]);
  assert.equal(list?.headers["x-api-key"], undefined);
  assert.equal(change?.method, "PUT");
  assert.equal(change.path, "/orders/orders/o-0123456789abcdef/status");
  assert.equal(change.body, '{"status":"paid"}');
});

test("a number beyond 2^53 in standard input is sent and shown digit for digit", async () => {
  answer = {
    status: 400,
    type: "application/problem+json",
    body: '{"title":"x","detail":"There is none","code":"unknownInvoice","number":"9007199254740993"}',
    fault: "client",
  };
  const { code, out, err } = await call(["billing.getInvoice", "-", "--key", "a-key"], {
    input: '{"number": 9007199254740993}',
  });
  assert.deepEqual({ code, out }, { code: 1, out: "" });
  assert.match(asked[0]?.body ?? "", /^\{"number":"?9007199254740993"?\}$/);
  assert.equal(asked[0]?.headers["x-api-key"], "a-key");
  assert.match(err, /^unknownInvoice: There is none$/m);
  assert.match(err, /^Detail: \{"number":"9007199254740993"\}$/m);
  assert.match(err, /^Broken by: client \(status 400, exchange exchange-1\)$/m);
});

test("with --json both answers and faults are one object", async () => {
  answer.body = page;
  const fine = await call(["orders.listOrders", "--json"]);
  assert.deepEqual(JSON.parse(fine.out), {
    kind: "answer",
    status: 200,
    exchange: "exchange-1",
    output: { items: [], next: "7" },
  });
  const body = '{"title":"No","detail":"no instance answers","code":"no-instance"}';
  answer = { status: 503, type: "application/problem+json", body, fault: "service" };
  const failed = await call(["orders.listOrders", "--json"], { env: { PARLANCE_KEY: "its-key" } });
  assert.equal(failed.code, 1);
  assert.equal(asked[1]?.headers["x-api-key"], "its-key");
  const { kind, status, exchange, blame, message } = JSON.parse(failed.out) as Record<
    string,
    unknown
  >;
  assert.deepEqual(
    { kind, status, exchange, blame },
    { kind: "fault", status: 503, exchange: "exchange-1", blame: "service" },
  );
  assert.match(String(message), /no instance answers/);
});

test("an input that does not fit the contract is never sent", async () => {
  const inputs: readonly (readonly [target: string, input: string, says: RegExp])[] = [
    ["billing.getInvoice", '{"numbr":"1"}', /\/numbr: .*did you mean `number`/],
    ["billing.getInvoice", "{}", /number/],
    ["billing.getInvoice", '{"number":"9223372036854775808"}', /\/number/],
    ["billing.getInvoice", '{"number":', /JSON|end/],
    ["orders.getOrder", '{"orderId":"../x"}', /\/orderId/],
  ];
  for (const [target, input, says] of inputs) {
    const { code, err } = await call([target, input]);
    assert.equal(code, 1, input);
    assert.match(err, says);
    assert.match(err, /^Nothing was sent/m);
  }
  assert.deepEqual(asked, []);
});

test("a gateway that does not answer is 3, and says where it was looked for", async () => {
  const { code, err } = await call(["orders.listOrders"], { gatewayUrl: "http://127.0.0.1:1" });
  assert.equal(code, 3);
  assert.match(err, /no answer from the gateway at http:\/\/127\.0\.0\.1:1/);
});

const wrong: readonly (readonly [args: readonly string[], code: number, says: string])[] = [
  [["orders"], 2, 'TARGET is "orders"; expected SERVICE.OPERATION'],
  [["ordres.listOrders"], 1, "(did you mean `orders`?)"],
  [["orders.lstOrders"], 1, "(did you mean `listOrders`?)"],
  [["storefront.x"], 1, "service storefront has no contract"],
  [["orders.listOrders", "--as", "storfront"], 2, "(did you mean `storefront`?)"],
  [
    ["orders.listOrders", "--as", "storefront"],
    2,
    "the key of caller storefront: environment variable `STOREFRONT_KEY`",
  ],
  [["orders.listOrders", "--as", "anonymous"], 2, "caller anonymous has no key"],
  [["orders.listOrders", "--as", "orders", "--key", "k"], 2, "the key is given twice"],
  [["orders.listOrders", "--timeout", "soon"], 2, '--timeout is "soon"; expected milliseconds'],
];

for (const [args, code, says] of wrong) {
  test(`call ${args.join(" ")} ends with ${code} and says why`, async () => {
    const ended = await call(args);
    assert.equal(ended.code, code, ended.err);
    assert.ok(ended.err.includes(says), ended.err);
    assert.deepEqual(asked, []);
  });
}
