import assert from "node:assert/strict";
import test from "node:test";
import { nodePlatform } from "#base/platform.ts";
import { createCellMemory, createSharedCells } from "#base/shared-cells.ts";
import { createMarks } from "./marks.ts";

test("what one worker notes, the others see; other places do not", () => {
  const memory = createCellMemory(64);
  const of = (id: string) => createMarks(createSharedCells(memory), id, nodePlatform);
  const [one, two, other] = [of("up/0/cache"), of("up/0/cache"), of("down/0/cache")];
  const address = "http://example.org/up/a";
  const before = two.numberOf(address);
  one.note(address);
  assert.notEqual(two.numberOf(address), before);
  assert.equal(other.numberOf(address), 0);
  const after = one.numberOf(address);
  two.note(address);
  assert.notEqual(one.numberOf(address), after);
});
