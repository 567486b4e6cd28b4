/** Turns among instances, and who is passed over. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Instance } from "#configuration/configuration.ts";
import type { Pool } from "#wire/pool.ts";
import { Balancer } from "./balance.ts";
import { InstancePool } from "./instances.ts";

const clock = { nowMs: 0 };

function poolsOf(...names: readonly string[]): readonly InstancePool[] {
  return names.map((url) => new InstancePool({ url } as Instance, {} as Pool, clock));
}

const nameOf = (pool: InstancePool | undefined) => pool?.instance.url;

test("instances take turns", () => {
  const balancer = new Balancer(poolsOf("a", "b", "c"));
  const picked = Array.from({ length: 6 }, () => nameOf(balancer.pick([])));
  assert.deepEqual(picked.slice(0, 3), picked.slice(3));
  assert.deepEqual(new Set(picked), new Set(["a", "b", "c"]));
  assert.notEqual(picked[0], picked[1]);
});

test("an unreachable instance is passed over until it has cooled down", () => {
  clock.nowMs = 10_000;
  const pools = poolsOf("a", "b");
  const balancer = new Balancer(pools);
  pools[0]?.noteUnreachable();
  for (let count = 0; count < 4; count++) assert.equal(nameOf(balancer.pick([])), "b");
  clock.nowMs += 2_000;
  const names = [balancer.pick([]), balancer.pick([])].map(nameOf);
  assert.deepEqual(new Set(names), new Set(["a", "b"]));
});

test("when all are unreachable one is tried all the same", () => {
  const pools = poolsOf("a", "b");
  const balancer = new Balancer(pools);
  for (const pool of pools) pool.noteUnreachable();
  assert.ok(balancer.pick([]) !== undefined);
});

test("what was tried is not picked again, and nothing is left when all were", () => {
  const pools = poolsOf("a", "b");
  const balancer = new Balancer(pools);
  const first = balancer.pick([]) as InstancePool;
  const second = balancer.pick([first]) as InstancePool;
  assert.notEqual(first, second);
  assert.equal(balancer.hasOther([first]), true);
  assert.equal(balancer.hasOther([first, second]), false);
  assert.equal(balancer.pick([first, second]), undefined);
});
