/** The time that a caller gives, in every dialect, and what is left of it down a chain of calls. */
import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import test, { type TestContext } from "node:test";
import { listenHttp } from "#tests/support/listen-http.ts";
import { statelessRequest } from "../mcp/shop.ts";
import { envelopeOf, types } from "../translate/soap-messages.ts";
import { shopOpenApi } from "../translate/shop-contract.ts";
import { startStandIn, startTranslating } from "../translate/stand.ts";

const json = { "content-type": "application/json" };
const name = "parlance-timeout-ms";
type Listener = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(context: TestContext, listener: Listener): Promise<string> {
  return listenHttp(context, listener);
}

test("instances are told what is left, and nothing where nothing was given", async (context) => {
  const seen: (string | undefined)[] = [];
  const url = await serve(context, (request, response) => {
    seen.push(request.headers[name] as string | undefined);
    response.end();
  });
  const text = `services:\n  plain: { instances: ["${url}"], timeoutMs: 20000 }\n`;
  const gateway = await startTranslating(context, { text, files: {} });
  for (const given of ["5000", "90000", undefined]) {
    const headers: Record<string, string> = given === undefined ? {} : { [name]: given };
    assert.equal((await fetch(`${gateway.url}/plain/`, { headers })).status, 200);
  }
  const [own, least, none] = seen;
  assert.ok(Number(own) <= 5_000 && Number(own) > 4_000, `${own}`);
  assert.ok(Number(least) <= 20_000 && Number(least) > 19_000, `timeoutMs is less: ${least}`);
  assert.equal(none, undefined);
});

test("down a chain of calls each service is given less than the one before", async (context) => {
  const seen: number[] = [];
  const gatewayUrl = { value: "" };
  // As a service does that passes on the header with which it was called.
  const url = await serve(context, (request, response) => {
    const given = String(request.headers[name]);
    seen.push(Number(given));
    const next = Number(request.url?.slice(1)) - 1;
    if (next < 0) return void response.end("the end");
    setTimeout(() => {
      const asked = fetch(`${gatewayUrl.value}/plain/${next}`, { headers: { [name]: given } });
      asked.then(
        async (answer) => void response.writeHead(answer.status).end(await answer.text()),
        () => void response.destroy(),
      );
    }, 30);
  });
  const text = `services:\n  plain: { instances: ["${url}"] }\n`;
  const gateway = await startTranslating(context, { text, files: {} });
  gatewayUrl.value = gateway.url;
  const answer = await fetch(`${gateway.url}/plain/3`, { headers: { [name]: "8000" } });
  assert.equal(await answer.text(), "the end");
  assert.equal(seen.length, 4);
  for (const [place, left] of seen.entries()) {
    assert.ok(left < (seen[place - 1] ?? 8_000), seen.join(" "));
  }
});

test("an attempt after another one is given less", async (context) => {
  const seen: number[] = [];
  const url = await serve(context, (request, response) => {
    seen.push(Number(request.headers[name]));
    if (seen.length === 1) setTimeout(() => response.writeHead(503).end(), 200);
    else response.end("fine");
  });
  const text =
    `services:\n  plain:\n    instances: ["${url}"]\n` +
    `    policies: [{ retry: { on: ["503"], backoffMs: 0 } }]\n`;
  const gateway = await startTranslating(context, { text, files: {} });
  const answer = await fetch(`${gateway.url}/plain/`, { headers: { [name]: "5000" } });
  assert.equal(await answer.text(), "fine");
  const [first = NaN, second = NaN] = seen;
  assert.ok(second <= first - 190, `${first} ${second}`);
});

const order = { customer: "C1", lines: [{ sku: "a", quantity: 2 }] };
const soapOrder =
  '<o:placeOrder xmlns:o="urn:parlance:shop"><customer>C1</customer>' +
  "<lines><sku>a</sku><quantity>2</quantity></lines></o:placeOrder>";

interface Asked {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const dialects: Readonly<Record<string, Asked & { readonly told: (code: string) => RegExp }>> = {
  REST: {
    path: "/shop/orders",
    headers: json,
    body: JSON.stringify(order),
    told: (code) => new RegExp(`^504 .*"code":"${code}"`),
  },
  Connect: {
    path: "/shop.Shop/PlaceOrder",
    headers: { ...json, "connect-protocol-version": "1" },
    body: JSON.stringify(order),
    told: () => /^504 .*"code":"deadline_exceeded"/,
  },
  SOAP: {
    path: "/soap/shop",
    headers: { "content-type": types["1.1"] },
    body: envelopeOf(soapOrder),
    told: (code) => new RegExp(`^500 .*<p:code>${code}</p:code>`, "s"),
  },
  "JSON-RPC": {
    path: "/rpc",
    headers: json,
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "shop.placeOrder", params: order }),
    told: (code) => new RegExp(code),
  },
  GraphQL: {
    path: "/graphql",
    headers: json,
    body: JSON.stringify({
      query:
        "mutation ($lines: [shop_LineInput!]!) " +
        '{ shop_placeOrder(customer: "C1", lines: $lines) { id } }',
      variables: { lines: order.lines },
    }),
    told: () => /deadline[-_ ]|DEADLINE/i,
  },
  MCP: {
    path: "/mcp",
    ...statelessRequest("tools/call", { name: "shop.placeOrder", arguments: order }),
    told: (code) => new RegExp(code),
  },
};

async function beforeShop(context: TestContext) {
  const service = await startStandIn(context, () => ({ body: "stall" }));
  const text =
    "services:\n  shop:\n    contract: shop.yaml\n    mcp: ['*']\n" +
    `    instances: ["${service.url}"]\n`;
  const gateway = await startTranslating(context, { text, files: { "shop.yaml": shopOpenApi } });
  const ask = async ({ path, headers, body }: Asked, given: string): Promise<string> => {
    const all = { ...headers, [name]: given };
    const answer = await fetch(`${gateway.url}${path}`, { method: "POST", headers: all, body });
    return `${answer.status} ${await answer.text()}`;
  };
  return { ask, service, gateway };
}

for (const [dialect, asked] of Object.entries(dialects)) {
  test(`${dialect}: where its caller gives no time nothing is done, and nobody else is blamed`, async (context) => {
    const { ask, service, gateway } = await beforeShop(context);
    assert.match(await ask(asked, "0"), asked.told("no-time-given"));
    const [{ code, blame }] = gateway.done as [(typeof gateway.done)[number]];
    assert.deepEqual([code, blame], ["no-time-given", "client"]);
    assert.equal(service.requests.length, 0);
  });

  test(`${dialect}: a call ends with its time, as the instance knew`, async (context) => {
    const { ask, service } = await beforeShop(context);
    assert.match(await ask(asked, "300"), asked.told("deadline-passed"));
    const [sent] = service.requests;
    assert.ok(Number(sent?.headers[name]) <= 300 && Number(sent?.headers[name]) > 0);
  });

  test(`${dialect}: a time that is none is refused, with what was expected`, async (context) => {
    const { ask, service } = await beforeShop(context);
    for (const given of ["soon", "-1", "1.5", "5s", "9999999999", "100, 200"]) {
      assert.match(await ask(asked, given), /expected milliseconds, of one to nine digits/, given);
    }
    assert.equal(service.requests.length, 0);
  });
}

/** Answers late, and counts how often it was asked. */
async function lateService(context: TestContext) {
  let count = 0;
  const url = await serve(context, (_request, response) => {
    count++;
    setTimeout(() => response.end("late"), 700);
  });
  return { url, asked: () => count };
}

test("a call whose time passes in a queue never reaches an instance", async (context) => {
  const { url, asked } = await lateService(context);
  const text =
    `services:\n  plain:\n    instances: ["${url}"]\n` +
    "    policies: [{ concurrency: { max: 1, queueMax: 5, waitMs: 5000 } }]\n";
  const gateway = await startTranslating(context, { text, files: {} });
  const first = fetch(`${gateway.url}/plain/`);
  while (asked() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const second = await fetch(`${gateway.url}/plain/`, { headers: { [name]: "200" } });
  const { code, detail } = (await second.json()) as { code: string; detail: string };
  const fault = second.headers.get("parlance-fault");
  assert.deepEqual([second.status, fault, code], [504, "policy", "no-room-in-time"]);
  assert.match(detail, /^at most 1 .*; there was no room within 1[0-9]{2} ms, its own time$/);
  assert.equal(await (await first).text(), "late");
  assert.equal(asked(), 1);
});

test("a call whose caller gives no time is answered by no fallback", async (context) => {
  const { url, asked } = await lateService(context);
  const text =
    `services:\n  plain:\n    instances: ["${url}"]\n` +
    "    policies: [{ fallback: { on: [timeout], file: other.json } }]\n";
  const gateway = await startTranslating(context, { text, files: { "other.json": "{}" } });
  const ask = async (given: string) => {
    const { status, headers } = await fetch(`${gateway.url}/plain/`, {
      headers: { [name]: given },
    });
    return [status, headers.get("parlance-fault")];
  };
  assert.deepEqual(await ask("0"), [504, "client"]);
  assert.equal(asked(), 0);
  assert.deepEqual(await ask("100"), [200, null]);
  assert.equal(asked(), 1);
});
