/** Up to where intents are settled: believed beside the log as it was then, or a later one. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { nodeDisk } from "#base/platform.ts";
import { temporaryLedger } from "#ledger/bodies/bodies-fixture.ts";
import { createSettledIntents } from "./settled-intents.ts";

test("beside a copy of the log that is older than itself it says nothing", (t) => {
  const folder = temporaryLedger(t);
  const settled = createSettledIntents(nodeDisk, folder);
  assert.equal(settled.read(100), 0);
  settled.write(40, 50);
  assert.deepEqual([settled.read(100), settled.read(50), settled.read(49)], [40, 40, 0]);
  const path = join(folder, "settled-intents");
  writeFileSync(path, "40\n");
  assert.deepEqual([settled.read(100), settled.read(39)], [40, 0]);
  writeFileSync(path, "40 50");
  assert.equal(settled.read(100), 0);
});
