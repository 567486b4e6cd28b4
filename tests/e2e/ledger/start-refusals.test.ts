/** A ledger that cannot be gone on with refuses the start, says why, and is left as it is. */
import assert from "node:assert/strict";
import { chmodSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { configurationOf, launch, runGateway, runService } from "../running/run-gateway.ts";
import { ledgerFolder, readLedger } from "./read-ledger.ts";

async function refusalOf(...[scope, text]: Parameters<typeof launch>): Promise<string> {
  const run = launch(scope, text);
  assert.equal(await run.ended, 3);
  return run.log.find(({ event }) => event === "start-refused")?.message ?? "";
}

test("a second gateway on one ledger is refused, and told who holds it", async (t) => {
  const ledger = ledgerFolder(t);
  const text = configurationOf("http://127.0.0.1:1", { more: ledger.text() });
  const first = await runGateway(t, text);
  const refusal = await refusalOf(t, text);
  assert.match(refusal, new RegExp(`the ledger is held by process ${first.pid} on host`));
});

test("a ledger that was set back is refused, with both sizes", async (t) => {
  const service = await runService(t);
  const ledger = ledgerFolder(t);
  const text = configurationOf(service.url, { more: ledger.text() });
  const run = async (requests: number) => {
    const gateway = await runGateway(t, text);
    for (let count = 0; count < requests; count++) await fetch(`${gateway.url}/echo/x`);
    gateway.kill("SIGTERM");
    assert.equal(await gateway.ended, 0);
  };
  await run(1);
  const copy = join(ledger.folder, "copy");
  cpSync(ledger.path, copy, { recursive: true });
  await run(5);
  const size = readLedger(ledger.path).entries.length;
  rmSync(ledger.path, { recursive: true });
  cpSync(copy, ledger.path, { recursive: true });
  const refusal = await refusalOf(t, text);
  assert.match(refusal, new RegExp(`\\b3\\b.*\\b${size}\\b|\\b${size}\\b.*\\b3\\b`, "s"));
  assert.equal(readLedger(ledger.path).entries.length, 3);
});

test("a folder that is no ledger is refused and left as it is", async (t) => {
  const ledger = ledgerFolder(t);
  mkdirSync(ledger.path);
  writeFileSync(join(ledger.path, "holiday.jpg"), "sun");
  const text = configurationOf("http://127.0.0.1:1", { more: ledger.text() });
  assert.match(await refusalOf(t, text), /holds holiday\.jpg/);
  assert.deepEqual(readdirSync(ledger.path), ["holiday.jpg"]);
});

test("a ledger without its log.json is refused as one, and not as a foreign folder", async (t) => {
  const ledger = ledgerFolder(t);
  const text = configurationOf("http://127.0.0.1:1", { more: ledger.text() });
  const gateway = await runGateway(t, text);
  gateway.kill("SIGTERM");
  assert.equal(await gateway.ended, 0);
  rmSync(join(ledger.path, "log.json"));
  assert.match(
    await refusalOf(t, text),
    /segments holds files .* log\.json is missing; put it back/,
  );
});

test("a key that others can read, or that is gone, is refused", async (t) => {
  const ledger = ledgerFolder(t);
  const text = configurationOf("http://127.0.0.1:1", { more: ledger.text() });
  const gateway = await runGateway(t, text);
  gateway.kill("SIGTERM");
  assert.equal(await gateway.ended, 0);
  const key = join(ledger.path, "keys", "0001.pem");
  chmodSync(key, 0o644);
  assert.match(await refusalOf(t, text), /0001\.pem/);
  rmSync(key);
  assert.match(await refusalOf(t, text), /0001\.pem is missing/);
});

test("a note beside the log that cannot be read is named, in one line", async (t) => {
  const ledger = ledgerFolder(t);
  const text = configurationOf("http://127.0.0.1:1", { more: ledger.text() });
  const gateway = await runGateway(t, text);
  gateway.kill("SIGTERM");
  assert.equal(await gateway.ended, 0);
  const note = join(ledger.path, "settled-intents");
  rmSync(note);
  mkdirSync(note);
  assert.match(await refusalOf(t, text), /cannot read .*settled-intents: EISDIR: [^\n]*$/);
});
