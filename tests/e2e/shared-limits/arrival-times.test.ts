/** What stands under a rate limit's key in the store: times of ours, or what others put there. */
import assert from "node:assert/strict";
import test from "node:test";
import { createSharedArrival } from "#policies/rate-limit/shared-arrival.ts";
import { runRedis } from "#tests/support/redis-server.ts";
import { lacks } from "#tests/support/tools.ts";
import { keepPlainStore, openClient } from "./stand.ts";

const skip = lacks("redis-server");
const rate = { requests: 2, windowMs: 3_600_000, burst: 2 };

for (const [what, value] of [
  ["a word", "many"],
  ["nothing", ""],
  ["a part", "1.5"],
  ["less than nothing", "-4"],
  ["no number", "nan"],
  ["all there is", "inf"],
  ["another way to write it", "0x10"],
] as const) {
  test(
    `where ${what} stands for a time, nothing is counted and all is told`,
    { skip },
    async (context) => {
      const redis = await runRedis(context);
      const client = await openClient(context, redis);
      const store = await keepPlainStore(context, redis);
      const take = createSharedArrival(store, rate);
      await client.set("parlance:k", value);
      for (let times = 0; times < 5; times++) assert.equal(await take("k"), undefined);
      assert.equal(await client.get("parlance:k"), value);
      assert.equal(store.isUp, true);
      await client.del("parlance:k");
      assert.equal((await take("k"))?.allowed, true);
      assert.equal((await take("k"))?.allowed, true);
      assert.equal((await take("k"))?.allowed, false);
    },
  );
}

test("a time that no clock has reached keeps nobody out", { skip }, async (context) => {
  const redis = await runRedis(context);
  const client = await openClient(context, redis);
  const take = createSharedArrival(await keepPlainStore(context, redis), rate);
  for (const value of ["9".repeat(20), "9".repeat(400)]) {
    await client.set("parlance:k", value);
    const taken = [await take("k"), await take("k"), await take("k")];
    assert.deepEqual(
      taken.map((one) => one?.allowed),
      [true, true, false],
      value,
    );
  }
});
