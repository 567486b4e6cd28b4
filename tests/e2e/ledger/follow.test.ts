/** `parlance ledger tail --follow` beside a ledger that grows faster than anybody reads. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import { createLog } from "#base/log.ts";
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import { openLog } from "#ledger/store/open-log.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";

const program = join(import.meta.dirname, "..", "..", "..", "src", "cli", "main.ts");
const size = 30_000;
/** Megabytes: a third of what is to be printed. */
const heap = 40;

test(
  "a reader that is slow gets every entry, and what waits for it fits in little memory",
  { timeout: 60_000 },
  async (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, "ledger");
    const { writer } = openLog({
      ...{ path, checkpoints: join(folder, "checkpoints"), name: "example.org/follow" },
      ...{ disk: nodeDisk, random: nodePlatform.random, processes: nodeProcesses },
      ...{ nowMs: 0, log: createLog(Date.now, () => {}) },
    });
    t.after(() => writer.close());
    const args = [
      program,
      "ledger",
      "tail",
      "--ledger",
      path,
      "--follow",
      "--json",
      "--lines",
      "0",
    ];
    const follower = spawn(process.execPath, [`--max-old-space-size=${heap}`, ...args], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    t.after(() => follower.kill());
    await delay(1_000);
    const exchanges = Array.from({ length: 100 }, (_, n) => n.toString(16).padStart(32, "0"));
    const gap = { kind: "gap", timeUs: 1, count: 100, reason: "for the test", exchanges } as const;
    const entry = encodeEntry(gap);
    for (let index = 0; index < size; index++) {
      writer.add(entry, 0, entry.length);
      if (index % 1_000 < 999) continue;
      writer.write();
      writer.sync();
      writer.settle();
    }
    writer.checkpoint(0);
    // Nobody reads meanwhile.
    await delay(2_000);
    const lines = createInterface({ input: follower.stdout });
    let next = 0;
    for await (const line of lines) {
      assert.equal(Number(/^\{"index":(\d+),/.exec(line)?.[1]), next++);
      if (next === size) break;
    }
    assert.equal(next, size);
  },
);
