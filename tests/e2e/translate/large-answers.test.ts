/** Answers with large lists through a gateway: within a window, and cut off when they break. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { until } from "#tests/support/gateway-from-text.ts";
import { listenHttp } from "#tests/support/listen-http.ts";
import { listOpenApi, ordersOf, pageOf } from "./list-contract.ts";
import { envelopeOf, types } from "./soap-messages.ts";
import { startStandIn, startTranslating, type ServiceAnswer } from "./stand.ts";

const jsonType = { "content-type": "application/json" };

async function start(context: TestContext, url: string, more = "") {
  return startTranslating(context, {
    text:
      `${more}services:\n  lists: { contract: lists.yaml, instances: ["${url}"] }\n` +
      `  old: { contract: lists.yaml, speaks: soap, instances: ["${url}"] }`,
    files: { "lists.yaml": listOpenApi },
  });
}

async function withAnswer(context: TestContext, answer: ServiceAnswer, more = "") {
  const service = await startStandIn(context, () => answer);
  return { service, gateway: await start(context, service.url, more) };
}

const ask = envelopeOf('<listOrders xmlns="urn:parlance:lists"/>');

function askSoap(url: string): Promise<Response> {
  return fetch(`${url}/soap/lists`, {
    method: "POST",
    headers: { "content-type": types["1.1"] },
    body: ask,
  });
}

/** As JSON services spell them. */
function jsonOf(page: ReturnType<typeof pageOf>): string {
  return JSON.stringify(page).replace(/"(id|total)":"(\d+)"/g, '"$1":$2');
}

test("a large list of a JSON service reaches a SOAP caller whole, and chunked", async (context) => {
  const page = pageOf(6_000);
  const { gateway } = await withAnswer(context, { headers: jsonType, body: jsonOf(page) });
  const answer = await askSoap(gateway.url);
  const text = await answer.text();
  assert.equal(answer.status, 200, text.slice(0, 500));
  assert.equal(answer.headers.get("content-length"), null);
  assert.equal(text.match(/<id>/g)?.length, 6_000);
  assert.match(text, /<total>6000<\/total>.*<\/soap:Envelope>$/);
});

test("what it says there, read by a gateway, is what the JSON service said", async (context) => {
  const page = pageOf(6_000);
  const json = await withAnswer(context, { headers: jsonType, body: jsonOf(page) });
  const envelope = await (await askSoap(json.gateway.url)).text();
  const { gateway } = await withAnswer(context, {
    headers: { "content-type": types["1.1"] },
    body: envelope,
  });
  const answer = await fetch(`${gateway.url}/old/orders`);
  assert.equal(answer.headers.get("content-length"), null);
  const exact = (await answer.text()).replace(/"(id|total)":(\d+)/g, '"$1":"$2"');
  // XML has no absent lists.
  const orders = page.result.orders.map((order) => ({ ...order, tags: order.tags ?? [] }));
  assert.deepEqual(JSON.parse(exact), { ...page, result: { ...page.result, orders } });
});

test("a small one has a length", async (context) => {
  const { gateway } = await withAnswer(context, { headers: jsonType, body: jsonOf(pageOf(10)) });
  const answer = await askSoap(gateway.url);
  assert.match(await answer.text(), /<total>10<\/total>/);
  assert.notEqual(answer.headers.get("content-length"), null);
});

const lastId = ordersOf(4_000).at(-1)?.id ?? "";
const many = JSON.stringify(ordersOf(4_000)).replace(/"id":"(\d+)"/g, '"id":$1');

for (const [name, body, code] of [
  ["a bad item", many.replace(`"id":${lastId}`, '"id":"none"'), "answer-invalid"],
  ["bad JSON", `${many.slice(0, -1)},]`, "answer-invalid"],
  ["an end too early", many.slice(0, -2), "answer-invalid"],
] as const) {
  test(`${name} late in a large list cuts the answer off, and is told of`, async (context) => {
    const document = `{"region":"a","result":{"page":1,"orders":${body},"total":1}}`;
    const { gateway } = await withAnswer(context, { headers: jsonType, body: document });
    const answer = await askSoap(gateway.url);
    assert.equal(answer.status, 200);
    await assert.rejects(answer.text(), Error, name);
    await until(() => gateway.done.length === 1, "the exchange is over");
    assert.equal(gateway.done[0]?.code, code);
    assert.equal(gateway.done[0].blame, "service");
  });
}

test("a bad item at the beginning is told in words", async (context) => {
  const body = many.replace('"id":', '"id":"none","was":');
  const document = `{"region":"a","result":{"page":1,"orders":${body},"total":1}}`;
  const { gateway } = await withAnswer(context, { headers: jsonType, body: document });
  const answer = await askSoap(gateway.url);
  assert.equal(answer.status, 500);
  assert.match(await answer.text(), /orders\/0\/id/);
});

test("what belongs before the items and comes behind them is waited for", async (context) => {
  const document = `{"result":{"orders":${many},"page":7,"total":1},"region":"late"}`;
  const { gateway } = await withAnswer(context, { headers: jsonType, body: document });
  const answer = await askSoap(gateway.url);
  const text = await answer.text();
  assert.match(text, /<region>late<\/region><result><page>7<\/page><orders>/);
  assert.notEqual(answer.headers.get("content-length"), null);
});

test("then the document has to be within its limit", async (context) => {
  const document = `{"result":{"orders":${many},"page":7,"total":1},"region":"late"}`;
  const limits = "limits: { documentBytesMax: 400000 }\n";
  const late = await withAnswer(context, { headers: jsonType, body: document }, limits);
  assert.equal((await askSoap(late.gateway.url)).status, 500);
  assert.equal(late.gateway.done[0]?.code, "answer-too-large");
  const page = pageOf(8_000);
  const early = await withAnswer(context, { headers: jsonType, body: jsonOf(page) }, limits);
  const text = await (await askSoap(early.gateway.url)).text();
  assert.equal(text.match(/<id>/g)?.length, 8_000);
});

const item = `${JSON.stringify({ text: "y".repeat(900), id: 7, open: true })},`;
const items = Buffer.from(item.repeat(70));
const bytesInAll = 200 * 1024 ** 2;

/** Sends as much as is taken. */
async function startEndless(context: TestContext) {
  const service = { url: "", sent: 0 };
  service.url = await listenHttp(context, (_request, response) => {
    response.writeHead(200, jsonType);
    response.write('{"region":"a","result":{"page":1,"orders":[');
    service.sent = 0;
    const send = (): void => {
      while (service.sent < bytesInAll) {
        service.sent += items.length;
        if (!response.write(items)) return void response.once("drain", send);
      }
      response.end(`${item.slice(0, -1)}],"total":1}}`);
    };
    send();
  });
  return service;
}

test("of a large list no more is taken than the caller takes", async (context) => {
  const service = await startEndless(context);
  const gateway = await start(context, service.url);
  const answer = await askSoap(gateway.url);
  let before = -1;
  while (service.sent !== before) {
    before = service.sent;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  assert.ok(before < 48 * 1024 ** 2, `${before} bytes were taken for a caller that takes none`);
  await answer.body?.cancel();
});

test("200 MiB of a list take no more memory than a window", async (context) => {
  const service = await startEndless(context);
  const gateway = await start(context, service.url);
  const before = process.memoryUsage().rss;
  let highest = before;
  const timer = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage().rss);
  }, 20);
  const answer = await askSoap(gateway.url);
  let bytes = 0;
  let ending = "";
  for await (const chunk of answer.body ?? []) {
    bytes += (chunk as Uint8Array).length;
    ending = Buffer.from(chunk as Uint8Array)
      .toString("latin1")
      .slice(-300);
  }
  clearInterval(timer);
  assert.ok(bytes > bytesInAll, `${bytes} bytes`);
  assert.match(ending, /<total>1<\/total>.*Envelope>$/);
  const growth = (highest - before) / 1024 ** 2;
  context.diagnostic(`resident memory grew by ${growth.toFixed(0)} MiB`);
  assert.ok(growth < 64, `resident memory grew by ${growth.toFixed(0)} MiB`);
});
