/** Signed notes with the example of Go's sumdb/note, checkpoints and proofs that stand alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isProblem, type Problem } from "#base/problem.ts";
import { singleBitFlips } from "#tests/support/flip-bits.ts";
import { memoryLog, someEntries } from "#tests/support/memory-log.ts";
import { openCheckpoint, parseCheckpoint, signCheckpoint } from "./checkpoint.ts";
import { leafHash } from "./hashes.ts";
import { inclusionProof } from "./merkle-proofs.ts";
import {
  createSigner,
  formatSigner,
  formatVerifier,
  parseSigner,
  parseVerifier,
  type NoteSigner,
} from "./note-keys.ts";
import { parseNote, signNote, verifyNote } from "./note.ts";
import { formatTlogProof, parseTlogProof, verifyTlogProof } from "./tlog-proof.ts";

const neumann = {
  verifier: "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
  signer: "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz",
  text:
    "If you think cryptography is the answer to your problem,\n" +
    "then you don't know what your problem is.\n",
  signature:
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpR" +
    "Zb6KE6RyyBwJnAM=\n",
};

const origin = "parlance/one/1";
const signer = createSigner(origin, Buffer.alloc(32, 1));
const witness = createSigner("witness.example/w", Buffer.alloc(32, 2));
const log = memoryLog(someEntries(300));
const checkpoint = { origin, size: 300, root: log.root };
const signed = signCheckpoint(checkpoint, [signer]);

function fine<T>(result: T | Problem): T {
  assert.ok(!isProblem(result), isProblem(result) ? result.detail : "");
  return result;
}

test("the example of sumdb/note is signed to the byte and verified", () => {
  const key: NoteSigner = fine(parseSigner(neumann.signer));
  assert.equal(formatVerifier(key.verifier), neumann.verifier);
  const note = signNote(neumann.text, [key]);
  assert.equal(note.toString(), `${neumann.text}\n${neumann.signature}`);
  const verifier = fine(parseVerifier(neumann.verifier));
  assert.equal(verifyNote(fine(parseNote(note)), [verifier]), undefined);
});

test("a signer's text form is read as the same key", () => {
  const seed = Buffer.alloc(32, 9);
  const key = fine(parseSigner(formatSigner("a/b", seed)));
  assert.equal(formatVerifier(key.verifier), formatVerifier(createSigner("a/b", seed).verifier));
});

test("a key whose id, type, length or base64 is wrong is refused, and the secret is not told", () => {
  const [name = "", id = "", key = ""] = neumann.verifier.split("+");
  for (const text of [
    "",
    name,
    `${name}+${id}`,
    `${name}+${id.replace("c", "d")}+${key}`,
    `other+${id}+${key}`,
    `${name}+${id}+${key.slice(0, -4)}`,
    `${name}+${id}+${key}=`,
    `${name}+${id}+B${key.slice(1)}`,
    `+${id}+${key}`,
    `a b+${id}+${key}`,
    "x".repeat(100_000),
  ]) {
    assert.ok(isProblem(parseVerifier(text)), text.slice(0, 80));
    const secret = parseSigner(`PRIVATE+KEY+${text}`);
    assert.ok(isProblem(secret) && !secret.detail.includes(key));
  }
});

test("a checkpoint is read as it was signed, also between signatures of witnesses", () => {
  assert.deepEqual(fine(openCheckpoint(signed, [signer.verifier], origin)), checkpoint);
  const both = signCheckpoint(checkpoint, [witness, signer]);
  assert.deepEqual(fine(openCheckpoint(both, [signer.verifier])), checkpoint);
  assert.deepEqual(fine(openCheckpoint(both, [witness.verifier, signer.verifier])), checkpoint);
  assert.equal(
    signed.toString().split("\n").slice(0, 3).join("\n"),
    `${origin}\n300\n${log.root.toString("base64")}`,
  );
});

test("every single bit of a checkpoint counts", () => {
  let flips = 0;
  for (const damaged of singleBitFlips(signed)) {
    assert.ok(isProblem(openCheckpoint(damaged, [signer.verifier], origin)), `bit ${flips}`);
    flips++;
  }
  assert.equal(flips, signed.length * 8);
});

test("every truncation of a checkpoint is refused", () => {
  for (let length = 0; length < signed.length; length++) {
    assert.ok(isProblem(openCheckpoint(signed.subarray(0, length), [signer.verifier])));
  }
});

test("a checkpoint of another log or of an unknown key is refused with both names", () => {
  const otherLog = openCheckpoint(signed, [signer.verifier], "parlance/two/1");
  assert.ok(isProblem(otherLog));
  assert.match(otherLog.detail, /parlance\/one\/1.*parlance\/two\/1/);
  const unknown = openCheckpoint(signed, [witness.verifier]);
  assert.ok(isProblem(unknown));
  assert.match(unknown.detail, /witness\.example\/w\+[0-9a-f]{8}.*parlance\/one\/1\+[0-9a-f]{8}/);
});

test("a key vouches for a log of its own name only, unless another origin is asked for", () => {
  const foreign = signCheckpoint(checkpoint, [witness]);
  const own = openCheckpoint(foreign, [witness.verifier]);
  assert.ok(isProblem(own));
  assert.match(own.detail, /none of the keys that signed it is "parlance\/one\/1"'s/);
  assert.deepEqual(fine(openCheckpoint(foreign, [witness.verifier], origin)), checkpoint);
});

test("one bad signature of a known key spoils a note that another key signed", () => {
  const text = signNote("text\n", [signer, witness]).toString();
  const foreign = signNote("other\n", [witness]).toString().split("\n").at(-2) ?? "";
  const spoiled = text.replace(/\u2014 witness.*/, foreign);
  const note = fine(parseNote(Buffer.from(spoiled)));
  assert.equal(verifyNote(note, [signer.verifier]), undefined);
  const fault = verifyNote(note, [signer.verifier, witness.verifier]);
  assert.match(fault?.detail ?? "", /signature of witness\.example\/w/);
});

for (const [what, text] of Object.entries({
  "no origin": `\n1\n${log.root.toString("base64")}\n`,
  "a size with a leading zero": `o\n01\n${log.root.toString("base64")}\n`,
  "a size below zero": `o\n-1\n${log.root.toString("base64")}\n`,
  "a size beyond safe integers": `o\n9999999999999999\n${log.root.toString("base64")}\n`,
  "a short root": `o\n1\nAAAA\n`,
  "no root": `o\n1\n`,
  "an empty line among extensions": `o\n1\n${log.root.toString("base64")}\n\nx\n`,
})) {
  test(`a signed note with ${what} is no checkpoint`, () => {
    const note = signNote(text, [signer]);
    assert.equal(verifyNote(fine(parseNote(note)), [signer.verifier]), undefined);
    assert.ok(isProblem(parseCheckpoint(note)));
  });
}

test("whatever is given as a note, a checkpoint or a proof, nothing is thrown", () => {
  const lines = fc.array(
    fc.oneof(
      fc.constantFrom("", "— a AAAAAAA=", "index 0", "c2sp.org/tlog-proof@v1", "extra AA==", "1"),
      fc.string(),
      fc.base64String(),
    ),
  );
  const bytes = fc.oneof(
    lines.map((list) => Buffer.from(list.join("\n"))),
    fc.uint8Array({ maxLength: 200 }).map((some) => Buffer.from(some)),
  );
  fc.assert(
    fc.property(bytes, (some) => {
      const known = [signer.verifier];
      assert.ok(isProblem(openCheckpoint(some, known)));
      const proof = parseTlogProof(some);
      assert.ok(isProblem(proof) || isProblem(verifyTlogProof(proof, log.root, known)));
    }),
    { numRuns: 1000 },
  );
});

const entry = log.entries[123] as Buffer;
const proof = formatTlogProof({
  index: 123,
  hashes: inclusionProof(123, 300, log.hashesOf(300)),
  checkpoint: signed,
});

test("a proof that stands alone has the form of its specification", () => {
  const [first, index, ...rest] = proof.toString().split("\n");
  assert.equal(first, "c2sp.org/tlog-proof@v1");
  assert.equal(index, "index 123");
  assert.equal(rest.indexOf(""), 9);
  assert.equal(rest.slice(10).join("\n"), signed.toString());
});

test("a proof that stands alone proves its entry and no other", () => {
  const parsed = fine(parseTlogProof(proof));
  const verify = (leaf: Buffer) => verifyTlogProof(parsed, leaf, [signer.verifier], origin);
  assert.deepEqual(fine(verify(leafHash(entry))), checkpoint);
  assert.ok(isProblem(verify(leafHash(log.entries[124] as Buffer))));
});

test("every single bit of a proof counts, and of the entry that it carries", () => {
  const carrying = formatTlogProof({ ...fine(parseTlogProof(proof)), extra: entry });
  for (const whole of [proof, carrying]) {
    let flips = 0;
    for (const damaged of singleBitFlips(whole)) {
      const parsed = parseTlogProof(damaged);
      if (!isProblem(parsed)) {
        const leaf = leafHash(parsed.extra ?? entry);
        const result = verifyTlogProof(parsed, leaf, [signer.verifier], origin);
        assert.ok(isProblem(result), `bit ${flips}`);
      }
      flips++;
    }
    assert.equal(flips, whole.length * 8);
  }
});

test("extra data is carried as it is", () => {
  const extra = Buffer.from([0, 1, 255]);
  const parsed = fine(parseTlogProof(formatTlogProof({ ...fine(parseTlogProof(proof)), extra })));
  assert.deepEqual(parsed.extra, extra);
});
