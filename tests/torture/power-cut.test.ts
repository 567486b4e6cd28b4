/** A short form of the power cuts that `npm run torture` makes hundreds of. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cannotMount } from "./disk-image.ts";
import { cutPowers } from "./power-cuts.ts";

const skip = cannotMount();

test("a power cut loses nothing that was acknowledged", { skip }, async () => {
  const report = await cutPowers(10, false);
  assert.deepEqual(report.faults, []);
  assert.ok(report.acknowledged > 0, "nothing was acknowledged");
});

test("control: without fdatasync, power cuts lose entries", { skip }, async () => {
  const report = await cutPowers(5, true);
  const lost = report.faults.filter((fault) =>
    /acknowledged|damaged|missing|was signed/.test(fault),
  );
  assert.ok(lost.length > 0, `${report.acknowledged} entries, none lost: ${report.faults.join()}`);
});
