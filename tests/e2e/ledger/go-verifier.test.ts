/**
 * Go's golang.org/x/mod/sumdb verifies what we export: tiles, entries and proofs. It finds every
 * kind of damage.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { nodeDisk } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import { leafHash } from "#ledger/tree/hashes.ts";
import { consistencyProof, inclusionProof, rootOf } from "#ledger/tree/merkle-proofs.ts";
import { createSigner, formatVerifier } from "#ledger/tree/note-keys.ts";
import { exportTiles } from "#ledger/verify/export-tiles.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { memoryLog, someEntries } from "#tests/support/memory-log.ts";
import { memorySource } from "#tests/support/memory-source.ts";
import { buildGoVerifier, lacksGo, type GoVerify } from "./go-program.ts";

const signer = createSigner("parlance/go/1", Buffer.alloc(32, 3));
const key = formatVerifier(signer.verifier);
// 2 full tiles of level 1 would be 131,072 entries; this has one, and partial tiles on 3 levels.
const size = 65_536 + 700;
const log = memoryLog(someEntries(size));
const workplace = temporaryFolder({ after: (run) => after(run as () => void) });
let judge: GoVerify;

before(() => {
  if (lacksGo === false) judge = buildGoVerifier(workplace);
});

function exported(name: string, entries = log): string {
  const folder = join(workplace, name);
  const result = exportTiles(memorySource(entries, signer), nodeDisk, folder);
  assert.ok(!isProblem(result));
  return folder;
}

const verify = (folder: string, ...proofs: readonly string[]) =>
  judge(folder, signer.verifier.name, key, ...proofs);

/** Turns one bit over, runs, and turns it back. */
function withFlippedBit(path: string, bit: number, run: () => void): void {
  const bytes = readFileSync(path);
  const damaged = Buffer.from(bytes);
  damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
  writeFileSync(path, damaged);
  run();
  writeFileSync(path, bytes);
}

function proofLines(): readonly string[] {
  const base64 = (hash: Buffer) => hash.toString("base64");
  const root = (of: number) => base64(rootOf(of, log.hashesOf(of)));
  const lines: string[] = [];
  for (const treeSize of [1, 2, 255, 256, 257, 511, 1000, 65_536, 65_537, size]) {
    for (const index of new Set(
      [0, 1, Math.floor(treeSize / 2), treeSize - 1].filter((n) => n < treeSize),
    )) {
      const leaf = base64(leafHash(log.entries[index] as Buffer));
      const proof = inclusionProof(index, treeSize, log.hashesOf(treeSize)).map(base64);
      lines.push(["inclusion", index, treeSize, root(treeSize), leaf, ...proof].join(" "));
    }
    for (const old of new Set(
      [1, Math.ceil(treeSize / 3), treeSize - 1, treeSize].filter((n) => n > 0),
    )) {
      const proof = consistencyProof(old, treeSize, log.hashesOf(treeSize)).map(base64);
      lines.push(["consistency", old, root(old), treeSize, root(treeSize), ...proof].join(" "));
    }
  }
  return lines;
}

test("Go accepts the whole tree and all proofs", { skip: lacksGo }, () => {
  const folder = exported("whole");
  const proofs = join(workplace, "proofs");
  const lines = proofLines();
  writeFileSync(proofs, `${lines.join("\n")}\n`);
  const { status, stdout, stderr } = verify(folder, proofs);
  assert.equal(stderr, "");
  assert.equal(stdout, `size ${size}, ${lines.length} proofs`);
  assert.equal(status, 0);
});

test(
  "Go accepts trees of every small size and around the edges of tiles",
  { skip: lacksGo },
  () => {
    for (const small of [1, 2, 3, 7, 255, 256, 257, 512, 513]) {
      const folder = exported(`small-${small}`, memoryLog(log.entries.slice(0, small)));
      assert.equal(verify(folder).stdout, `size ${small}, 0 proofs`);
    }
  },
);

test(
  "Go rejects a flipped bit of any tile, any bundle and the checkpoint",
  { skip: lacksGo },
  () => {
    const folder = exported("damaged");
    for (const path of [
      "tile/0/000",
      "tile/0/255",
      "tile/0/258.p/188",
      "tile/1/000",
      "tile/1/001.p/2",
      "tile/2/000.p/1",
      "tile/entries/000",
      "tile/entries/100",
      "tile/entries/258.p/188",
      "checkpoint",
    ]) {
      const whole = join(folder, path);
      const bits = readFileSync(whole).length * 8;
      for (const bit of [0, Math.floor(bits / 2), bits - 1]) {
        withFlippedBit(whole, bit, () => assert.equal(verify(folder).status, 1, `${path} ${bit}`));
      }
    }
    assert.equal(verify(folder).status, 0);
  },
);

test(
  "Go rejects a tile of another place and the checkpoint of another log",
  { skip: lacksGo },
  () => {
    const folder = exported("mixed");
    const [one, other] = ["tile/0/001", "tile/0/002"].map((path) => join(folder, path)) as [
      string,
      string,
    ];
    const bytes = readFileSync(one);
    writeFileSync(one, readFileSync(other));
    assert.equal(verify(folder).status, 1);
    writeFileSync(one, bytes);
    assert.equal(verify(folder).status, 0);
    const changed = log.entries.with(100, Buffer.from("another exchange"));
    const split = exported("split", memoryLog(changed));
    writeFileSync(join(folder, "checkpoint"), readFileSync(join(split, "checkpoint")));
    const { status, stderr } = verify(folder);
    assert.equal(status, 1);
    assert.match(stderr, /inconsistent tile/);
  },
);

test("Go rejects every proof of which a hash is damaged", { skip: lacksGo }, () => {
  const folder = exported("proofs-damaged", memoryLog(log.entries.slice(0, 10)));
  const proofs = join(workplace, "damaged-proofs");
  for (const line of proofLines().filter((_, n) => n % 4 === 0)) {
    const words = line.split(" ");
    const at = words.length - 1;
    const hash = Buffer.from(words[at] as string, "base64");
    hash[7] = (hash[7] as number) ^ 1;
    writeFileSync(proofs, `${words.with(at, hash.toString("base64")).join(" ")}\n`);
    assert.equal(verify(folder, proofs).status, 1, line);
  }
});
