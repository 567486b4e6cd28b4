/** What has died loses nothing that was acknowledged: the gateway, its ledger thread, a worker. */
import assert from "node:assert/strict";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Pool } from "undici";
import { nodeProcesses } from "#base/platform.ts";
import { configurationOf, runGateway, runService } from "../running/run-gateway.ts";
import { ledgerFolder, parseReceipt, readLedger, type Receipt } from "./read-ledger.ts";

interface Acknowledged extends Receipt {
  readonly id: string;
}

interface Load {
  readonly acknowledged: Acknowledged[];
  readonly refused: number;
  stop(): Promise<void>;
}

/** Requests over several connections, one after the other on each, whatever comes of them. */
function putUnderLoad(url: string): Load {
  const pool = new Pool(url, { connections: 16 });
  const acknowledged: Acknowledged[] = [];
  let refused = 0;
  const over = new AbortController();
  const callers = Array.from({ length: 16 }, async () => {
    while (!over.signal.aborted) {
      try {
        const answer = await pool.request({ path: "/echo/x", method: "POST", body: "{}" });
        await answer.body.dump();
        const { "parlance-exchange": id, "parlance-receipt": receipt } = answer.headers;
        if (answer.statusCode === 503) refused++;
        else acknowledged.push({ id: String(id), ...parseReceipt(String(receipt)) });
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        await pause(5);
      }
    }
  });
  return {
    acknowledged,
    get refused() {
      return refused;
    },
    async stop() {
      over.abort();
      await Promise.all(callers);
      await pool.destroy();
    },
  };
}

function assertAllThere(path: string, acknowledged: readonly Acknowledged[]): void {
  const { entries, leafHashes, of } = readLedger(path);
  const missing = acknowledged.filter(({ id, index, leaf }) => {
    const entry = entries[index];
    return entry?.kind !== "exchange" || entry.exchange !== id || leafHashes[index] !== leaf;
  });
  assert.deepEqual(missing, []);
  const ids = of("exchange").map(({ exchange }) => exchange);
  assert.equal(new Set(ids).size, ids.length, "an exchange is on record twice");
}

test("kill -9 under load, three times over: no acknowledged exchange is lost", async (t) => {
  const service = await runService(t);
  const ledger = ledgerFolder(t);
  const text = configurationOf(service.url, { more: ledger.text() });
  const acknowledged: Acknowledged[] = [];
  for (let round = 0; round < 3; round++) {
    const gateway = await runGateway(t, text);
    const load = putUnderLoad(gateway.url);
    await pause(300 + round * 70);
    gateway.kill("SIGKILL");
    assert.equal(await gateway.ended, "SIGKILL");
    await load.stop();
    acknowledged.push(...load.acknowledged);
  }
  assert.ok(acknowledged.length > 100, `${acknowledged.length} exchanges are no load`);
  const last = await runGateway(t, text);
  last.kill("SIGTERM");
  assert.equal(await last.ended, 0);
  assertAllThere(ledger.path, acknowledged);
  const { of } = readLedger(ledger.path);
  const ends = of("start").map(({ previous }) => previous);
  assert.deepEqual(ends, ["none", "died", "died", "died"]);
});

test("the ledger thread dies under load and is replaced; nothing is lost", async (t) => {
  const service = await runService(t);
  const ledger = ledgerFolder(t);
  const env = { PARLANCE_TEST_FAULT: "end-ledger-thread" };
  const gateway = await runGateway(t, configurationOf(service.url, { more: ledger.text() }), {
    env,
  });
  const load = putUnderLoad(gateway.url);
  await pause(200);
  gateway.kill("SIGUSR2");
  await gateway.seen("ledger-thread-died");
  await gateway.seen("ledger-thread-replaced");
  const before = load.acknowledged.length;
  await pause(300);
  await load.stop();
  assert.ok(load.acknowledged.length > before, "nothing was recorded afterwards");
  gateway.kill("SIGTERM");
  assert.equal(await gateway.ended, 0);
  assertAllThere(ledger.path, load.acknowledged);
  assert.equal(readLedger(ledger.path).of("start").length, 1);
});

test("a new ledger thread leaves alone who has taken the ledger over meanwhile", async (t) => {
  const service = await runService(t);
  const ledger = ledgerFolder(t);
  const env = { PARLANCE_TEST_FAULT: "end-ledger-thread" };
  const text = configurationOf(service.url, { more: ledger.text() });
  const gateway = await runGateway(t, text, { env });
  const failed = (says: RegExp): Promise<unknown> =>
    gateway.seen("ledger-thread-failed", ({ message }) => says.test(message));
  const [key, away] = ["0001.pem", "away"].map((name) => join(ledger.path, "keys", name));
  assert.ok(key !== undefined && away !== undefined);
  renameSync(key, away);
  gateway.kill("SIGUSR2");
  await failed(/0001\.pem is missing/);
  const lock = join(ledger.path, "lock");
  const mark = JSON.stringify(nodeProcesses.self());
  writeFileSync(lock, mark);
  renameSync(away, key);
  await failed(/held by process/);
  assert.equal(readFileSync(lock, "utf8"), mark);
  rmSync(lock);
  await gateway.seen("ledger-thread-replaced");
});

test("what a dead worker was doing is on record as lost", async (t) => {
  const service = await runService(t);
  const ledger = ledgerFolder(t);
  const env = { PARLANCE_TEST_FAULT: "throw" };
  const choices = { more: ledger.text(), workers: 1 };
  const gateway = await runGateway(t, configurationOf(service.url, choices), { env });
  const lost = fetch(`${gateway.url}/echo/wait`).catch(() => undefined);
  await service.awaits(1);
  gateway.kill("SIGUSR2");
  await gateway.seen("worker-replaced");
  await lost;
  const answer = await fetch(`${gateway.url}/echo/x`);
  assert.equal(answer.status, 200);
  parseReceipt(answer.headers.get("parlance-receipt"));
  const [entry, ...others] = readLedger(ledger.path).of("lost");
  assert.deepEqual(others, []);
  assert.partialDeepStrictEqual(entry, { method: "GET", service: "echo", worker: 0, run: 0 });
  assert.match(entry?.reason ?? "", /outcome unknown/);
});

test("an intent without an outcome is closed by the next start as unknown", async (t) => {
  const service = await runService(t);
  const ledger = ledgerFolder(t);
  const text = configurationOf(service.url, { more: ledger.text("intent") });
  const gateway = await runGateway(t, text);
  assert.equal((await fetch(`${gateway.url}/echo/x`, { method: "POST" })).status, 200);
  const open = fetch(`${gateway.url}/echo/wait`, { method: "POST", body: "1" }).catch(
    () => undefined,
  );
  const safe = fetch(`${gateway.url}/echo/wait`).catch(() => undefined);
  await service.awaits(2);
  const intents = readLedger(ledger.path).of("intent");
  assert.equal(intents.length, 2);
  assert.partialDeepStrictEqual(intents[1], { method: "POST", service: "echo", run: 0 });
  gateway.kill("SIGKILL");
  await Promise.all([gateway.ended, open, safe]);
  const next = await runGateway(t, text);
  const { of, entries } = readLedger(ledger.path);
  const [lost, ...others] = of("lost");
  assert.deepEqual(others, []);
  assert.equal(lost?.exchange, intents[1]?.exchange);
  const named = entries[lost?.intent ?? -1];
  assert.partialDeepStrictEqual(named, { kind: "intent", exchange: lost?.exchange });
  next.kill("SIGTERM");
  assert.equal(await next.ended, 0);
});
