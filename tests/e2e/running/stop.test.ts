/** Stopping: in order, within a time, and at once when told twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { ledgerFolder, readLedger } from "../ledger/read-ledger.ts";
import { configurationOf, runGateway, runService } from "./run-gateway.ts";

test("SIGTERM lets an exchange in flight finish and ends with exit code 0", async (t) => {
  const service = await runService(t);
  const gateway = await runGateway(t, configurationOf(service.url));
  const answer = fetch(`${gateway.url}/echo/wait`);
  await service.awaits(1);
  gateway.kill("SIGTERM");
  await gateway.seen("draining");
  const ready = await fetch(`${gateway.adminUrl}/readyz`);
  assert.equal(ready.status, 503);
  assert.equal(await ready.text(), "draining\n");
  await assert.rejects(fetch(`${gateway.url}/echo/new`, { headers: { connection: "close" } }));
  service.waiting[0]?.end("late but whole");
  assert.equal(await (await answer).text(), "late but whole");
  assert.equal(await gateway.ended, 0);
  assert.equal((await gateway.seen("stopped"))["cut"], 0);
});

test("what does not finish within drainMs is cut off and counted", async (t) => {
  const service = await runService(t);
  const more = "timeouts: { drainMs: 200 }\n";
  const gateway = await runGateway(t, configurationOf(service.url, { more }));
  const answer = fetch(`${gateway.url}/echo/wait`);
  await service.awaits(1);
  gateway.kill("SIGINT");
  assert.equal(await gateway.ended, 0);
  const { status, headers } = await answer;
  assert.equal(status, 503);
  assert.equal(headers.get("connection"), "close");
  const { code, detail } = (await (await answer).json()) as { code: string; detail: string };
  assert.equal(code, "gateway-stopped");
  assert.match(detail, /^it did not end within timeouts\.drainMs: 200/);
  assert.equal((await gateway.seen("cut-off"))["cut"], 1);
});

test("what is cut off is logged and on record like any other exchange", async (t) => {
  const service = await runService(t);
  const ledger = ledgerFolder(t);
  const more = `timeouts: { drainMs: 200 }\nlog: { exchanges: all }\n${ledger.text()}`;
  const gateway = await runGateway(t, configurationOf(service.url, { more }));
  const answers = ["/wait/1", "/wait/2"].map(async (path) => {
    const answer = await fetch(`${gateway.url}/echo${path}`, { method: "POST", body: "{}" });
    return { status: answer.status, text: await answer.text().catch(() => "cut off") };
  });
  await service.awaits(2);
  service.waiting[1]?.write("the beginning");
  gateway.kill("SIGTERM");
  assert.equal(await gateway.ended, 0);
  const [begun, silent] = (await Promise.all(answers)).toSorted((a, b) => a.status - b.status);
  assert.deepEqual(begun, { status: 200, text: "cut off" });
  assert.equal(silent?.status, 503);
  assert.equal((await gateway.seen("cut-off"))["cut"], 2);
  const { of } = readLedger(ledger.path);
  const recorded = of("exchange").map(({ exchange }) => exchange);
  const told = gateway.log.filter(({ event }) => event === "exchange");
  assert.deepEqual(told.map(({ path }) => String(path)).toSorted(), [
    "/echo/wait/1",
    "/echo/wait/2",
  ]);
  assert.deepEqual(recorded.toSorted(), told.map(({ exchange }) => String(exchange)).toSorted());
  // The callers did not go away: they were left.
  for (const { problem, aborted } of of("exchange")) {
    assert.deepEqual([problem, aborted], ["gateway-stopped", undefined]);
  }
});

test("a second signal ends it at once", async (t) => {
  const service = await runService(t);
  const gateway = await runGateway(t, configurationOf(service.url));
  const answer = fetch(`${gateway.url}/echo/wait`).catch(() => "cut off");
  await service.awaits(1);
  gateway.kill("SIGTERM");
  await gateway.seen("draining");
  // Two signals in one breath are one Ctrl-C that a launcher has passed on.
  await pause(500);
  gateway.kill("SIGTERM");
  assert.equal(await gateway.ended, 130);
  assert.equal(await answer, "cut off");
  assert.match((await gateway.seen("killed")).message, /at once/);
});
