/** A segment that retention drops while somebody reads is dropped, neither damaged nor an error. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { nodeDisk } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import { segmentEntries } from "#ledger/store/layout.ts";
import type { LogReader } from "#ledger/store/log.ts";
import { addAll, exchangeEntry, withPlace } from "#ledger/store/store-fixture.ts";
import { parseTlogProof } from "#ledger/tree/tlog-proof.ts";
import { exportNdjson } from "#ledger/verify/export-ndjson.ts";
import { exportParquet } from "#ledger/verify/export-parquet.ts";
import { exportTiles } from "#ledger/verify/export-tiles.ts";
import { proveEntry } from "#ledger/verify/prove-entry.ts";
import { verifyUnlessDropped } from "./verify-unless-dropped.ts";

const kept = 300;

/** @param run gets readers that have looked before the first segment was dropped. */
function withDropped(run: (open: () => LogReader, folder: string) => void): void {
  withPlace((place) => {
    const { writer } = place.open();
    for (let first = 0; first < segmentEntries + kept; first += 1_024) {
      const count = Math.min(1_024, segmentEntries + kept - first);
      addAll(
        writer,
        Array.from({ length: count }, (_, at) => exchangeEntry(first + at)),
      );
    }
    while (writer.expired({ days: 0, bytesMax: 1 }, 0) === undefined) writer.settle();
    writer.checkpoint(0);
    const readers = Array.from({ length: 5 }, () => place.read());
    writer.drop({ end: segmentEntries });
    run(() => readers.pop() ?? place.read(), join(place.path, ".."));
  });
}

test("verification holds what was dropped meanwhile by its hashes", () => {
  withDropped((open) => {
    const listed = { first: 0, count: segmentEntries, dropped: false };
    // The last one has looked after it was dropped, as a thread does that starts late.
    for (let n = 0; n < 6; n++) {
      const report = verifyUnlessDropped(open(), listed, new Set([7]));
      assert.deepEqual([report.damage, report.dropped, report.marks.size], [undefined, true, 1]);
    }
  });
});

test("exports do without what was dropped meanwhile, and say how much", () => {
  withDropped((open, folder) => {
    for (const [name, run, files] of [
      ["lines", exportNdjson, ["entries.ndjson"]],
      ["columns", exportParquet, ["entries-000000065536.parquet"]],
      ["tiles", exportTiles, ["checkpoint", "tile"]],
    ] as const) {
      const exported = run(open(), nodeDisk, join(folder, name));
      assert.ok(!isProblem(exported));
      assert.deepEqual([exported.entries, exported.dropped], [kept, segmentEntries], name);
      assert.deepEqual(readdirSync(join(folder, name)), files);
    }
  });
});

test("an entry that was dropped is not proved: nobody could verify that", () => {
  withDropped((open) => {
    const dropped = proveEntry(open(), 5);
    assert.ok(isProblem(dropped));
    assert.equal(dropped.definition.code, "ledger-dropped");
    assert.match(dropped.detail, /^entry 5 was dropped when its time of keeping was over/);
    const text = proveEntry(open(), segmentEntries);
    assert.ok(!isProblem(text));
    const proof = parseTlogProof(text);
    assert.ok(!isProblem(proof) && proof.extra !== undefined);
  });
});
