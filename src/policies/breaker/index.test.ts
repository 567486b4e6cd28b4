import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import test from "node:test";
import { startPoliced } from "#tests/support/policed-service.ts";

const rule = { requestsMin: 4, failurePercent: 50, windowMs: 10_000, openMs: 150 };

test("what fails is not asked any more, and is asked again when it may be well", async (context) => {
  let isBroken = true;
  const listener: RequestListener = (_incoming, outgoing) =>
    void outgoing.writeHead(isBroken ? 500 : 200).end();
  const { url, asked } = await startPoliced(context, [{ breaker: rule }], [listener]);
  for (let count = 0; count < 4; count++) assert.equal((await fetch(url)).status, 500);
  const refused = await fetch(url);
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get("retry-after"), "1");
  const { code, detail } = (await refused.json()) as { code: string; detail: string };
  assert.equal(code, "circuit-open");
  assert.match(detail, /^too many attempts at up\.default failed; it is asked again in \d+ ms$/);
  assert.equal(asked(), 4);
  isBroken = false;
  await new Promise((resolve) => setTimeout(resolve, 160));
  assert.equal((await fetch(url)).status, 200);
  assert.equal((await fetch(url)).status, 200);
});

test("answers that begin too late count as failures", async (context) => {
  const slow: RequestListener = (_incoming, outgoing) =>
    void setTimeout(() => outgoing.end("late"), 40);
  const policies = [{ breaker: { ...rule, slowMs: 10 } }];
  const { url } = await startPoliced(context, policies, [slow]);
  const statuses: number[] = [];
  for (let count = 0; count < 5; count++) statuses.push((await fetch(url)).status);
  assert.deepEqual(statuses, [200, 200, 200, 200, 503]);
});

test("refusals of callers, and operations that do not exist, are no failures", async (context) => {
  const statuses = [400, 404, 429, 501];
  let at = 0;
  const listener: RequestListener = (_incoming, outgoing) =>
    void outgoing.writeHead(statuses[at++ % 4] as number).end();
  const { url, asked } = await startPoliced(context, [{ breaker: rule }], [listener]);
  for (let count = 0; count < 12; count++) await fetch(url);
  assert.equal(asked(), 12);
});
