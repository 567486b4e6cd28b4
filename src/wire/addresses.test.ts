/** Addresses of a name: in turn, looked up anew, kept when the resolver fails. */
import assert from "node:assert/strict";
import test from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { nodePlatform, type Platform } from "#base/platform.ts";
import { Addresses } from "./addresses.ts";

interface Resolver {
  readonly platform: Platform;
  answer: readonly string[] | Error;
  asked: number;
}

function resolverOf(answer: readonly string[] | Error): Resolver {
  const resolver: Resolver = {
    answer,
    asked: 0,
    platform: {
      ...nodePlatform,
      sockets: {
        ...nodePlatform.sockets,
        resolve: async () => {
          resolver.asked++;
          if (resolver.answer instanceof Error) throw resolver.answer;
          return resolver.answer;
        },
      },
    },
  };
  return resolver;
}

const never = (): void => assert.fail("nothing has changed");

test("an address is its own only address and is never looked up", () => {
  const resolver = resolverOf([]);
  const addresses = new Addresses("::1", resolver.platform, never);
  assert.deepEqual([addresses.next(), addresses.next(), addresses.count], ["::1", "::1", 1]);
  addresses.onTick(1e9);
  assert.equal(resolver.asked, 0);
});

test("a name is looked up once for all who wait, and its addresses take turns", async () => {
  const resolver = resolverOf(["10.0.0.1", "10.0.0.2"]);
  const addresses = new Addresses("up.test", resolver.platform, () => {});
  assert.equal(addresses.next(), undefined);
  const first = await Promise.all([addresses.first(), addresses.first(), addresses.first()]);
  assert.deepEqual(new Set(first), new Set(["10.0.0.1", "10.0.0.2"]));
  assert.equal(resolver.asked, 1);
  assert.notEqual(addresses.next(), addresses.next());
});

test("a name without addresses fails, and is asked for again by the next", async () => {
  const resolver = resolverOf([]);
  const addresses = new Addresses("up.test", resolver.platform, () => {});
  await assert.rejects(addresses.first(), /up\.test has no address/);
  resolver.answer = ["10.0.0.1"];
  assert.equal(await addresses.first(), "10.0.0.1");
});

test("a name is looked up anew after a while, and a change is told once", async () => {
  const resolver = resolverOf(["10.0.0.1"]);
  const changes: (readonly string[])[] = [];
  const addresses = new Addresses("up.test", resolver.platform, (now) => changes.push(now));
  await addresses.first();
  addresses.onTick(1_000_000);
  await turn();
  changes.length = 0;
  resolver.asked = 0;
  addresses.onTick(1_005_000);
  assert.equal(resolver.asked, 0);
  resolver.answer = ["10.0.0.2"];
  addresses.onTick(1_020_000);
  addresses.onTick(1_020_100);
  await turn();
  assert.deepEqual([resolver.asked, changes, addresses.next()], [1, [["10.0.0.2"]], "10.0.0.2"]);
  resolver.answer = new Error("SERVFAIL");
  addresses.onTick(1_040_000);
  await turn();
  assert.equal(addresses.next(), "10.0.0.2");
});
