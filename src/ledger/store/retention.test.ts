/** Which segments are too old or too much, by what the ends of their files say. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { nodeDisk } from "#base/platform.ts";
import { layoutOf, sealedName, segmentEntries } from "./layout.ts";
import { findExpired } from "./retention.ts";
import { encodeSealedEnd, sealedEndBytes } from "./sealed-format.ts";

const dayMs = 86_400_000;
const nowMs = 1_000 * dayMs;
const nothing = Buffer.alloc(6);

/** @param days when the newest entry of each segment was made. @returns how many are to go. */
function expiredOf(
  context: TestContext,
  days: readonly number[],
  retention = { days: 100, bytesMax: 0 },
): number {
  const root = mkdtempSync(join(tmpdir(), "parlance-retention-"));
  context.after(() => rmSync(root, { recursive: true }));
  const layout = layoutOf(root);
  mkdirSync(layout.segments);
  for (const [segment, day] of days.entries()) {
    const index = { indexPosition: 0, indexRows: 0, indexChecksum: 0 };
    const times = { minMs: 0, maxMs: day * dayMs, minId: nothing, maxId: nothing };
    const end = encodeSealedEnd({ segment, bytes: 0, ...index, ...times }, []);
    writeFileSync(join(layout.segments, sealedName(segment)), end);
  }
  const kept = { keptFrom: 0, sealed: days.length };
  const expired = findExpired(nodeDisk, layout, kept, retention, nowMs);
  if (expired === undefined) return 0;
  assert.equal(expired.first, 0);
  assert.equal(expired.bytes, (expired.end / segmentEntries) * sealedEndBytes);
  return expired.end / segmentEntries;
}

test("the oldest segments go up to the first that is young", (t) => {
  assert.equal(expiredOf(t, [800, 850, 950, 800, 990]), 2);
  assert.equal(expiredOf(t, [950, 800]), 0);
});

test("segments of a clock that was ahead go with the old ones behind them, and not before", (t) => {
  assert.equal(expiredOf(t, [800, 1_700, 1_701, 850, 990]), 4);
  assert.equal(expiredOf(t, [800, 1_700, 990]), 1);
  assert.equal(expiredOf(t, [1_700, 1_701]), 0);
});

test("what is too much goes whatever its time is", (t) => {
  const bytesMax = 2 * sealedEndBytes;
  assert.equal(expiredOf(t, [1_700, 990, 991], { days: 0, bytesMax }), 1);
  assert.equal(expiredOf(t, [1_700, 800, 1_701, 990], { days: 100, bytesMax }), 2);
});
