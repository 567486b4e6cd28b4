/** Erasing when the disk does not do it: it is told what failed, and nothing is believed erased. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { nodePlatform } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import type { LedgerFacts } from "#analytics/ledger-metrics.ts";
import { keyStoreIn, temporaryLedger } from "#ledger/bodies/bodies-fixture.ts";
import { createBodySlots } from "#ledger/bodies/body-slots.ts";
import { currentSubject, findSubject } from "#ledger/bodies/subject-keys.ts";
import { eraseRunning } from "./erase-running.ts";
import type { Appended, OwnEntry } from "./ledger-messages.ts";

function later(run: () => void): () => void {
  const timer = setTimeout(run, 20);
  return () => clearTimeout(timer);
}

function stand(t: TestContext) {
  const state = { isOpen: true, appending: undefined as Promise<readonly Appended[]> | undefined };
  const path = temporaryLedger(t);
  const store = keyStoreIn(path);
  const subject = currentSubject(store, "billing");
  assert.ok(!isProblem(subject));
  const recorded: OwnEntry[] = [];
  const ledger = {
    ...{ origin: "test/log/1", path, bodies: { run: "0badcafe", slots: createBodySlots(1) } },
    append: (entries: readonly OwnEntry[]) => {
      recorded.push(...entries);
      return state.appending ?? Promise.resolve([{ index: 7, leafHash: "" }]);
    },
    facts: () => ({ isOpen: state.isOpen }) as LedgerFacts,
  };
  // All waiting is over at once.
  const timers = { ...nodePlatform.timers, after: (_: number, run: () => void) => later(run) };
  const erase = () =>
    eraseRunning({ ...nodePlatform, timers }, ledger, {
      ...{ subject: "billing", by: "ops", why: "asked to" },
    });
  return { path, store, recorded, erase, state, pseudonym: subject.pseudonym };
}

test("a mark that cannot be written leaves the key, and can be tried again", async (t) => {
  const { path, store, recorded, erase, pseudonym } = stand(t);
  const inTheWay = join(path, "keys", "subjects", `${pseudonym}.erasing.new`);
  mkdirSync(inTheWay);
  const refused = await erase();
  assert.ok(isProblem(refused));
  assert.equal(refused.definition.httpStatus, 503);
  assert.match(refused.detail, /^cannot erase the subject: .*\.erasing\.new/);
  assert.deepEqual(recorded, []);
  assert.ok(!isProblem(findSubject(store, pseudonym)), "its key is there");
  rmSync(inTheWay, { recursive: true });
  assert.ok(!isProblem(await erase()));
  assert.equal(recorded.length, 1);
});

test("keys that cannot be read are told by their place", async (t) => {
  const { path, erase } = stand(t);
  const secret = join(path, "keys", "subjects.secret");
  rmSync(secret);
  mkdirSync(secret);
  const refused = await erase();
  assert.ok(isProblem(refused));
  assert.match(refused.detail, /^cannot read the keys of subjects in .*: EISDIR/);
});

test("what cannot be put on record is not erased, and nobody waits for ever", async (t) => {
  const { path, store, recorded, erase, state, pseudonym } = stand(t);
  state.isOpen = false;
  const refused = await erase();
  assert.ok(isProblem(refused));
  assert.match(refused.detail, /so nothing was erased/);
  assert.ok(!isProblem(findSubject(store, pseudonym)), "its key is there");
  assert.deepEqual(recorded, []);

  state.isOpen = true;
  const { promise, resolve } = Promise.withResolvers<readonly Appended[]>();
  state.appending = promise;
  const late = await erase();
  assert.ok(isProblem(late));
  assert.match(late.detail, /is destroyed; the ledger, .* tells of it when it works again/);
  const marks = () => readdirSync(join(path, "keys", "subjects"));
  assert.deepEqual(marks(), [`${pseudonym}.erasing`], "the next start would tell of it");
  resolve([{ index: 7, leafHash: "" }]);
  await promise;
  await new Promise((settled) => setTimeout(settled, 0));
  assert.deepEqual(marks(), [`${pseudonym}.erased`]);
});
