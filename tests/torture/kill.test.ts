/** A short form of the loop that `npm run torture` runs a thousand times. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { killLoop } from "./kill-loop.ts";

test("a process that is killed while it writes loses nothing that it acknowledged", async () => {
  const folder = mkdtempSync(join(tmpdir(), "parlance-kill-"));
  try {
    const folders = { path: join(folder, "ledger"), checkpoints: join(folder, "checkpoints") };
    const report = await killLoop(folders, 12);
    assert.deepEqual(report.faults, []);
    assert.ok(report.acknowledged > 0, "nothing was acknowledged");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
