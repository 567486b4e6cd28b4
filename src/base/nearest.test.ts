import assert from "node:assert/strict";
import test from "node:test";
import { didYouMean, nearest } from "./nearest.ts";

const keys = ["instances", "routes", "host", "http2", "tls", "timeoutMs"];

const cases: readonly (readonly [string, string | undefined])[] = [
  ["instanses", "instances"],
  ["Instances", "instances"],
  ["instnaces", "instances"],
  ["route", "routes"],
  ["timeout", "timeoutMs"],
  ["hots", "host"],
  ["tsl", "tls"],
  ["policies", undefined],
  ["", undefined],
  ["x".repeat(1_000_000), undefined],
];

for (const [word, expected] of cases) {
  test(`the nearest word to "${word.slice(0, 20)}" is ${expected ?? "none"}`, () => {
    assert.equal(nearest(word, keys), expected);
  });
}

test("a suggestion names the word, and there is none when nothing is near", () => {
  assert.equal(didYouMean("hsot", keys), "did you mean `host`?");
  assert.equal(didYouMean("environments", keys), undefined);
});
