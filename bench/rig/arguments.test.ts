import assert from "node:assert/strict";
import test from "node:test";
import { readArguments } from "./arguments.ts";

const defaults = { name: "bench:x", rounds: 5, seconds: 2, names: ["a", "b"] };

test("without options the defaults hold and everything is chosen", () => {
  const read = readArguments([], defaults);
  assert.ok(read !== "help");
  assert.deepEqual([read.rounds, read.seconds, read.only, read.tiny], [5, 2, [], false]);
});

test("a tiny run is one short round, unless said otherwise", () => {
  const read = readArguments(["--tiny", "--rounds", "2"], defaults);
  assert.ok(read !== "help");
  assert.equal(read.rounds, 2);
  assert.ok(read.seconds < 1);
});

const refused: readonly (readonly [readonly string[], RegExp])[] = [
  [["--only", "a,c"], /--only: no c; there are a, b/],
  [["--rounds", "1.5"], /--rounds: 1.5 is not a whole number/],
  [["--rounds", "many"], /--rounds: "many" is not a number/],
  [["--seconds", "0"], /--seconds: "0" is not a number from above 0/],
  [["--speed", "1"], /--speed/],
];

for (const [args, words] of refused) {
  test(`${args.join(" ")} is refused with its name`, () => {
    assert.throws(() => readArguments(args, defaults), words);
  });
}
