/** A reader in another process, while a ledger is written over the end of two segments. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { nodeDisk, nodeProcesses } from "#base/platform.ts";
import { openReader } from "#ledger/store/log-reader.ts";
import { isProblem } from "#base/problem.ts";
import { parseCheckpoint } from "#ledger/tree/checkpoint.ts";
import { rootOf } from "#ledger/tree/merkle-proofs.ts";
import { hashesFromTiles } from "#ledger/tree/tile-hashes.ts";
import { startWriter } from "./kill-loop.ts";
import { writerOf } from "./torture-entry.ts";

const wanted = 140_000;

test("a reader beside the writer sees whole entries only, and never fewer than before", async () => {
  const folder = mkdtempSync(join(tmpdir(), "parlance-beside-"));
  try {
    const folders = { path: join(folder, "ledger"), checkpoints: join(folder, "checkpoints") };
    const { child } = startWriter(folders, ["--nonce", "w", "--groupMax", "400"]);
    const closed = once(child, "close");
    await once(child.stdout, "data");
    const reader = openReader({ path: folders.path, disk: nodeDisk, processes: nodeProcesses });
    let looks = 0;
    for (let seen = 0; seen < wanted; looks++) {
      assert.equal(child.exitCode, null, "the writer has ended");
      reader.refresh();
      assert.ok(reader.size >= seen, `${seen} entries were there, now ${reader.size}`);
      reader.scan(seen, reader.size, (index, entry) => {
        assert.equal(writerOf(entry), "w", `entry ${index}`);
        return undefined;
      });
      seen = reader.size;
      if (seen > 0) assert.equal(writerOf(reader.entry(Math.floor(seen / 3))), "w");
      const checkpoint = parseCheckpoint(reader.checkpoint() ?? Buffer.alloc(0));
      if (!isProblem(checkpoint) && checkpoint.size <= reader.size && looks % 10 === 0) {
        const hashAt = hashesFromTiles(checkpoint.size, reader.hashTile);
        assert.deepEqual(rootOf(checkpoint.size, hashAt), checkpoint.root, "the signed root");
      }
      await setImmediate();
    }
    assert.ok(
      reader.segments().some(({ sealed }) => sealed),
      "nothing was sealed meanwhile",
    );
    child.kill("SIGKILL");
    await closed;
    reader.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
