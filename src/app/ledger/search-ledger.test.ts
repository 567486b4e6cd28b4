/** Entries of one exchange are looked up, not searched for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isProblem } from "#base/problem.ts";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import type { LogReader } from "#ledger/store/log.ts";
import { parseFilter } from "./entry-filter.ts";
import { searchLedger } from "./search-ledger.ts";

const exchange = "0199f3a27c1b7d4e9a550c7e6f1b2a3d";
const common = { exchange, revision: "0123456789abcdef" } as const;
const outcome = { verdict: "forwarded", status: 200 } as const;
const places = new Map([
  [7, encodeEntry({ kind: "intent", timeUs: 1, ...common })],
  [9, encodeEntry({ kind: "exchange", timeUs: 2, totalUs: 1, ...outcome, ...common })],
  [1_000_000, encodeEntry({ kind: "read", timeUs: 3, exchange, command: "exchange" })],
]);

const reader = {
  size: 9_000_000,
  findEntries: (id: string) => (id === exchange ? [...places.keys()] : []),
  entry: (index: number) => places.get(index) as Buffer,
  segments: () => assert.fail("what an index finds is not searched for"),
} as Partial<LogReader> as LogReader;

async function search(asked: Readonly<Record<string, string>>, before = 1e9, limit = 10) {
  const filter = parseFilter((name) => asked[name], 0);
  assert.ok(!isProblem(filter));
  const page = { before, limit };
  const { entries, next } = await searchLedger(reader, filter, page, () => Promise.resolve());
  return { found: entries.map(({ index }) => index), next };
}

test("entries of an exchange come the newest first, by pages, through the other filters", async () => {
  assert.deepEqual(await search({ exchange }), { found: [1_000_000, 9, 7], next: undefined });
  assert.deepEqual(await search({ exchange }, 1e9, 2), { found: [1_000_000, 9], next: 9 });
  assert.deepEqual(await search({ exchange }, 9, 2), { found: [7], next: undefined });
  const outcomes = await search({ exchange, kind: "exchange", status: "2xx" });
  assert.deepEqual(outcomes, { found: [9], next: undefined });
  assert.deepEqual((await search({ exchange: "f".repeat(32) })).found, []);
});
