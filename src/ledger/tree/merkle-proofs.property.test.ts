/** Laws of roots and proofs, against the recursive definitions of RFC 9162 §2.1. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { singleBitFlips } from "#tests/support/flip-bits.ts";
import { memoryLog, someEntries } from "#tests/support/memory-log.ts";
import {
  referenceConsistency,
  referencePath,
  referenceRoot,
} from "#tests/support/reference-tree.ts";
import { createFrontier } from "./frontier.ts";
import { leafHash } from "./hashes.ts";
import { consistencyProof, inclusionProof, rootOf } from "./merkle-proofs.ts";
import { checkConsistency, checkInclusion } from "./verify-proofs.ts";

const entries = someEntries(800);
const log = memoryLog(entries);
const leafOf = (index: number) => leafHash(entries[index] as Buffer);
const treeOf = (size: number) => ({ size, root: rootOf(size, log.hashesOf(size)) });

/** Small ones and those around the edges of tiles. */
const sizes = fc.oneof(
  fc.integer({ min: 1, max: 70 }),
  fc.constantFrom(255, 256, 257, 511, 512, 513, 767, 768, 769),
  fc.integer({ min: 1, max: 800 }),
);

test("roots are those of the reference, by tiles and by a frontier", () => {
  fc.assert(
    fc.property(sizes, (size) => {
      const expected = referenceRoot(entries.slice(0, size));
      assert.deepEqual(treeOf(size).root, expected);
      assert.deepEqual(memoryLog(entries.slice(0, size)).root, expected);
    }),
    { numRuns: 60 },
  );
});

test("a frontier that is restored goes on like one that was never left", () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 0, max: 300 }), (size, more) => {
      const first = createFrontier();
      const heard: unknown[] = [];
      for (let n = 0; n < size; n++) first.append(leafOf(n));
      const second = createFrontier({
        size,
        subtrees: first.subtrees(),
        onTileHash: (level, index, hash) => heard.push([level, index, hash.toString("hex")]),
      });
      const end = Math.min(size + more, entries.length);
      for (let n = size; n < end; n++) second.append(leafOf(n));
      assert.equal(second.size, end);
      assert.deepEqual(second.root(), treeOf(end).root);
      const tiles = [0, 1, 2].filter((n) => (n + 1) * 256 > size && (n + 1) * 256 <= end);
      const hash = (n: number) => log.hashesOf(800)(8, n).toString("hex");
      assert.deepEqual(
        heard,
        tiles.map((n) => [1, n, hash(n)]),
      );
    }),
    { numRuns: 40 },
  );
});

test("proofs are those of the reference, and hold", () => {
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), (size, indexSeed, oldSeed) => {
      const [index, oldSize] = [indexSeed % size, oldSeed % (size + 1)];
      const tree = treeOf(size);
      const proof = inclusionProof(index, size, log.hashesOf(size));
      assert.deepEqual(proof, referencePath(index, entries.slice(0, size)));
      assert.equal(checkInclusion({ index, leaf: leafOf(index), proof }, tree), undefined);
      const steps = consistencyProof(oldSize, size, log.hashesOf(size));
      assert.deepEqual(steps, referenceConsistency(oldSize, entries.slice(0, size)));
      assert.equal(checkConsistency(treeOf(oldSize), tree, steps), undefined);
    }),
    { numRuns: 80 },
  );
});

test("all pairs of small sizes: proofs hold for their own place and for no other", () => {
  for (let size = 1; size <= 12; size++) {
    const tree = treeOf(size);
    for (let index = 0; index < size; index++) {
      const proof = inclusionProof(index, size, log.hashesOf(size));
      for (let other = 0; other <= size; other++) {
        const fault = checkInclusion({ index: other, leaf: leafOf(index), proof }, tree);
        assert.equal(fault === undefined, other === index, `${index} as ${other} of ${size}`);
      }
    }
    for (let oldSize = 1; oldSize <= size; oldSize++) {
      const proof = consistencyProof(oldSize, size, log.hashesOf(size));
      for (let other = 1; other <= size; other++) {
        const older = { size: other, root: treeOf(oldSize).root };
        const fault = checkConsistency(older, tree, proof);
        assert.equal(fault === undefined, other === oldSize, `${oldSize} as ${other} of ${size}`);
      }
    }
  }
});

test("a proof that is shortened, lengthened or has a bit turned over is rejected", () => {
  for (const [index, size] of [
    [0, 2],
    [6, 7],
    [256, 257],
    [300, 700],
  ] as const) {
    const tree = treeOf(size);
    const leaf = leafOf(index);
    const proof = inclusionProof(index, size, log.hashesOf(size));
    const holds = (changed: readonly Buffer[]) =>
      checkInclusion({ index, leaf, proof: changed }, tree) === undefined;
    assert.ok(holds(proof));
    assert.ok(!holds(proof.slice(1)) && !holds(proof.slice(0, -1)));
    assert.ok(!holds([...proof, leaf]) && !holds([leaf, ...proof]));
    let flips = 0;
    for (const [at, hash] of proof.entries()) {
      for (const damaged of singleBitFlips(hash)) {
        assert.ok(!holds(proof.with(at, damaged)));
        flips++;
      }
    }
    assert.equal(flips, proof.length * 256);
  }
});

test("every bit of a consistency proof and of both roots counts", () => {
  for (const [oldSize, size] of [
    [1, 2],
    [3, 7],
    [4, 8],
    [256, 700],
    [511, 512],
  ] as const) {
    const [older, newer] = [treeOf(oldSize), treeOf(size)];
    const proof = consistencyProof(oldSize, size, log.hashesOf(size));
    assert.equal(checkConsistency(older, newer, proof), undefined);
    for (const [at, hash] of proof.entries()) {
      for (const damaged of singleBitFlips(hash)) {
        assert.notEqual(checkConsistency(older, newer, proof.with(at, damaged)), undefined);
      }
    }
    for (const root of singleBitFlips(older.root)) {
      assert.notEqual(checkConsistency({ size: oldSize, root }, newer, proof), undefined);
    }
    for (const root of singleBitFlips(newer.root)) {
      assert.notEqual(checkConsistency(older, { size, root }, proof), undefined);
    }
    assert.notEqual(checkConsistency(older, newer, proof.slice(1)), undefined);
    assert.notEqual(checkConsistency(older, newer, [...proof, older.root]), undefined);
  }
});

test("two views of a log that differ in one entry have no proof that joins them", () => {
  const other = memoryLog(entries.with(100, Buffer.from("another exchange")));
  for (const [oldSize, size] of [
    [101, 300],
    [256, 512],
    [300, 300],
    [700, 800],
  ] as const) {
    const split = { size, root: rootOf(size, other.hashesOf(size)) };
    for (const source of [log, other]) {
      const proof = consistencyProof(oldSize, size, source.hashesOf(size));
      assert.notEqual(checkConsistency(treeOf(oldSize), split, proof), undefined);
    }
  }
});

test("whatever is given as a proof, it is judged and nothing is thrown", () => {
  const hash = fc.uint8Array({ maxLength: 40 });
  const number = fc.oneof(fc.nat(900), fc.double(), fc.maxSafeInteger());
  fc.assert(
    fc.property(number, number, hash, hash, fc.array(hash), (a, b, leaf, root, proof) => {
      assert.notEqual(checkInclusion({ index: a, leaf, proof }, { size: b, root }), undefined);
      const older = { size: a, root: leaf };
      const fault = checkConsistency(older, { size: b, root }, proof);
      const isSame = a === b && Buffer.compare(leaf, root) === 0 && leaf.length === 32;
      assert.equal(fault === undefined, isSame && proof.length === 0);
    }),
  );
});
