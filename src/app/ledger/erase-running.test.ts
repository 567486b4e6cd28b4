/** Erasing when the disk does not do it: it is told what failed, and nothing is believed erased. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { nodePlatform } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import { keyStoreIn, temporaryLedger } from "#ledger/bodies/bodies-fixture.ts";
import { createBodySlots } from "#ledger/bodies/body-slots.ts";
import { currentSubject, findSubject } from "#ledger/bodies/subject-keys.ts";
import { eraseRunning } from "./erase-running.ts";
import type { OwnEntry } from "./ledger-messages.ts";

function stand(t: TestContext) {
  const path = temporaryLedger(t);
  const store = keyStoreIn(path);
  const subject = currentSubject(store, "billing");
  assert.ok(!isProblem(subject));
  const recorded: OwnEntry[] = [];
  const ledger = {
    ...{ origin: "test/log/1", path, bodies: { run: "0badcafe", slots: createBodySlots(1) } },
    append: (entries: readonly OwnEntry[]) => {
      recorded.push(...entries);
      return Promise.resolve([{ index: 7, leafHash: "" }]);
    },
  };
  const erase = () =>
    eraseRunning(nodePlatform, ledger, { subject: "billing", by: "ops", why: "asked to" });
  return { path, store, recorded, erase, pseudonym: subject.pseudonym };
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
