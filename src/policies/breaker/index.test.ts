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

const fails: RequestListener = (_incoming, outgoing) => void outgoing.writeHead(500).end();
const works: RequestListener = (_incoming, outgoing) => void outgoing.end("fine");

async function statusesOf(url: string, count: number): Promise<readonly number[]> {
  const statuses: number[] = [];
  while (statuses.length < count) statuses.push((await fetch(url)).status);
  return statuses;
}

test("an instance whose circuit is open is passed over, as long as there is another one", async (context) => {
  const policies = [{ breaker: { ...rule, per: "instance", openMs: 60_000 } }];
  const { url } = await startPoliced(context, policies, [fails, works]);
  const before = await statusesOf(url, 8);
  assert.equal(before.filter((status) => status === 500).length, 4);
  assert.deepEqual(await statusesOf(url, 6), Array<number>(6).fill(200));
});

test("when the circuits of all instances are open, callers are told so, and nothing is sent", async (context) => {
  const policies = [{ breaker: { ...rule, per: "instance", openMs: 60_000 } }];
  const { url, asked } = await startPoliced(context, policies, [fails, fails]);
  await statusesOf(url, 8);
  const refused = await fetch(url);
  assert.equal(((await refused.json()) as { code: string }).code, "circuit-open");
  assert.equal(asked(), 8);
});

test("an attempt that finds the other circuits open is made at who failed before", async (context) => {
  let asked = 0;
  const flaky: RequestListener = (_incoming, outgoing) =>
    void outgoing.writeHead(++asked % 3 === 0 ? 503 : 200).end();
  const policies = [
    { breaker: { ...rule, per: "instance", failurePercent: 100, openMs: 60_000 } },
    { retry: { backoffMs: 0, on: ["503"] } },
  ];
  const { url } = await startPoliced(context, policies, [fails, flaky]);
  await statusesOf(url, 8);
  assert.deepEqual(await statusesOf(url, 6), Array<number>(6).fill(200));
});

for (const per of ["operation", "service", "instance"]) {
  test(`a circuit for each ${per} is closed again though one instance is gone`, async (context) => {
    let isBroken = true;
    const listener: RequestListener = (_incoming, outgoing) =>
      void outgoing.writeHead(isBroken ? 500 : 200).end();
    const policies = [{ breaker: { ...rule, per } }];
    const { url } = await startPoliced(context, policies, [listener, "gone"]);
    await statusesOf(url, 8);
    assert.equal((await fetch(url)).status, 503);
    isBroken = false;
    // That it is not reached is forgotten after a second.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    assert.deepEqual(await statusesOf(url, 3), [200, 200, 200]);
  });
}

test("an instance that is not reached opens its circuit, though another one is asked instead", async (context) => {
  const policies = [{ breaker: { ...rule, per: "instance", requestsMin: 1, openMs: 60_000 } }];
  const { url } = await startPoliced(context, policies, [fails, "gone"]);
  await statusesOf(url, 4);
  const { code } = (await (await fetch(url)).json()) as { code: string };
  assert.equal(code, "circuit-open");
});

test("of very many instances whose circuits are open only some are looked at", async (context) => {
  const policies = [{ breaker: { ...rule, per: "instance", requestsMin: 1, openMs: 60_000 } }];
  const { url, asked } = await startPoliced(context, policies, Array(40).fill(fails));
  await statusesOf(url, 40);
  const { code } = (await (await fetch(url)).json()) as { code: string };
  assert.equal(code, "circuit-open");
  assert.equal(asked(), 40);
});
