/** Counts of quotas as they stand in a redis-server of Debian, by clocks of the test's own. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test, { type TestContext } from "node:test";
import { noRecords } from "#base/durable-records.ts";
import { createCellMemory, createSharedCells } from "#base/shared-cells.ts";
import { createCalendar } from "#policies/quota/calendar.ts";
import { createCounter } from "#policies/quota/counter.ts";
import { createSharedBlocks, type Blocks } from "#policies/quota/shared-blocks.ts";
import { runRedis, type RedisServer } from "#tests/support/redis-server.ts";
import { lacks } from "#tests/support/tools.ts";
import { keepPlainStore, openClient } from "./stand.ts";

const skip = lacks("redis-server");
const graceMs = 3_600_000;

/** What one gateway counts with. */
async function openBlocks(context: TestContext, redis: RedisServer, user?: string) {
  const store = await keepPlainStore(context, redis, user);
  const cells = createSharedCells(createCellMemory(64));
  return { store, cells, blocks: createSharedBlocks(store, noRecords, cells) };
}

test("with the next day a quota begins anew", { skip }, async (context) => {
  const redis = await runRedis(context);
  const midnightMs = Date.UTC(2026, 10, 27);
  const passed = async (nowMs: number): Promise<number> => {
    const { cells, blocks } = await openBlocks(context, redis);
    const clock = { nowMs: () => nowMs };
    const counter = createCounter(10, "plan UTC", { cells, blocks, clock });
    const span = createCalendar("day", "UTC").at(nowMs);
    const uses = await Promise.all(
      Array.from({ length: 8 }, async () => counter.use("x", span, nowMs)),
    );
    return uses.filter((use) => use?.allowed === true).length;
  };
  assert.equal(await passed(midnightMs - 1), 8);
  assert.equal(await passed(midnightMs), 8);
  // To a gateway whose clock is behind, it is still the day before.
  assert.equal(await passed(midnightMs - 1), 2);
  assert.equal(await passed(midnightMs), 2);
});

test("a count goes an hour after its end", { skip }, async (context) => {
  const redis = await runRedis(context);
  const client = await openClient(context, redis);
  const { blocks } = await openBlocks(context, redis);
  const count = { key: "c", wanted: 1, max: 5, nowMs: 1_000, untilMs: 61_000 };
  await blocks.take(count);
  const leftMs = await client.pTTL("parlance:c");
  assert.ok(leftMs > graceMs && leftMs <= graceMs + 60_000, `${leftMs}`);
  await blocks.take({ ...count, nowMs: 70_000 });
  assert.ok((await client.pTTL("parlance:c")) <= graceMs);
});

test("blocks come back, and a store that lost them hears of it", { skip }, async (context) => {
  const redis = await runRedis(context);
  const client = await openClient(context, redis);
  const both = [await openBlocks(context, redis), await openBlocks(context, redis)];
  const [first, second] = both.map(({ blocks }) => blocks) as [Blocks, Blocks];
  const kept = { nowMs: 1_000, untilMs: 61_000 };
  const count = { key: "c", wanted: 6, max: 10, ...kept };
  assert.deepEqual(await first.take(count), { granted: 6, taken: 6 });
  assert.deepEqual(await second.take(count), { granted: 4, taken: 10 });
  await first.giveBack("c", 3, kept);
  assert.deepEqual(await second.take({ ...count, wanted: 2 }), { granted: 2, taken: 9 });
  await client.flushAll();
  assert.deepEqual(await second.take({ ...count, wanted: 0 }), { granted: 0, taken: 9 });
  assert.deepEqual(await first.take(count), { granted: 1, taken: 10 });
});

test("the commands that the guide names are enough", { skip }, async (context) => {
  const guide = readFileSync("docs/guides/running-in-production.md", "utf8");
  const [, named = ""] =
    /of its own needs the commands\s([^,]+(?:,[^,]+)*), on keys/.exec(guide) ?? [];
  const commands = [...named.matchAll(/`([A-Z]+)`/g)].map(([, command]) => `+${command}`);
  const user = ["--user", "parlance", "on", ">right", "~parlance:*", ...commands];
  const { blocks } = await openBlocks(context, await runRedis(context, user), "parlance");
  const count = { key: "c", wanted: 1, max: 5, nowMs: 1_000, untilMs: 61_000 };
  assert.deepEqual(await blocks.take(count), { granted: 1, taken: 1 });
});

for (const [what, value] of [
  ["a word", "many"],
  ["a part", "1.5"],
  ["less than nothing", "-4"],
  ["no number", "nan"],
  ["all there is", "inf"],
] as const) {
  test(`where ${what} stands for a count, nothing is granted`, { skip }, async (context) => {
    const redis = await runRedis(context);
    const client = await openClient(context, redis);
    const { blocks, store } = await openBlocks(context, redis);
    await client.hSet("parlance:c", "taken", value);
    const count = { key: "c", wanted: 1, max: 5, nowMs: 1_000, untilMs: 61_000 };
    for (let times = 0; times < 5; times++) assert.equal(await blocks.take(count), undefined);
    assert.equal(await client.hGet("parlance:c", "taken"), value);
    assert.equal(store.isUp, true);
  });
}
