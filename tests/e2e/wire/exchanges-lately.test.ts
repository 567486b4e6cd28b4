/** How many exchanges callers have at once, lately: by which the ledger lets entries gather. */
import assert from "node:assert/strict";
import { once } from "node:events";
import http2 from "node:http2";
import net from "node:net";
import { test, type TestContext } from "node:test";
import { setTimeout } from "node:timers/promises";
import { nodePlatform } from "#base/platform.ts";
import { until } from "#tests/support/gateway-from-text.ts";
import { startLoadedGateway } from "#tests/support/gateway-under-test.ts";
import { listenHttp } from "#tests/support/listen-http.ts";

const longMs = 6_000;
/** Of the gateway. */
const tickMs = 100;

async function prepare(context: TestContext) {
  const upstream = await listenHttp(context, (_request, response) => {
    void setTimeout(50).then(() => response.end("ok"));
  });
  const clock = { aheadMs: 0 };
  const { monotonicMs, nowMs } = nodePlatform.clock;
  const platform = {
    ...nodePlatform,
    clock: { nowMs, monotonicMs: () => monotonicMs() + clock.aheadMs },
  };
  const services = { up: { instances: [upstream] } };
  const { gateway, port, close } = await startLoadedGateway({ services }, platform);
  context.after(() => close());
  return { gateway, port, clock };
}

test("a connection counts as long as something moves, and not when it has long been idle", async (context) => {
  const { gateway, port, clock } = await prepare(context);
  const [first, second] = [net.connect(port, "127.0.0.1"), net.connect(port, "127.0.0.1")];
  context.after(() => [first, second].forEach((socket) => socket.destroy()));
  await until(() => gateway.exchangesLately === 2, "who has just come counts");
  clock.aheadMs += longMs;
  await until(() => gateway.exchangesLately === 0, "who is idle does not");
  assert.equal(gateway.connectionCount, 2);
  second.write("GET /up/a HTTP/1.1\r\nHost: a\r\n\r\n");
  await once(second, "data");
  await until(() => gateway.exchangesLately === 1, "who asks counts again");
});

test("an HTTP/2 connection counts for the streams that were open at once", async (context) => {
  const { gateway, port, clock } = await prepare(context);
  const session = http2.connect(`http://127.0.0.1:${port}`);
  context.after(() => session.destroy());
  const ask = async (): Promise<void> => {
    const stream = session.request({ ":path": "/up/a" });
    stream.resume();
    await once(stream, "end");
  };
  await Promise.all(Array.from({ length: 7 }, ask));
  await until(() => gateway.exchangesLately === 7, "all that were open");
  await ask();
  clock.aheadMs += longMs;
  await setTimeout(3 * tickMs);
  assert.equal(gateway.exchangesLately, 7, "they are remembered for a while");
  clock.aheadMs += longMs;
  await until(() => gateway.exchangesLately === 0, "and forgotten");
});
