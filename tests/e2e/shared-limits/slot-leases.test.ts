/** How long room holds in a redis-server of Debian that a worker has taken there. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { nodePlatform } from "#base/platform.ts";
import { createQuickRandom } from "#base/quick-random.ts";
import { createSharedSlots } from "#policies/concurrency/shared-slots.ts";
import { runRedis, type RedisServer } from "#tests/support/redis-server.ts";
import { lacks } from "#tests/support/tools.ts";
import { keepPlainStore, openClient } from "./stand.ts";

const skip = lacks("redis-server");
const leaseMs = 300;

async function openSlots(context: TestContext, redis: RedisServer, teller: number, max = 2) {
  const store = await keepPlainStore(context, redis);
  const draw = createQuickRandom(nodePlatform.random);
  const site = { store, timers: nodePlatform.timers, draw, teller };
  return { store, slots: createSharedSlots({ key: "slots", max, leaseMs }, site) };
}

test(
  "who is under way for long keeps its room, who is silent does not",
  { skip },
  async (context) => {
    const redis = await runRedis(context);
    const [long, other] = [await openSlots(context, redis, 1), await openSlots(context, redis, 2)];
    const held = [long.slots.enter(100), long.slots.enter(100)];
    assert.deepEqual(await Promise.all(held.map(({ result }) => result)), ["in", "in"]);
    assert.equal(await other.slots.enter(3 * leaseMs).result, "full");
    // As one that dies.
    long.store.close();
    const next = other.slots.enter(3 * leaseMs);
    assert.equal(await next.result, "in");
    for (const { leave } of [...held, next]) leave();
  },
);

test(
  "who left while it waited, or was let in, leaves nothing behind",
  { skip },
  async (context) => {
    const redis = await runRedis(context);
    const { slots } = await openSlots(context, redis, 1, 1);
    const first = slots.enter(1_000);
    const [early, late] = [slots.enter(1_000), slots.enter(0)];
    early.leave();
    assert.equal(await first.result, "in");
    assert.deepEqual([await early.result, await late.result], ["full", "full"]);
    first.leave();
    const client = await openClient(context, redis);
    while ((await client.exists("parlance:slots")) > 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const again = slots.enter(1_000);
    assert.equal(await again.result, "in");
    again.leave();
  },
);

test("a store that has lost all is told again what there is", { skip }, async (context) => {
  const redis = await runRedis(context);
  const [one, other] = [await openSlots(context, redis, 1), await openSlots(context, redis, 2)];
  const held = [one.slots.enter(100), one.slots.enter(100)];
  assert.deepEqual(await Promise.all(held.map(({ result }) => result)), ["in", "in"]);
  const client = await openClient(context, redis);
  await client.flushAll();
  while ((await client.exists("parlance:slots")) === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal(await other.slots.enter(50).result, "full");
  for (const { leave } of held) leave();
});
