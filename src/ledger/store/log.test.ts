/** A ledger on a real disk: written, read beside it, closed, opened again. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createLog } from "#base/log.ts";
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import { leafHash } from "#ledger/tree/hashes.ts";
import { openReader } from "./log-reader.ts";
import { openLog, type OpenedLog } from "./open-log.ts";

function withFolder(run: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "parlance-ledger-"));
  try {
    run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function open(folder: string): OpenedLog {
  return openLog({
    path: join(folder, "ledger"),
    checkpoints: join(folder, "checkpoints"),
    name: "example.org/test",
    disk: nodeDisk,
    random: nodePlatform.random,
    processes: nodeProcesses,
    nowMs: 0,
    log: createLog(Date.now, () => {}),
  });
}

const entryOf = (index: number): Buffer => Buffer.from(`entry ${index} ${"x".repeat(index % 300)}`);

test("what was synced is there after closing and opening again", () => {
  withFolder((folder) => {
    for (let round = 0; round < 3; round++) {
      const { writer, recovered } = open(folder);
      assert.equal(recovered.size, round * 100);
      for (let index = round * 100; index < (round + 1) * 100; index++) {
        const bytes = entryOf(index);
        assert.equal(writer.add(bytes, 0, bytes.length), index);
        if (index % 7 === 0) {
          writer.write();
          writer.sync();
          assert.deepEqual(writer.leafHash(index), leafHash(bytes));
          writer.settle();
        }
      }
      writer.write();
      writer.sync();
      writer.checkpoint(0);
      const reader = openReader({
        path: join(folder, "ledger"),
        disk: nodeDisk,
        processes: nodeProcesses,
      });
      assert.equal(reader.size, (round + 1) * 100);
      for (let index = 0; index < reader.size; index++) {
        assert.deepEqual(reader.entry(index), entryOf(index));
      }
      reader.close();
      writer.close();
    }
  });
});
