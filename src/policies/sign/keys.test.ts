/** The keys in their folder: who may read them, and which is which at a time. */
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { nodeDisk, nodePlatform } from "#base/platform.ts";
import { makeKey, readKeys } from "./key-folder.ts";
import { createKeyKeeper } from "./key-keeper.ts";
import { rolesOf } from "./key-life.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

function folderFor(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "parlance-test-"));
  context.after(() => rmSync(folder, { recursive: true }));
  return join(folder, "signing");
}

function startKeeper(context: TestContext, folder: string) {
  let nowMs = 0;
  let look: () => void = () => undefined;
  const clock = { ...nodePlatform.clock, nowMs: () => nowMs };
  const timers = {
    ...nodePlatform.timers,
    every: (_periodMs: number, run: () => void) => {
      look = run;
      return () => undefined;
    },
  };
  const { random, files } = nodePlatform;
  const platform = { clock, timers, random, files };
  const keeper = createKeyKeeper(platform, nodeDisk, folder, 30 * dayMs);
  context.after(() => keeper.close());
  const at = (ms: number): void => {
    nowMs = ms;
    look();
  };
  return { keeper, at };
}

test("another key is published an hour before it signs, the old one a day after", (context) => {
  const folder = folderFor(context);
  const { keeper, at } = startKeeper(context, folder);
  const first = keeper.signing.id;
  at(30 * dayMs);
  assert.deepEqual([keeper.signing.id, keeper.published.length], [first, 2]);
  at(30 * dayMs + hourMs);
  const second = keeper.signing.id;
  assert.notEqual(second, first);
  assert.equal(keeper.published.length, 2);
  at(31 * dayMs + hourMs);
  assert.deepEqual([keeper.signing.id, keeper.published.length], [second, 1]);
  assert.deepEqual(readdirSync(folder), ["0002.pem"]);
});

test("a key that somebody else made counts here as well", (context) => {
  const folder = folderFor(context);
  const one = startKeeper(context, folder);
  const other = startKeeper(context, folder);
  assert.equal(one.keeper.signing.id, other.keeper.signing.id);
  one.at(30 * dayMs + 1);
  other.at(30 * dayMs + 2 * hourMs);
  one.at(30 * dayMs + 2 * hourMs);
  assert.equal(one.keeper.signing.id, other.keeper.signing.id);
  assert.equal(one.keeper.signing.number, 2);
});

test("a key whose file is removed signs no more, in no worker", (context) => {
  const folder = folderFor(context);
  const [one, other] = [startKeeper(context, folder), startKeeper(context, folder)];
  const before = one.keeper.signing.id;
  rmSync(join(folder, "0001.pem"));
  one.at(1);
  other.at(2);
  assert.notEqual(one.keeper.signing.id, before);
  assert.equal(other.keeper.signing.id, one.keeper.signing.id);
});

test("of several that make the same key one comes first, and nothing else is left", (context) => {
  const folder = folderFor(context);
  const make = (): void => makeKey(nodeDisk, nodePlatform.random, 0, { folder, number: 1 });
  make();
  const [before] = readKeys(nodeDisk, folder);
  make();
  assert.deepEqual(readKeys(nodeDisk, folder)[0]?.id, before?.id);
  assert.deepEqual(readdirSync(folder), ["0001.pem"]);
});

test("a key that others may read is refused, and so is what is no key", (context) => {
  const folder = folderFor(context);
  makeKey(nodeDisk, nodePlatform.random, 0, { folder, number: 1 });
  const path = join(folder, "0001.pem");
  chmodSync(path, 0o644);
  assert.throws(() => readKeys(nodeDisk, folder), /its mode is 0644; expected 0600.*chmod/);
  chmodSync(path, 0o600);
  chmodSync(folder, 0o755);
  assert.throws(() => readKeys(nodeDisk, folder), /its mode is 0755; expected 0700/);
  chmodSync(folder, 0o700);
  writeFileSync(path, "Created: 2026-01-01T00:00:00Z\nnothing");
  assert.throws(() => readKeys(nodeDisk, folder), /0001.pem holds no private key in PEM/);
  writeFileSync(path, "");
  assert.throws(() => readKeys(nodeDisk, folder), /has no line `Created: `/);
});

test("keys are never exchanged where rotation is off", (context) => {
  const folder = folderFor(context);
  makeKey(nodeDisk, nodePlatform.random, 0, { folder, number: 1 });
  const keys = readKeys(nodeDisk, folder);
  assert.equal(rolesOf(keys, 9_999 * dayMs, 0).due, undefined);
  assert.equal(rolesOf(keys, 9_999 * dayMs, dayMs).due, 2);
});
