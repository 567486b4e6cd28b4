/** Which intents are open, whatever becomes of the entries that close them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import type { Entry } from "#ledger/entry/entry.ts";
import { OpenIntents } from "./open-intents.ts";

function createNoting() {
  const intents = new OpenIntents();
  const note = (kind: "intent" | "lost", exchange: number, index: number): void => {
    const facts = { timeUs: 1, exchange: String(exchange).padStart(32, "0") };
    const entry: Entry =
      kind === "intent"
        ? { kind, ...facts, revision: "0011223344556677" }
        : { kind, ...facts, reason: "for the test" };
    const bytes = encodeEntry(entry);
    if (index < 0) intents.noteMissed(bytes, 0, bytes.length);
    else intents.note(bytes, 0, bytes.length, index);
  };
  return { intents, note };
}

test("an intent is open until an entry tells its outcome", () => {
  const { intents, note } = createNoting();
  note("intent", 1, 0);
  note("intent", 2, 1);
  assert.equal(intents.oldest, 0);
  note("lost", 1, 2);
  assert.equal(intents.oldest, 1);
  note("lost", 2, 3);
  assert.equal(intents.oldest, undefined);
});

test("an intent is open again when its outcome could not be put on record", () => {
  const { intents, note } = createNoting();
  note("intent", 1, 0);
  note("intent", 2, 1);
  note("lost", 2, 2);
  intents.noteSynced();
  note("intent", 3, 3);
  note("lost", 1, 4);
  note("intent", 4, 5);
  intents.forgetFrom(4);
  assert.equal(intents.oldest, 0);
  assert.deepEqual([...intents.entries().values()], [0, 3]);
});

test("an intent whose outcome is missed is told once, with the others left open", () => {
  const { intents, note } = createNoting();
  for (const exchange of [1, 2, 3]) note("intent", exchange, exchange);
  intents.noteSynced();
  note("lost", 1, 4);
  intents.forgetFrom(4);
  for (const exchange of [1, 3, 7]) note("lost", exchange, -1);
  // One that has come back from elsewhere.
  note("lost", 3, 4);
  assert.deepEqual(intents.takeUntold(), [["1".padStart(32, "0"), 1]]);
  assert.deepEqual(intents.takeUntold(), []);
  assert.deepEqual([...intents.entries().values()], [1, 2]);
});
