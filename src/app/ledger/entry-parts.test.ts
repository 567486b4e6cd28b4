import assert from "node:assert/strict";
import { test } from "node:test";
import { EntryParts } from "./entry-parts.ts";

test("what is said of a caller stays the same, however many others have called since", () => {
  const parts = new EntryParts({
    revision: { id: "0123456789abcdef" },
    callerName: (place) => `caller-${place}`,
  });
  const first = parts.callerOf(0, "key");
  assert.equal(parts.callerOf(0, "key"), first);
  for (let place = 1; place <= 10_000; place++) {
    const { bytes } = parts.callerOf(place, "key");
    assert.ok(Buffer.from(bytes).includes(`caller-${place}`));
  }
  assert.notEqual(parts.callerOf(0, "key"), first);
  assert.deepEqual(parts.callerOf(0, "key"), first);
});
