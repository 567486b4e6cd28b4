/** Streams of services as subscriptions, over server-sent events. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { createClient } from "graphql-sse";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { listenHttp } from "#tests/support/listen-http.ts";

const contract = `openapi: 3.2.0
info: { title: ticker, version: "1" }
paths:
  /quotes/{symbol}:
    get:
      operationId: watch
      parameters: [{ name: symbol, in: path, required: true, schema: { type: string } }]
      responses:
        "200":
          description: ""
          content: { application/jsonl: { itemSchema: { $ref: "#/components/schemas/Quote" } } }
components:
  schemas:
    Quote:
      type: object
      required: [price, volume]
      properties: { price: { type: number }, volume: { type: integer, format: int64 } }
`;

/** @returns the address of GraphQL on the gateway. */
async function start(scope: TestContext, onGone: () => void = () => undefined): Promise<string> {
  const service = await listenHttp(scope, ({ url = "" }, answer) => {
    answer.writeHead(200, { "content-type": "application/jsonl" });
    answer.on("close", () => answer.writableEnded || onGone());
    answer.write('{"price":1.5,"volume":9007199254740993}\n');
    if (url.endsWith("endless")) return;
    answer.write('{"price":0.25,"volume":2}\n');
    if (url.endsWith("dies")) setTimeout(() => answer.destroy(), 30);
    else answer.end();
  });
  const gateway = await startTranslating(scope, {
    text: `services:\n  ticker: { contract: ticker.yaml, instances: ["${service}"] }\n`,
    files: { "ticker.yaml": contract },
  });
  return `${gateway.url}/graphql`;
}

const watch = (symbol: string) => ({
  query: `subscription { ticker_watch(symbol: "${symbol}") { price volume } }`,
});

test("a client that others wrote gets every output, digit for digit, and the end", async (context) => {
  const client = createClient({ url: await start(context), retryAttempts: 0 });
  const results: unknown[] = [];
  for await (const { data } of client.iterate(watch("acme"))) results.push(data?.["ticker_watch"]);
  assert.deepEqual(results, [
    { price: "1.5", volume: "9007199254740993" },
    { price: "0.25", volume: "2" },
  ]);
});

test("a stream that breaks ends with an error that says who broke it", async (context) => {
  const url = await start(context);
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify(watch("dies")),
  });
  assert.match(answer.headers.get("content-type") ?? "", /^text\/event-stream/);
  const events = (await answer.text()).split("\n\n").filter((event) => event.includes("event:"));
  assert.equal(events.length, 4);
  assert.match(events[2] ?? "", /"errors":.*"fault":"service"/);
  assert.match(events[3] ?? "", /event: ?complete/);
});

test("who goes away ends the stream of the service", async (context) => {
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  const client = createClient({ url: await start(context, resolve), retryAttempts: 0 });
  for await (const { data } of client.iterate(watch("endless"))) {
    assert.ok(data);
    break;
  }
  await gone;
});
