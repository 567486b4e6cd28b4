/** `parlance ledger rotate-key`: another key over the same tree, and what the old one is worth. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createLog } from "#base/log.ts";
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import { openLog } from "#ledger/store/open-log.ts";
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
