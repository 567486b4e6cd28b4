import assert from "node:assert/strict";
import { test } from "node:test";
import { createTokenCache } from "./token-cache.ts";

const proven = { kind: "proven", caller: 0 } as const;

test("a token counts until its time is over, and no longer", () => {
  const cache = createTokenCache();
  cache.set("token", proven, 1_000);
  assert.equal(cache.get("token", 999), proven);
  assert.equal(cache.get("token", 1_000), undefined);
  assert.equal(cache.get("other", 0), undefined);
});

test("it never holds more than its bytes, and keeps what is asked for", () => {
  const cache = createTokenCache(1_000);
  const name = (index: number): string => String(index).padStart(10, "0");
  cache.set("0123456789", proven, 10);
  for (let index = 0; index < 10_000; index++) {
    cache.set(name(index + 1_000), proven, 10);
    if (index % 20 === 0) assert.equal(cache.get("0123456789", 0), proven, String(index));
  }
  let held = 0;
  for (let index = 0; index < 10_000; index++) {
    if (cache.get(name(index + 1_000), 0) !== undefined) held++;
  }
  assert.ok(held <= 100, `${held} of 10 bytes each`);
});
