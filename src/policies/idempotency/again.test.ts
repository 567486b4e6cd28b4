/** With policies that ask again: what was carried out, or may have been, is not sent twice. */
import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import test, { type TestContext } from "node:test";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { startPoliced, type PolicedService } from "#tests/support/policed-service.ts";

const breaks: RequestListener = (incoming) => {
  incoming.resume().on("end", () => incoming.socket.destroy());
};
const answering =
  (status: number, afterMs = 0): RequestListener =>
  (_incoming, outgoing) =>
    void setTimeout(() => outgoing.writeHead(status).end(), afterMs);

function start(
  context: TestContext,
  other: object,
  instances: readonly (RequestListener | "gone")[],
): Promise<PolicedService> {
  const state = { path: temporaryFolder(context) };
  return startPoliced(context, [{ idempotency: {} }, other], instances, { state });
}

function post(url: string, key = "k"): Promise<Response> {
  return fetch(url, { method: "POST", headers: { "idempotency-key": key }, body: "pay" });
}

const retry = { retry: { backoffMs: 1, on: ["unreachable", "broken", "500", "503"] } };

test("a request that broke off is not sent again by retry: it may have been carried out", async (context) => {
  const { url, asked } = await start(context, retry, [breaks, breaks]);
  assert.equal((await post(url)).status, 502);
  assert.equal(asked(), 1);
  const told = (await (await post(url)).json()) as { code: string };
  assert.equal(told.code, "idempotency-outcome-unknown");
  assert.equal(asked(), 1);
});

test("nor one that was answered with an error", async (context) => {
  const { url, asked } = await start(context, retry, [answering(500), answering(500)]);
  assert.equal((await post(url)).status, 500);
  assert.equal(asked(), 1);
});

test("one is by which an instance says that it has done nothing", async (context) => {
  const { url, asked } = await start(context, retry, [answering(503), answering(201)]);
  assert.deepEqual([(await post(url, "a")).status, (await post(url, "b")).status], [201, 201]);
  assert.equal(asked(), 3);
});

test("nor is another instance asked because the first is slow", async (context) => {
  const slow = answering(201, 150);
  const { url, asked } = await start(context, { hedge: { afterMs: 20 } }, [slow, slow]);
  assert.equal((await post(url)).status, 201);
  assert.equal(asked(), 1);
});
