/** Power cuts on a simulated disk: a fixed run, the seeds that once failed, and the controls. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { keptSeeds, lifeOf, runCampaign, seedsFrom } from "./campaign.ts";
import { countRisen } from "./plain-life.ts";

test("no ledger breaks a promise in 400 power cuts, killed processes and failing disks", () => {
  const report = runCampaign(seedsFrom(100_000, 40));
  assert.deepEqual(report.failed, []);
  assert.ok(report.cuts >= 395, `only ${report.cuts} cuts`);
  assert.ok(report.failures > 0, "the disk never failed");
});

test("seeds that once found something find nothing now", () => {
  const seeds = keptSeeds();
  assert.ok(seeds.length > 0);
  assert.deepEqual(runCampaign(seeds).failed, []);
});

test("control: a ledger whose entries are never synced loses acknowledged ones", () => {
  const lives = [...seedsFrom(200_000, 10)].map((seed) => lifeOf(seed, /\/segments\//));
  const findings = lives.flatMap((life) => life.findings);
  assert.ok(lives.filter((life) => life.findings.length > 0).length >= 8, findings.join("\n"));
});

test("control: without a chain of checksums, frames rise that were given up", () => {
  const count = (isChained: boolean): number =>
    [...seedsFrom(1, 50)].reduce((sum, seed) => sum + countRisen(seed, 20, isChained), 0);
  assert.ok(count(false) > 0, "the control shows nothing");
  assert.equal(count(true), 0);
});

test("the same seed gives the same life", () => {
  assert.deepEqual(lifeOf(300_000), lifeOf(300_000));
});
