/** The separate folder of checkpoints cannot be used: told once, and exchanges stay on record. */
import assert from "node:assert/strict";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { configurationOf, runGateway, runService } from "../running/run-gateway.ts";
import { ledgerFolder, readLedger } from "./read-ledger.ts";

test("checkpoints that cannot be kept harm neither the ledger nor its stop", async (t) => {
  const service = await runService(t);
  const ledger = ledgerFolder(t);
  const checkpoints = join(ledger.folder, "checkpoints");
  const more = `ledger: { path: ${ledger.path}, checkpoints: ${checkpoints}, origin: test/ledger }`;
  const gateway = await runGateway(t, configurationOf(service.url, { more }));
  const ask = async () => {
    const answer = await fetch(`${gateway.url}/echo/x`);
    await answer.text();
    assert.equal(answer.status, 200);
    return answer.headers.get("parlance-exchange") ?? "";
  };
  const proofOf = (id: string) => {
    const signal = AbortSignal.timeout(10_000);
    return fetch(`${gateway.adminUrl}/ledger/proof/${id}`, { signal });
  };
  assert.equal((await proofOf(await ask())).status, 200);

  // Another disk that is not there any more.
  rmSync(checkpoints, { recursive: true });
  writeFileSync(checkpoints, "no folder");
  const unproven = await ask();
  for (let tries = 0; tries < 3; tries++) {
    const refused = await proofOf(unproven);
    assert.equal(refused.status, 503, await refused.text());
  }
  const failed = await gateway.seen("ledger-checkpoint-failed");
  assert.match(failed.message, /checkpoints.*ENOTDIR/);
  const told = gateway.log.filter(({ event }) => event === "ledger-checkpoint-failed");
  assert.equal(told.length, 1, "it is told once");

  rmSync(checkpoints);
  await gateway.seen("ledger-checkpoint-kept");
  assert.equal((await proofOf(unproven)).status, 200);

  rmSync(checkpoints, { recursive: true });
  writeFileSync(checkpoints, "no folder");
  const last = await ask();
  gateway.kill("SIGTERM");
  assert.equal(await gateway.ended, 0);
  const events = gateway.log.map(({ event }) => event);
  assert.ok(!events.includes("ledger-thread-died"), "it is no reason to die");
  assert.ok(!events.includes("ledger-not-whole"), "all is on record");
  assert.ok(!existsSync(join(ledger.path, "lock")), "the lock is given back");
  const read = readLedger(ledger.path);
  assert.equal(read.exchange(last).status, 200);
  assert.equal(read.entries.at(-1)?.kind, "stop");
});

test("checkpoints that could never be kept are as old as the start is, for alarms", async (t) => {
  const service = await runService(t);
  const ledger = ledgerFolder(t);
  const checkpoints = join(ledger.folder, "checkpoints");
  writeFileSync(checkpoints, "no folder");
  const more = `ledger: { path: ${ledger.path}, checkpoints: ${checkpoints}, origin: test/ledger }`;
  const gateway = await runGateway(t, configurationOf(service.url, { more }));
  await gateway.seen("ledger-checkpoint-failed");
  const age = async (): Promise<number> => {
    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
    return Number(/^parlance_ledger_checkpoint_age_seconds (.+)$/m.exec(metrics)?.[1]);
  };
  const before = await age();
  assert.ok(before > 0);
  assert.ok((await age()) > before);
});
