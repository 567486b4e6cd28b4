/** Commands that are run by another user than the gateway's, or by one that has no name. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chownSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { createLog } from "#base/log.ts";
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import { openLog } from "#ledger/store/open-log.ts";

const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
/** In no /etc/passwd. */
const uid = 48_213;
const skip = refusal();

function refusal(): string | false {
  if (process.getuid?.() !== 0) return "not run: only root can be another user";
  const { status } = spawnSync(process.execPath, [main, "--version"], { uid, gid: uid });
  return status === 0 ? false : "not run: another user cannot read this program";
}

/** A folder with a configuration and a ledger, which belongs to root. */
function estate(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "parlance-user-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const ledger = { path: "ledger", origin: "test/user" };
  const configuration = { version: 1, services: {}, callers: "open", ledger };
  writeFileSync(join(folder, "parlance.yaml"), JSON.stringify(configuration));
  const { writer } = openLog({
    path: join(folder, "ledger"),
    checkpoints: join(folder, "ledger-checkpoints"),
    name: "test/user",
    ...{ disk: nodeDisk, random: nodePlatform.random, processes: nodeProcesses, nowMs: 0 },
    log: createLog(Date.now, () => {}),
  });
  writer.checkpoint(0);
  writer.close();
  return folder;
}

function give(path: string): void {
  chownSync(path, uid, uid);
}

function run(cwd: string, ...args: readonly string[]) {
  const choices = { uid, gid: uid, cwd, encoding: "utf8" } as const;
  const file = join(cwd, "parlance.yaml");
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [main, ...args, "--config", file],
    choices,
  );
  return { status, out: stdout + stderr };
}

const erasure = ["ledger", "erase", "anonymous", "--reason", "for the test"] as const;

test("who may not look into the ledger is told so", { skip }, (t) => {
  const folder = estate(t);
  give(folder);
  const keys = run(folder, "doctor");
  assert.equal(keys.status, 1, keys.out);
  assert.match(keys.out, /ledger\/keys: whether others can use it cannot be told: EACCES/);
  nodeDisk.makeFolder(join(folder, "closed"), 0o700);
  nodeDisk.rename(join(folder, "ledger"), join(folder, "closed", "ledger"));
  const path = join(folder, "parlance.yaml");
  const ledger = { path: "closed/ledger", origin: "test/user" };
  writeFileSync(path, JSON.stringify({ version: 1, services: {}, callers: "open", ledger }));
  const found = run(folder, "doctor");
  assert.equal(found.status, 1, found.out);
  assert.match(found.out, /closed\/ledger: it cannot be looked at: EACCES/);
  const erased = run(folder, ...erasure);
  assert.equal(erased.status, 3, erased.out);
  assert.match(erased.out, /cannot read .*lock: EACCES.*ledger-not-permitted/);
});

test("a user without a name does what others do, by its number", { skip }, (t) => {
  const folder = estate(t);
  give(folder);
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  for (const name of names) give(join(folder, name));
  const shown = run(folder, "ledger", "show", "0".repeat(32), "--bodies");
  assert.equal(shown.status, 1, shown.out);
  const read = run(folder, "ledger", "tail", "--kind", "read", "--json").out;
  assert.match(read, /"actor":"uid 48213"/);
  const erased = run(folder, ...erasure);
  assert.equal(erased.status, 1, erased.out);
  assert.doesNotMatch(erased.out, /a bug/);
});
