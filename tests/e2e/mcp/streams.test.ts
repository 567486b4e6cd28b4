import assert from "node:assert/strict";
import { request } from "node:http";
import test, { type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { startTranslating, type TranslatingGateway } from "#tests/e2e/translate/stand.ts";
import { listenHttp } from "#tests/support/listen-http.ts";
import { statelessRequest } from "./shop.ts";

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
          content:
            application/jsonl:
              itemSchema:
                type: object
                required: [volume]
                properties: { volume: { type: integer, format: int64 } }
`;

async function start(
  scope: TestContext,
): Promise<{ readonly gateway: TranslatingGateway; readonly gone: () => boolean }> {
  let isGone = false;
  const instance = await listenHttp(scope, ({ url = "" }, answer) => {
    answer.writeHead(200, { "content-type": "application/jsonl" });
    answer.on("close", () => (isGone = true));
    answer.write('{"volume":9007199254740993}\n{"volume":2}\n');
    if (url.endsWith("dies")) setTimeout(() => answer.destroy(), 30);
    else if (!url.endsWith("endless")) answer.end();
  });
  const gateway = await startTranslating(scope, {
    text: `services:\n  ticker: { contract: t.yaml, instances: ["${instance}"], mcp: [watch] }\n`,
    files: { "t.yaml": contract },
  });
  return { gateway, gone: () => isGone };
}

const watch = (symbol: string, meta = {}) =>
  statelessRequest("tools/call", { name: "ticker.watch", arguments: { symbol } }, { meta });

test("a client is told of each output as progress, and of all of them as the result", async (context) => {
  const { gateway } = await start(context);
  const options = { versionNegotiation: { mode: { pin: "2026-07-28" } } } as const;
  const client = new Client({ name: "test", version: "1" }, options);
  await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`)));
  context.after(() => client.close());
  const seen: unknown[] = [];
  const result = await client.callTool(
    { name: "ticker.watch", arguments: { symbol: "x" } },
    { onprogress: ({ progress, message }) => seen.push([progress, message]) },
  );
  assert.deepEqual(seen, [
    [1, '{"volume":9007199254740993}'],
    [2, '{"volume":2}'],
  ]);
  const [block] = result.content as { text: string }[];
  assert.equal(block?.text, '{"items":[{"volume":9007199254740993},{"volume":2}]}');
});

test("without a wish for progress, the outputs are one answer", async (context) => {
  const { gateway } = await start(context);
  const { headers, body } = watch("x");
  const response = await fetch(`${gateway.url}/mcp`, { method: "POST", headers, body });
  assert.equal(response.headers.get("content-type"), "application/json");
  assert.match(
    await response.text(),
    /"structuredContent":\{"items":\[\{"volume":9007199254740993\}/,
  );
});

test("a stream that breaks ends with a result that says so", async (context) => {
  const { gateway } = await start(context);
  const { headers, body } = watch("dies", { progressToken: "t" });
  const response = await fetch(`${gateway.url}/mcp`, { method: "POST", headers, body });
  const events = (await response.text()).split("\n\n").filter((one) => one !== "");
  assert.equal(events.length, 3);
  assert.match(
    events[0] ?? "",
    /"method":"notifications\/progress","params":\{"progressToken":"t"/,
  );
  assert.match(events[2] ?? "", /"isError":true/);
  assert.match(events[2] ?? "", /"fault":"service"/);
});

test("a caller that goes away ends the call", async (context) => {
  const { gateway, gone } = await start(context);
  const { headers, body } = watch("endless", { progressToken: 1 });
  const outgoing = request(`${gateway.url}/mcp`, { method: "POST", headers });
  outgoing.on("error", () => undefined);
  const first = new Promise((resolve) => {
    outgoing.on("response", (answer) => {
      answer.on("error", () => undefined);
      answer.once("data", resolve);
    });
  });
  outgoing.end(body);
  await first;
  assert.equal(gone(), false);
  outgoing.destroy();
  while (!gone()) await delay(5);
  while (gateway.done.length < 2) await delay(5);
  assert.deepEqual(
    gateway.done.map(({ aborted }) => aborted),
    [true, true],
  );
});
