/** A short run of the fuzzer over sockets, always the same samples. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { describeBlackBoxFinding, runBlackBox } from "./black-box.ts";
import { requestCorpus } from "./corpus.ts";

test("600 samples through a gateway leave it in a form that everybody reads alike", async () => {
  const report = await runBlackBox({
    firstSeed: 1,
    corpus: requestCorpus(),
    goesOn: (samples) => samples < 600,
    concurrency: 12,
  });
  assert.deepEqual(report.findings.map(describeBlackBoxFinding), []);
  assert.ok(report.passed > 100, `${report.passed} samples reached the other end`);
});
