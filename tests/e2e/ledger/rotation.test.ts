/** `parlance ledger rotate-key`: another key over the same tree, and what the old one is worth. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createLog } from "#base/log.ts";
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import { openLog } from "#ledger/store/open-log.ts";
import { createSigner, formatVerifier } from "#ledger/tree/note-keys.ts";
import { createFolder, type Folder } from "#tests/e2e/cli/run-parlance.ts";

let folder: Folder;

function open() {
  return openLog({
    path: join(folder.path, "ledger"),
    checkpoints: join(folder.path, "ledger-checkpoints"),
    name: "example.org/rotation",
    ...{ disk: nodeDisk, random: nodePlatform.random, processes: nodeProcesses, nowMs: 0 },
    log: createLog(Date.now, () => {}),
  }).writer;
}

before(() => {
  folder = createFolder();
  const writer = open();
  for (let index = 0; index < 10; index++) {
    const entry = encodeEntry({ kind: "stop", timeUs: index, reason: "for the test" });
    writer.add(entry, 0, entry.length);
  }
  writer.write();
  writer.sync();
  writer.settle();
  writer.checkpoint(0);
  writer.close();
});

after(() => folder[Symbol.dispose]());

const ledger = ["--ledger", "ledger"];

test("a key is rotated on record, and proofs by either key hold", () => {
  assert.equal(folder.parlance(["ledger", "prove", "3", ...ledger, "--out", "old.proof"]).code, 0);
  const args = ["ledger", "rotate-key", ...ledger, "--reason", "yearly", "--json"];
  const { code, out } = folder.parlance(args);
  assert.equal(code, 0, out);
  const rotated = JSON.parse(out) as { index: number; origin: string; key: string; before: string };
  assert.equal(rotated.index, 10);
  assert.equal(rotated.origin, "example.org/rotation/2");
  assert.match(rotated.key, /^example\.org\/rotation\/2\+/);

  const shown = folder.parlance(["ledger", "tail", ...ledger, "--kind", "key", "--json"]);
  const [line = ""] = shown.out.split("\n");
  const { entry } = JSON.parse(line) as { entry: Record<string, unknown> };
  assert.equal(entry["origin"], rotated.origin);
  assert.equal(entry["reason"], "yearly");
  assert.notEqual(entry["publicKey"], entry["previousKey"]);

  const whole = folder.parlance(["ledger", "verify", ...ledger]);
  assert.equal(whole.code, 0, whole.out);
  assert.match(whole.out, /11 entries verified/);
  assert.equal(folder.parlance(["ledger", "prove", "3", ...ledger, "--out", "new.proof"]).code, 0);
  for (const [proof, key] of [
    ["old.proof", rotated.before],
    ["new.proof", rotated.key],
  ] as const) {
    const checked = folder.parlance(["ledger", "verify", "--proof", proof, "--key", key]);
    assert.equal(checked.code, 0, checked.out + checked.err);
  }
  const wrong = ["ledger", "verify", "--proof", "new.proof", "--key", rotated.before];
  assert.equal(folder.parlance(wrong).code, 1);
});

test("who has the old key alone is led to the new one, by the word of the old one only", () => {
  const logFile = join(folder.path, "ledger", "log.json");
  const text = readFileSync(logFile, "utf8");
  const { epochs } = JSON.parse(text) as { epochs: { verifierKey: string; closing?: string }[] };
  const [old = "", next = ""] = epochs.map(({ verifierKey }) => verifierKey);
  assert.match(epochs[0]?.closing ?? "", /^example\.org\/rotation\/1\n11\n/);
  const verify = (key: string) => folder.parlance(["ledger", "verify", ...ledger, "--key", key]);
  const led = verify(old);
  assert.equal(led.code, 0, led.out + led.err);
  assert.match(led.out, /3 checkpoints verified/);
  assert.ok(led.out.includes(`signed on by ${next}, which the key before it names`), led.out);
  assert.match(led.out, /^origin example\.org\/rotation\/2, /m);
  // Whoever has only the new one cannot judge the old one's signature.
  assert.match(verify(next).out, /2 checkpoints verified/);

  const stranger = createSigner("example.org/rotation/2", Buffer.alloc(32, 7));
  const forged = text.replace(next, formatVerifier(stranger.verifier));
  writeFileSync(logFile, forged);
  const refused = verify(old);
  assert.equal(refused.code, 1, refused.out);
  assert.match(refused.out, /no signature of a known key \(example\.org\/rotation\/1/);
  // A signature that was moved to another tree.
  writeFileSync(logFile, text.replace("rotation/1\\n11\\n", "rotation/1\\n10\\n"));
  assert.equal(verify(old).code, 1);
  writeFileSync(logFile, text);
});

test("a ledger that somebody writes is left alone, and who that is is told", () => {
  const writer = open();
  try {
    const { code, err } = folder.parlance(["ledger", "rotate-key", ...ledger]);
    assert.equal(code, 3);
    assert.match(err, new RegExp(`held by process ${process.pid} `));
    assert.equal(writer.origin, "example.org/rotation/2");
  } finally {
    writer.close();
  }
});
