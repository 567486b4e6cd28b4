/** Erasure: the key is gone for good, and everybody who asks later is told so. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isProblem } from "#base/problem.ts";
import { decodeEntry } from "#ledger/entry/decode-entry.ts";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import { fields as entryFields } from "#ledger/entry/fields.ts";
import { eraseSubject, recoverErasures, settle } from "./erase.ts";
import { diskError, keyStoreIn, temporaryLedger, watchedDisk } from "./bodies-fixture.ts";
import { currentSubject, findSubject, type KeyStore, type Subject } from "./subject-keys.ts";

const order = { subject: "billing", nowMs: Date.UTC(2026, 10, 25), by: "ops", why: "asked to" };

function subjectIn(store: KeyStore): Subject {
  const found = currentSubject(store, "billing");
  assert.ok(!isProblem(found));
  return found;
}

test("after an erasure the key is nowhere, and a read says when, by whom and why", (t) => {
  const ledger = temporaryLedger(t);
  const store = keyStoreIn(ledger);
  const { pseudonym, key } = subjectIn(store);
  const fields = eraseSubject(store, order);
  const expected = { count: 1, subject: pseudonym, actor: "ops", reason: "asked to" };
  assert.deepEqual(fields, expected);
  const found = findSubject(store, pseudonym);
  assert.ok(isProblem(found));
  assert.equal(found.definition.code, "body-erased");
  assert.match(found.detail, /was erased on 2026-11-25T00:00:00\.000Z by ops: asked to$/);
  const folder = join(ledger, "keys/subjects");
  for (const name of readdirSync(folder)) {
    assert.ok(!readFileSync(join(folder, name)).includes(key), name);
  }
  settle(store, pseudonym);
  assert.deepEqual(readdirSync(folder), [`${pseudonym}.erased`]);
});

test("a subject that comes back gets a new pseudonym and a new key, every time", (t) => {
  const store = keyStoreIn(temporaryLedger(t));
  const seen = new Set<string>();
  for (let round = 0; round < 4; round++) {
    const { pseudonym, key } = subjectIn(store);
    seen.add(pseudonym).add(key.toString("hex"));
    assert.ok(!isProblem(eraseSubject(store, order)));
  }
  assert.equal(seen.size, 8);
});

test("a long reason is given whole to the entry, which says where it was cut", (t) => {
  const store = keyStoreIn(temporaryLedger(t));
  subjectIn(store);
  const why = "as the contract has ended. ".repeat(40);
  const fields = eraseSubject(store, { ...order, why });
  assert.ok(!isProblem(fields));
  assert.equal(fields.reason, why);
  const entry = decodeEntry(encodeEntry({ kind: "erasure", timeUs: 1, ...fields }));
  assert.partialDeepStrictEqual(entry, { kind: "erasure", cut: [entryFields.reason.key] });
});

test("a subject can be named by the pseudonym that entries show", (t) => {
  const store = keyStoreIn(temporaryLedger(t));
  const { pseudonym } = subjectIn(store);
  assert.ok(!isProblem(eraseSubject(store, { ...order, subject: pseudonym })));
  const again = eraseSubject(store, { ...order, subject: pseudonym });
  assert.ok(isProblem(again) && again.definition.code === "body-erased");
  const unknown = eraseSubject(store, order);
  assert.ok(isProblem(unknown) && unknown.definition.code === "subject-unknown");
  assert.match(unknown.detail, /"billing" is neither the name nor the pseudonym/);
});

test("the key is overwritten and synced before its file goes, behind the mark", (t) => {
  const calls: string[] = [];
  const disk = watchedDisk((call, path) => calls.push(`${call} ${path.replace(/^.*\./, ".")}`));
  const store = keyStoreIn(temporaryLedger(t), disk);
  subjectIn(store);
  calls.length = 0;
  eraseSubject(store, order);
  assert.deepEqual(
    calls.filter((call) => !/^open for read|^sync folder/.test(call)),
    [
      "open for create .new",
      "write .new",
      "sync .new",
      "rename .erasing",
      "open for write .key",
      "write .key",
      "sync .key",
      "remove .key",
    ],
  );
});

test("an erasure that is cut off anywhere is either not begun or ended at the next start", (t) => {
  for (let failAt = 0; ; failAt++) {
    let left = Infinity;
    const ledger = temporaryLedger(t);
    const disk = watchedDisk(() => {
      if (--left < 0) throw diskError("EIO");
    });
    const store = keyStoreIn(ledger, disk);
    const before = subjectIn(store);
    left = failAt;
    let isDone = true;
    try {
      eraseSubject(store, order);
    } catch {
      isDone = false;
    }
    left = Infinity;
    const recovered = recoverErasures(keyStoreIn(ledger));
    const names = readdirSync(join(ledger, "keys/subjects"));
    if (recovered.length === 0) assert.deepEqual(findSubject(store, before.pseudonym), before);
    else assert.deepEqual(names, [`${before.pseudonym}.erasing`]);
    assert.ok(!names.some((name) => name.endsWith(".new")), `step ${failAt}`);
    if (!isDone) continue;
    assert.equal(recovered.length, 1);
    assert.ok(failAt > 8, `${failAt} steps`);
    return;
  }
});

test("what is recovered is told again until the ledger knows it", (t) => {
  const store = keyStoreIn(temporaryLedger(t));
  const { pseudonym } = subjectIn(store);
  eraseSubject(store, order);
  const expected = [{ count: 1, subject: pseudonym, actor: "ops", reason: "asked to" }];
  assert.deepEqual(recoverErasures(store), expected);
  assert.deepEqual(recoverErasures(store), expected);
  settle(store, pseudonym);
  assert.deepEqual(recoverErasures(store), []);
});
