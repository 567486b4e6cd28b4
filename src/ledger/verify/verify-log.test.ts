/** Damage of every part of a log is found and told by its place. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { isProblem } from "#base/problem.ts";
import { damaged, LedgerProblem, problems } from "#ledger/store/problems.ts";
import { openCheckpoint, signCheckpoint } from "#ledger/tree/checkpoint.ts";
import { leafHash } from "#ledger/tree/hashes.ts";
import { rootOf } from "#ledger/tree/merkle-proofs.ts";
import { createSigner } from "#ledger/tree/note-keys.ts";
import { parseTlogProof, verifyTlogProof } from "#ledger/tree/tlog-proof.ts";
import { memoryLog, someEntries, type MemoryLog } from "#tests/support/memory-log.ts";
import { memorySource } from "#tests/support/memory-source.ts";
import type { LogSource } from "./log-source.ts";
import { proveEntry } from "./prove-entry.ts";
import { verifyLog, type FoundCheckpoint } from "./verify-log.ts";
import { verifySegment } from "./verify-segment.ts";

const size = 65_536 * 2 + 700;
const signer = createSigner("parlance/verify/1", Buffer.alloc(32, 5));
const stranger = createSigner("parlance/verify/2", Buffer.alloc(32, 6));
let log: MemoryLog;
let source: LogSource;

before(() => {
  log = memoryLog(someEntries(size));
  source = memorySource(log, signer);
});

function checkpointAt(at: number, of = log, by = signer): FoundCheckpoint {
  const root = rootOf(at, of.hashesOf(at));
  const bytes = signCheckpoint({ origin: by.verifier.name, size: at, root }, [by]);
  return { place: `checkpoint of ${at}`, bytes };
}

const verify = (of: LogSource, checkpoints = [checkpointAt(size)]) =>
  verifyLog(of, {
    verifySegment: async (segment, marks) => verifySegment(of, segment, marks),
    checkpoints,
    verifiers: [signer.verifier],
  });

test("a whole log is fine, with checkpoints at every kind of place", async () => {
  const sizes = [0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 131_072, 131_073, size - 1, size];
  const seen: number[] = [];
  const result = await verifyLog(source, {
    verifySegment: async (segment, marks) => verifySegment(source, segment, marks),
    checkpoints: sizes.map((at) => checkpointAt(at)),
    verifiers: [stranger.verifier, signer.verifier],
    onProgress: (entries) => seen.push(entries),
  });
  assert.equal(result.damage, undefined);
  assert.deepEqual(result.root, log.root);
  assert.deepEqual(
    [result.size, result.entries, result.dropped, result.checkpoints, result.unsigned],
    [size, size, 0, sizes.length, 0],
  );
  assert.equal(
    result.bytes,
    log.entries.reduce((sum, one) => sum + one.length, 0),
  );
  assert.equal(seen.at(-1), size);
});

test("entries behind the last checkpoint are counted", async () => {
  const result = await verify(source, [checkpointAt(65_000)]);
  assert.equal(result.damage, undefined);
  assert.equal(result.unsigned, size - 65_000);
});

test("an empty log is fine", async () => {
  const empty = memoryLog([]);
  const result = await verify(memorySource(empty, signer), [checkpointAt(0, empty)]);
  assert.deepEqual([result.damage, result.size, result.root], [undefined, 0, empty.root]);
});

for (const entry of [0, 255, 65_535, 65_536, 131_072, size - 1]) {
  test(`a changed entry ${entry} is found`, async () => {
    const changed = log.entries.with(entry, Buffer.from("another exchange"));
    const result = await verify({ ...memorySource({ ...log, entries: changed }, signer) });
    assert.equal(result.damage?.entry, entry);
    assert.match(result.damage?.detail ?? "", new RegExp(`^entry ${entry} does not have the hash`));
  });
}

test("the first of several changed entries is told", async () => {
  const entries = log.entries
    .with(70_000, Buffer.from("another"))
    .with(131_500, Buffer.from("another"))
    .with(69_999, Buffer.from("another"));
  const result = await verify(memorySource({ ...log, entries }, signer));
  assert.equal(result.damage?.entry, 69_999);
});

for (const [level, index, hash, entry] of [
  [0, 3, 17, 3 * 256 + 17],
  [0, 514, 187, 514 * 256 + 187],
  [1, 1, 9, 65_536 + 9 * 256],
  [1, 2, 1, 131_072 + 256],
  [2, 0, 1, 65_536],
] as const) {
  test(`a damaged hash ${hash} in tile ${level}/${index} is found`, async () => {
    const hashTile: LogSource["hashTile"] = (...tile) => {
      const bytes = Buffer.from(source.hashTile(...tile));
      const at = hash * 32 + 5;
      if (tile[0] === level && tile[1] === index) bytes[at] = (bytes[at] as number) ^ 1;
      return bytes;
    };
    const result = await verify({ ...source, hashTile });
    assert.equal(result.damage?.entry, entry);
    assert.match(result.damage?.detail ?? "", /tile\/\d/);
  });
}

test("what the store finds is told with the entry that it was met at", async () => {
  const scan: LogSource["scan"] = (from, to, visit) =>
    source.scan(from, to, (index, bytes) => {
      if (index === 66_000) throw damaged("00000001.0000.log: byte 12 is damaged");
      return visit(index, bytes);
    });
  const result = await verify({ ...source, scan });
  assert.deepEqual(result.damage, {
    entry: 66_000,
    detail: "00000001.0000.log: byte 12 is damaged",
  });
});

test("a log that ends before its checkpoint, or has a gap, is found", async () => {
  const short = memorySource(memoryLog(log.entries.slice(0, 66_000)), signer);
  const result = await verify(short);
  assert.equal(result.damage?.entry, 66_000);
  assert.match(result.damage?.detail ?? "", /signed for 131772 entries, the log has 66000/);
  const [first, , last] = source.segments();
  assert.ok(first && last);
  const gap = await verify({ ...source, segments: () => [first, last] });
  assert.match(gap.damage?.detail ?? "", /no segment holds entry 65536/);
});

test("a log that was rewritten as a whole does not fit a checkpoint from before", async () => {
  const rewritten = memoryLog(log.entries.with(100, Buffer.from("another exchange")));
  const result = await verify(memorySource(rewritten, signer), [
    checkpointAt(50),
    checkpointAt(70_000),
    checkpointAt(size, rewritten),
  ]);
  assert.equal(result.damage?.entry, 50);
  assert.match(result.damage?.detail ?? "", /^checkpoint of 70000 .* entries were changed/);
});

test("a checkpoint of a key that is not the log's is damage", async () => {
  const result = await verify(source, [checkpointAt(size, log, stranger)]);
  assert.match(result.damage?.detail ?? "", /^checkpoint of 131772: .*no signature of a known key/);
});

test("a segment that was dropped is verified by its hashes", async () => {
  const scan: LogSource["scan"] = (from, to, visit) =>
    source.scan(Math.max(from, 65_536), to, visit);
  const segments = () => source.segments().map((one, n) => ({ ...one, dropped: n === 0 }));
  const pruned = { ...source, scan, segments };
  const result = await verify(pruned, [checkpointAt(300), checkpointAt(size)]);
  assert.equal(result.damage, undefined);
  assert.deepEqual([result.entries, result.dropped], [size - 65_536, 65_536]);
  assert.deepEqual(result.root, log.root);
});

test("an entry is proved against the newest checkpoint, with itself as extra data", () => {
  const older = memorySource(log, signer, 70_000);
  const text = proveEntry(older, 69_000);
  assert.ok(!isProblem(text));
  const proof = parseTlogProof(text);
  assert.ok(!isProblem(proof) && proof.extra !== undefined);
  assert.deepEqual(proof.extra, log.entries[69_000]);
  const checkpoint = verifyTlogProof(proof, leafHash(proof.extra), [signer.verifier]);
  assert.deepEqual(checkpoint, openCheckpoint(checkpointAt(70_000).bytes, [signer.verifier]));
  const early = proveEntry(older, 70_000);
  assert.ok(isProblem(early));
  assert.match(early.detail, /entry 70000 is not covered/);
});

test("what may not be read is not said to be damaged", async () => {
  const refuse = () => {
    throw new LedgerProblem(problems["ledger-not-permitted"]("cannot read hashes"));
  };
  await assert.rejects(verify({ ...source, hashTile: refuse }), /cannot read hashes/);
  await assert.rejects(verify({ ...source, scan: refuse }), /cannot read hashes/);
});
