/** The store of keys: who gets which key, who may read the files, what a second process sees. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { nodeDisk } from "#base/platform.ts";
import { isProblem, type Problem } from "#base/problem.ts";
import { singleBitFlips } from "#tests/support/flip-bits.ts";
import { diskError, keyStoreIn, random, temporaryLedger, watchedDisk } from "./bodies-fixture.ts";
import { currentSubject, findSubject, openKeyStore, type Subject } from "./subject-keys.ts";

const filesOf = (ledger: string): readonly string[] => readdirSync(join(ledger, "keys/subjects"));

function subjectOf(found: Subject | Problem): Subject {
  assert.ok(!isProblem(found), isProblem(found) ? found.detail : "");
  return found;
}

function codeOf(found: unknown): string {
  assert.ok(isProblem(found));
  return found.definition.code;
}

test("a subject has one key, found by its name and by its pseudonym, also after a start", (t) => {
  const ledger = temporaryLedger(t);
  const first = subjectOf(currentSubject(keyStoreIn(ledger), "billing"));
  const again = keyStoreIn(ledger);
  assert.deepEqual(currentSubject(again, "billing"), first);
  assert.deepEqual(findSubject(again, first.pseudonym), first);
  assert.notDeepEqual(currentSubject(again, "shop"), first);
});

test("files of keys are for their owner only, and tell no name", (t) => {
  const ledger = temporaryLedger(t);
  currentSubject(keyStoreIn(ledger), "billing");
  const folder = join(ledger, "keys/subjects");
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(join(ledger, "keys/subjects.secret")).mode & 0o777, 0o600);
  const files = filesOf(ledger);
  assert.equal(files.length, 1);
  assert.match(files[0] as string, /^[0-9a-f]{32}\.key$/);
  assert.equal(statSync(join(folder, files[0] as string)).mode & 0o777, 0o600);
});

test("hostile names stay in the folder and never share a key", (t) => {
  const ledger = temporaryLedger(t);
  const store = keyStoreIn(ledger);
  const keys = new Map<string, string>();
  const hostile = ["", "..", "../../etc/passwd", "a\0", "a", "\0\0\0\0a", "a/b", "~", "%00", "Ａ"];
  const check = (name: string): void => {
    const { pseudonym } = subjectOf(currentSubject(store, name));
    const known = keys.get(pseudonym);
    assert.equal(known ?? name, name);
    keys.set(pseudonym, name);
  };
  for (const name of hostile) check(name);
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 40 }), check), { numRuns: 15 });
  assert.equal(keys.size, new Set(filesOf(ledger)).size);
  assert.ok(hostile.every((name) => [...keys.values()].includes(name)));
  assert.deepEqual(readdirSync(ledger), ["keys"]);
  assert.deepEqual(readdirSync(join(ledger, "keys")).toSorted(), ["subjects", "subjects.secret"]);
});

test("every flipped bit and every truncation of a key is noticed, and nothing is overwritten", (t) => {
  const ledger = temporaryLedger(t);
  const store = keyStoreIn(ledger);
  const { pseudonym } = subjectOf(currentSubject(store, "billing"));
  const path = join(ledger, "keys/subjects", `${pseudonym}.key`);
  const whole = readFileSync(path);
  for (const damaged of singleBitFlips(whole)) {
    writeFileSync(path, damaged);
    assert.equal(codeOf(currentSubject(store, "billing")), "subject-key-damaged");
    assert.deepEqual(readFileSync(path), damaged);
  }
  for (let length = 0; length < whole.length; length++) {
    writeFileSync(path, whole.subarray(0, length));
    assert.equal(codeOf(findSubject(store, pseudonym)), "subject-key-damaged");
  }
});

test("a secret that is damaged, or missing beside keys, is a problem that names the file", (t) => {
  const ledger = temporaryLedger(t);
  currentSubject(keyStoreIn(ledger), "billing");
  const path = join(ledger, "keys/subjects.secret");
  writeFileSync(path, "nonsense");
  const damaged = openKeyStore(nodeDisk, random, ledger, true);
  assert.ok(isProblem(damaged) && damaged.detail.includes(path));
  nodeDisk.remove(path);
  const missing = openKeyStore(nodeDisk, random, ledger, true);
  assert.ok(isProblem(missing) && /is missing, but .* holds keys/.test(missing.detail));
  const none = openKeyStore(nodeDisk, random, temporaryLedger(t), false);
  assert.equal(codeOf(none), "subject-unknown");
});

test("what is no pseudonym is told from one that is not known", (t) => {
  const store = keyStoreIn(temporaryLedger(t));
  for (const given of ["", "../x", "AB".repeat(16), "0".repeat(31), "ab".repeat(16)]) {
    assert.equal(codeOf(findSubject(store, given)), "subject-unknown");
  }
});

test("a key is synced, with its name, before anybody uses it", (t) => {
  const ledger = temporaryLedger(t);
  const calls: string[] = [];
  const disk = watchedDisk((call, path) => calls.push(`${call} ${path.replace(/^.*\./, ".")}`));
  const store = keyStoreIn(ledger, disk);
  calls.length = 0;
  currentSubject(store, "billing");
  const folder = calls.findIndex((call) => call.startsWith("sync folder"));
  assert.deepEqual(calls.slice(calls.indexOf("write .new"), folder), [
    "write .new",
    "sync .new",
    "link .key",
    "remove .new",
  ]);
});

test("a disk that fails while a key is made leaves none, and the next attempt makes it", (t) => {
  const ledger = temporaryLedger(t);
  let isFailing = false;
  const disk = watchedDisk((call) => {
    if (isFailing && call === "sync") throw diskError("ENOSPC");
  });
  const store = keyStoreIn(ledger, disk);
  isFailing = true;
  assert.throws(() => currentSubject(store, "billing"), /ENOSPC/);
  isFailing = false;
  const { key } = subjectOf(currentSubject(store, "billing"));
  assert.equal(key.length, 32);
});

test("processes that make keys at the same time agree about all of them", async (t) => {
  const ledger = temporaryLedger(t);
  keyStoreIn(ledger);
  const script = `
    import { currentSubject, openKeyStore } from "#ledger/bodies/subject-keys.ts";
    import { nodeDisk, nodePlatform } from "#base/platform.ts";
    const store = openKeyStore(nodeDisk, nodePlatform.random, ${JSON.stringify(ledger)}, true);
    const keys = [];
    for (let count = 0; count < 40; count++) {
      keys.push(currentSubject(store, "subject " + count).key.toString("hex"));
    }
    process.stdout.write(JSON.stringify(keys));`;
  const run = async (): Promise<string> => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      cwd: new URL("../../..", import.meta.url),
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    for await (const chunk of child.stdout) output += String(chunk);
    return output;
  };
  const [one, two, three] = await Promise.all([run(), run(), run()]);
  assert.equal(new Set(JSON.parse(one) as string[]).size, 40);
  assert.equal(two, one);
  assert.equal(three, one);
});
