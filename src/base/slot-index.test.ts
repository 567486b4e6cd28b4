import assert from "node:assert/strict";
import { test } from "node:test";
import { addPlace, createSlotIndex, findPlace } from "./slot-index.ts";

test("every place is found by its hash, also where all have the same one", () => {
  for (const hashOf of [(place: number) => place * 2_654_435_761, () => -1, () => 7]) {
    const slots = createSlotIndex(500);
    for (let place = 0; place < 500; place++) addPlace(slots, hashOf(place), place);
    for (let place = 0; place < 500; place++) {
      assert.equal(
        findPlace(slots, hashOf(place), (one) => one === place),
        place,
      );
    }
    assert.equal(
      findPlace(slots, hashOf(3), () => false),
      undefined,
    );
  }
});

test("of several that fit, the first that was added is found", () => {
  const slots = createSlotIndex(3);
  for (const place of [2, 0, 1]) addPlace(slots, 5, place);
  assert.equal(
    findPlace(slots, 5, () => true),
    2,
  );
});

test("in an empty one there is nothing", () => {
  assert.equal(
    findPlace(createSlotIndex(0), 0, () => true),
    undefined,
  );
});
