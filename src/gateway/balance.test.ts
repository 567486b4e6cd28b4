/** Which instance is next, by each strategy, and who is passed over. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Balance, Instance, OutlierRule } from "#configuration/configuration.ts";
import type { Pool } from "#wire/pool.ts";
import { Balancer } from "./balance.ts";
import { InstancePool } from "./instances.ts";
import type { Target } from "./target.ts";

interface Options {
  readonly balance?: Partial<Balance>;
  readonly outlier?: OutlierRule;
  readonly weights?: Readonly<Record<string, number>>;
  readonly drain?: readonly string[];
  readonly zones?: Readonly<Record<string, string>>;
  readonly priorities?: Readonly<Record<string, number>>;
  /** When they were found, of those that were found late. */
  readonly since?: Readonly<Record<string, number>>;
}

function start(names: readonly string[], options: Options = {}) {
  const { balance, outlier, weights, drain, zones, priorities } = options;
  const clock = { nowMs: 10_000 };
  const instances = names.map((url) => ({
    url,
    weight: weights?.[url] ?? 100,
    drain: drain?.includes(url) ?? false,
    zone: zones?.[url],
    priority: priorities?.[url],
  })) as unknown as Instance[];
  const targets = instances.map((instance) =>
    new InstancePool(instance, {} as Pool, clock, options.since?.[instance.url]).targetFor("up"),
  );
  let drawn = 0;
  const draw = (bound: number): number => drawn++ % bound;
  const balancer = new Balancer(
    {
      instances,
      balance: { strategy: "round-robin", hashBy: "caller", slowStartMs: 0, ...balance },
      outlier,
    },
    targets,
    { clock, draw },
    "here",
  );
  const [one, two, three] = targets as [Target, Target, Target];
  const pick = (count: number, key?: string): string =>
    Array.from({ length: count }, () => nameOf(balancer.pick([], key))).join("");
  return { clock, balancer, one, two, three, pick };
}

function nameOf(target: Target | undefined): string {
  return target?.pool.instance.url ?? "-";
}

test("instances take turns", () => {
  const { pick } = start(["a", "b", "c"]);
  assert.match(pick(6), /^(abcabc|bcabca|cabcab)$/);
});

test("an unreachable instance is passed over until it has cooled down", () => {
  const { one, clock, pick } = start(["a", "b"]);
  one.pool.noteUnreachable();
  assert.equal(pick(4), "bbbb");
  clock.nowMs += 2_000;
  assert.match(pick(2), /^(ab|ba)$/);
});

test("when all are unwell one is asked all the same", () => {
  const { one, two, balancer } = start(["a", "b"]);
  one.pool.noteUnreachable();
  two.isHealthy = false;
  assert.notEqual(balancer.pick([]), undefined);
});

test("what was tried is not picked again, and nothing is left when all were", () => {
  const { balancer } = start(["a", "b"]);
  const first = balancer.pick([]) as Target;
  const second = balancer.pick([first]) as Target;
  assert.notEqual(first, second);
  assert.equal(balancer.hasOther([first]), true);
  assert.equal(balancer.hasOther([first, second]), false);
  assert.equal(balancer.pick([first, second]), undefined);
});

test("by weight each gets its share, spread out", () => {
  const { pick } = start(["a", "b", "c"], { weights: { a: 300, b: 100, c: 100 } });
  const picked = pick(10);
  assert.equal(picked.replaceAll(/[^a]/g, "").length, 6);
  assert.doesNotMatch(picked, /aaa/);
});

test("a drained instance gets nothing, also when it is the only one", () => {
  const { pick } = start(["a", "b"], { drain: ["a"] });
  assert.equal(pick(3), "bbb");
  assert.equal(start(["a"], { drain: ["a"] }).pick(1), "-");
});

test("of two the one with fewer requests under way is asked", () => {
  const { one, two, pick } = start(["a", "b"], { balance: { strategy: "least-requests" } });
  one.inFlight = 5;
  two.inFlight = 4;
  assert.equal(pick(4), "bbbb");
});

test("of two the one that answers sooner is asked, until it has too much to do", () => {
  const { one, two, clock, pick } = start(["a", "b"], { balance: { strategy: "peak-ewma" } });
  one.noteLatency(10, clock.nowMs);
  two.noteLatency(100, clock.nowMs);
  assert.equal(pick(4), "aaaa");
  one.inFlight = 20;
  assert.equal(pick(4), "bbbb");
});

test("the same key meets the same instance, and few keys move when one goes", () => {
  const names = ["a", "b", "c", "d"];
  const keys = Array.from({ length: 400 }, (_, index) => `key ${index}`);
  const { pick } = start(names, { balance: { strategy: "hash" } });
  const before = keys.map((key) => pick(1, key));
  assert.deepEqual(
    keys.map((key) => pick(1, key)),
    before,
  );
  for (const name of names) {
    const share = before.filter((one) => one === name).length;
    assert.ok(share > 40 && share < 180, `${name} has ${share} of 400`);
  }
  const without = start(["a", "b", "c"], { balance: { strategy: "hash" } });
  for (const [index, key] of keys.entries()) {
    if (before[index] !== "d") assert.equal(without.pick(1, key), before[index]);
  }
});

test("an instance that has much more to do than its share passes a key on", () => {
  const { balancer, pick } = start(["a", "b", "c"], { balance: { strategy: "hash" } });
  const first = balancer.pick([], "key") as Target;
  first.inFlight = 10;
  assert.notEqual(pick(1, "key"), nameOf(first));
});

test("an instance that fails in a row is passed over, longer each time, and comes back", () => {
  const outlier = { failures: 3, ejectMs: 1_000, ejectPercentMax: 50 };
  const { one, clock, balancer, pick } = start(["a", "b"], { outlier });
  const told = [true, true, false, true, true, true].map((failed) => balancer.note(one, failed));
  assert.deepEqual(told, [false, false, false, false, false, true]);
  assert.equal(pick(3), "bbb");
  clock.nowMs += 1_000;
  assert.match(pick(2), /a/);
  for (let count = 0; count < 3; count++) balancer.note(one, true);
  clock.nowMs += 1_500;
  assert.equal(pick(3), "bbb");
});

test("no more than the share that may be is passed over", () => {
  const outlier = { failures: 1, ejectMs: 1_000, ejectPercentMax: 50 };
  const { one, two, balancer } = start(["a", "b"], { outlier });
  assert.equal(balancer.note(one, true), true);
  assert.equal(balancer.note(two, true), false);
});

test("an instance that is well again begins with fewer requests", () => {
  const { one, clock, pick } = start(["a", "b"], { balance: { slowStartMs: 10_000 } });
  one.isHealthy = false;
  one.noteHealthy(true, clock.nowMs);
  const early = pick(20).replaceAll("b", "").length;
  clock.nowMs += 10_000;
  const late = pick(20).replaceAll("b", "").length;
  assert.ok(early <= 3, `${early}`);
  assert.equal(late, 10);
});

test("so does one that was not reached for a while, and one that is found while others serve", () => {
  const { one, clock, pick } = start(["a", "b"], { balance: { slowStartMs: 10_000 } });
  one.pool.noteUnreachable();
  clock.nowMs += 1_001;
  const back = pick(20).replaceAll("b", "").length;
  assert.ok(back >= 1 && back <= 3, `${back}`);
  clock.nowMs += 10_000;
  assert.equal(pick(20).replaceAll("b", "").length, 10);
  const slowly = { balance: { slowStartMs: 10_000 }, since: { a: 9_000 } };
  const fresh = start(["a", "b"], slowly);
  const early = fresh.pick(20).replaceAll("b", "").length;
  assert.ok(early >= 1 && early <= 3, `${early}`);
});

test("those of the gateway's own zone are asked as long as one of them is well", () => {
  const { one, two, clock, pick } = start(["a", "b", "c"], {
    zones: { a: "here", b: "here", c: "there" },
  });
  assert.match(pick(6), /^(ab|ba){3}$/);
  one.pool.noteUnreachable();
  assert.equal(pick(3), "bbb");
  two.pool.noteUnreachable();
  assert.equal(pick(3), "ccc");
  clock.nowMs += 2_000;
  assert.match(pick(4), /^(ab|ba){2}$/);
});

test("of another zone, or of none, one is as good as the other", () => {
  const { pick } = start(["a", "b", "c"], { zones: { a: "there", b: "elsewhere" } });
  assert.deepEqual([...new Set(pick(9))].toSorted(), ["a", "b", "c"]);
});

for (const strategy of ["round-robin", "least-requests", "peak-ewma", "hash"] as const) {
  test(`by ${strategy} a higher priority number waits until no lower one is well`, () => {
    const { one, two, pick } = start(["a", "b", "c"], {
      balance: { strategy },
      priorities: { b: 1, c: 2 },
    });
    assert.equal(pick(3), "aaa");
    one.pool.noteUnreachable();
    assert.equal(pick(3), "bbb");
    two.isHealthy = false;
    assert.equal(pick(3), "ccc");
  });
}

test("other instances can take the place of those that are there", () => {
  const { balancer, pick } = start(["a", "b"]);
  const other = start(["c"]);
  balancer.replace(other.balancer.instances, other.balancer.targets);
  assert.equal(pick(2), "cc");
  balancer.replace([], []);
  assert.equal(balancer.pick([]), undefined);
  assert.equal(balancer.hasOther([]), false);
});
