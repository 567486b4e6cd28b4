/** Bounds that hold over all workers of a gateway, also when one of them dies. */
import assert from "node:assert/strict";
import test from "node:test";
import { configurationOf, runGateway, runService } from "#tests/e2e/running/run-gateway.ts";

const closing = { headers: { connection: "close" } };

test("over three workers no more are under way than the bound says", async (context) => {
  const service = await runService(context);
  const more = "policies: [{ concurrency: { max: 4, queueMax: 0 } }]\n";
  const gateway = await runGateway(context, configurationOf(service.url, { workers: 3, more }));
  const { promise: refused, resolve } = Promise.withResolvers<void>();
  let refusals = 0;
  const ask = async (): Promise<number> => {
    const { status } = await fetch(`${gateway.url}/echo/wait`, closing);
    if (status === 503 && ++refusals === 26) resolve();
    return status;
  };
  const asked = Array.from({ length: 30 }, ask);
  await refused;
  await service.awaits(4);
  for (const answer of service.waiting) answer.end("now");
  const passed = (await Promise.all(asked)).filter((status) => status === 200).length;
  assert.deepEqual([passed, service.waiting.length], [4, 4]);
});

test("who waits at one worker gets room that another one has made", async (context) => {
  const service = await runService(context);
  const more = "policies: [{ concurrency: { max: 1, queueMax: 50, waitMs: 10000 } }]\n";
  const gateway = await runGateway(context, configurationOf(service.url, { workers: 3, more }));
  const asked = Array.from({ length: 24 }, () => fetch(`${gateway.url}/echo/wait`, closing));
  for (let count = 1; count <= 24; count++) {
    await service.awaits(count);
    assert.equal(service.waiting.length, count, "one at a time");
    service.waiting[count - 1]?.end("now");
  }
  const answers = await Promise.all(asked);
  assert.ok(answers.every(({ status }) => status === 200));
});

test("a worker that dies gives its room back, and only its own", async (context) => {
  const service = await runService(context);
  const more = "policies: [{ concurrency: { max: 6, queueMax: 0 } }]\n";
  const gateway = await runGateway(context, configurationOf(service.url, { more }), {
    env: { PARLANCE_TEST_FAULT: "throw" },
  });
  let lost = 0;
  const ask = () =>
    fetch(`${gateway.url}/echo/wait`, closing).then(
      ({ status }) => status,
      () => ++lost && 0,
    );
  const first = Array.from({ length: 6 }, ask);
  await service.awaits(6);
  assert.equal(await ask(), 503);
  gateway.kill("SIGUSR2");
  await gateway.seen("worker-replaced");
  const before = lost;
  const second = Array.from({ length: before }, ask);
  await service.awaits(6 + before);
  assert.equal(await ask(), 503);
  for (const answer of service.waiting) answer.end("now");
  await Promise.all([...first, ...second]);
  assert.equal(lost, before);
});
