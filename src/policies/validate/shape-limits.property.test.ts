import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRecord, type Value } from "#contract/value.ts";
import { compileShapeLimits } from "./shape-limits.ts";

const values = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.integer(),
    fc.string({ maxLength: 8 }),
    fc.uint8Array({ maxLength: 8 }),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(fc.string({ maxLength: 3 }), tie("value"), { maxKeys: 5 }).map((plain) => {
      const record = createRecord();
      for (const [name, value] of Object.entries(plain)) record[name] = value;
      return record;
    }),
  ),
})).value;

/** What a value has at most, said another way. */
function sizeOf(value: Value): { depth: number; items: number; entries: number; text: number } {
  if (typeof value === "string") return { depth: 0, items: 0, entries: 0, text: value.length };
  if (value instanceof Uint8Array) return { depth: 0, items: 0, entries: 0, text: value.length };
  if (typeof value !== "object" || value === null)
    return { depth: 0, items: 0, entries: 0, text: 0 };
  const parts = Object.values<Value>(value);
  const isList = Array.isArray(value);
  const own = { items: isList ? parts.length : 0, entries: isList ? 0 : parts.length };
  const inside = parts.map(sizeOf);
  return {
    depth: 1 + Math.max(0, ...inside.map(({ depth }) => depth)),
    items: Math.max(own.items, ...inside.map(({ items }) => items)),
    entries: Math.max(own.entries, ...inside.map(({ entries }) => entries)),
    text: Math.max(0, ...inside.map(({ text }) => text)),
  };
}

function at(value: Value, place: string): Value | undefined {
  let found: Value | undefined = value;
  for (const step of place.split("/").slice(1)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    found = (found as { readonly [name: string]: Value })[name];
  }
  return found;
}

test("something is beyond limits exactly when one of its measures is, and its place leads there", () => {
  const limit = fc.integer({ min: 1, max: 4 });
  const limits = fc.record({
    depthMax: limit,
    itemsMax: limit,
    entriesMax: limit,
    textLengthMax: limit,
  });
  fc.assert(
    fc.property(values, limits, (value, given) => {
      const beyond = compileShapeLimits(given)?.(value);
      const { depth, items, entries, text } = sizeOf(value);
      const isBeyond =
        depth > given.depthMax ||
        items > given.itemsMax ||
        entries > given.entriesMax ||
        text > given.textLengthMax;
      assert.equal(beyond !== undefined, isBeyond);
      if (beyond !== undefined) assert.notEqual(at(value, beyond.place), undefined);
    }),
  );
});

test("without limits nothing is looked at", () => {
  assert.equal(compileShapeLimits({}), undefined);
});
