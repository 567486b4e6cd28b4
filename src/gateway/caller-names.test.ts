import assert from "node:assert/strict";
import { test } from "node:test";
import { packCallers } from "#configuration/callers.ts";
import { createCallerNames } from "./caller-names.ts";

test("each of many callers is told its own name, in whatever order they come", () => {
  const count = 3_000;
  const callers = Array.from({ length: count }, (_, at) => ({
    name: `c${at}`,
    keysSha256: [],
    may: [],
  }));
  const nameOf = createCallerNames(packCallers(callers));
  for (let time = 0; time < 3 * count; time++) {
    const place = (time * 1_023) % count;
    assert.equal(nameOf(place), `c${place}`);
    assert.equal(nameOf(place), `c${place}`);
  }
});

test("who does not exist has no name", () => {
  const nameOf = createCallerNames(packCallers([{ name: "a", keysSha256: [], may: [] }]));
  for (const place of [-1, 1, 1_024, NaN]) assert.equal(nameOf(place), "");
  assert.equal(nameOf(0), "a");
});
