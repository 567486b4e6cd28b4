/** A worker that dies is replaced, and what it was doing is told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fault } from "#app/worker-messages.ts";
import { configurationOf, runGateway, runService } from "./run-gateway.ts";

const faults: readonly { fault: Fault; reason: RegExp }[] = [
  { fault: "throw", reason: /Error: a fault that a test asked for\n +at /u },
  { fault: "reject", reason: /Error: a rejection that a test asked for\n +at /u },
  { fault: "exhaust-heap", reason: /its heap is exhausted/u },
];

for (const { fault, reason } of faults) {
  test(`a worker lost by ${fault} is replaced, and its exchanges are told`, async (t) => {
    const service = await runService(t);
    const env = { PARLANCE_TEST_FAULT: fault, PARLANCE_HEAP_MB: "64" };
    const text = configurationOf(service.url, { workers: 1 });
    const gateway = await runGateway(t, text, { env });
    assert.equal((await fetch(`${gateway.url}/echo/before`)).status, 200);
    const answer = fetch(`${gateway.url}/echo/wait/42?secret=1`).catch(() => "lost");
    await service.awaits(1);
    gateway.kill("SIGUSR2");
    assert.match(String((await gateway.seen("worker-died"))["reason"]), reason);
    const lost = await gateway.seen("exchange-lost");
    assert.equal(lost["request"], "GET /echo/wait/42");
    assert.equal(lost["service"], "echo");
    assert.match(String(lost["exchange"]), /^[0-9a-f]{32}$/);
    await gateway.seen("worker-replaced");
    assert.equal(await answer, "lost");
    assert.equal((await fetch(`${gateway.url}/echo/after`)).status, 200);
    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
    assert.match(metrics, /^parlance_worker_restarts_total\{worker="0"\} 1$/m);
    assert.match(metrics, /^parlance_exchanges_lost_total 1$/m);
    const kept = /^parlance_exchanges_total\{service="echo",status="2xx"\} 2$/m;
    assert.match(metrics, kept, "counts survive the worker");
    gateway.kill("SIGTERM");
    assert.equal(await gateway.ended, 0);
  });
}

test("the other worker goes on while one is replaced", async (t) => {
  const service = await runService(t);
  const env = { PARLANCE_TEST_FAULT: "throw" };
  const gateway = await runGateway(t, configurationOf(service.url), { env });
  gateway.kill("SIGUSR2");
  await gateway.seen("worker-replaced");
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      fetch(`${gateway.url}/echo/x`, { headers: { connection: "close" } }),
    ),
  );
  assert.ok(answers.every(({ status }) => status === 200));
});
