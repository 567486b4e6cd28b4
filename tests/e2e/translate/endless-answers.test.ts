/** Instances that have said all there is, and leave their answer open. */
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import test, { type TestContext } from "node:test";
import { listenHttp } from "#tests/support/listen-http.ts";
import { startTranslating } from "./stand.ts";

/** Answers with events, and closes nothing. @returns its URL, and whether its peer has gone. */
async function startOpen(
  context: TestContext,
  events: readonly string[],
): Promise<{ readonly url: string; readonly gone: Promise<void> }> {
  let hasGone: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => (hasGone = resolve));
  const url = await listenHttp(context, (request, response: ServerResponse) => {
    request.resume();
    request.on("end", () => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const event of events) response.write(event);
    });
    response.on("close", () => hasGone());
  });
  return { url, gone };
}

const schema = "type Query { v: Int }\ntype Subscription { ticks: Int! }\n";
const tick = (value: number): string => `event: next\ndata: {"data":{"ticks":${value}}}\n\n`;
const complete = "event: complete\ndata: \n\n";

for (const [face, path, accept, whole] of [
  ["lines", "/clock/ticks", "application/x-ndjson", '{"result":1}\n{"result":2}\n'],
  ["one list", "/rpc/clock", "application/json", '"items":[{"result":1},{"result":2}]'],
] as const) {
  test(`a subscription that is complete is over, as ${face}`, async (context) => {
    const { url, gone } = await startOpen(context, [tick(1), tick(2), complete]);
    const gateway = await startTranslating(context, {
      text: `services:\n  clock: { contract: clock.graphql, instances: ["${url}"] }\n`,
      files: { "clock.graphql": schema },
    });
    const call = '{"jsonrpc":"2.0","id":1,"method":"ticks","params":{}}';
    const response = await fetch(gateway.url + path, {
      ...{ method: "POST", body: path.startsWith("/rpc") ? call : "{}" },
      headers: { "content-type": "application/json", accept },
    });
    const text = await response.text();
    assert.ok(text.includes(whole), text);
    await gone;
    assert.deepEqual(
      gateway.done.map(({ code }) => code),
      gateway.done.map(() => undefined),
    );
  });
}

test("a tool's response is taken when it is there", async (context) => {
  const note = '{"jsonrpc":"2.0","method":"notifications/progress","params":{}}';
  const result = '{"jsonrpc":"2.0","id":1,"result":{"content":[],"structuredContent":{"v":1}}}';
  const events = [`data: ${note}\n\n`, ": still here\n\n", `data: ${result}\n\n`];
  const { url, gone } = await startOpen(context, events);
  const gateway = await startTranslating(context, {
    text: `services:\n  tools: { contract: tools.json, instances: ["${url}/mcp"] }\n`,
    files: {
      "tools.json": JSON.stringify({
        tools: [
          {
            ...{ name: "get", inputSchema: { type: "object" } },
            outputSchema: { type: "object", properties: { v: { type: "integer" } } },
          },
        ],
      }),
    },
  });
  const response = await fetch(`${gateway.url}/tools/get`, { method: "POST" });
  assert.deepEqual(await response.json(), { v: 1 });
  await gone;
});
