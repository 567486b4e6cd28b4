/** Canonical JSON, and comparing without it, against a plain reference. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonicalJson, saysTheSame } from "./revision.ts";

const key = fc.constantFrom("a", "b", "source", "1", "10", "9", "-", "ä", "headers");
const parts = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(undefined, null, true, 0, 1.5, "", "a", 'q"\n', "\ud800"),
    fc.array(tie("value"), { maxLength: 3 }).map((items) => items.map((item) => item ?? null)),
    fc.dictionary(key, tie("value"), { maxKeys: 4 }),
  ),
})).value;

const objects = parts.map((part) => ({ a: part }));

function reference(part: unknown): string {
  return JSON.stringify(part ?? null, (name, value: unknown) => {
    if (name === "source" && typeof value === "object") return undefined;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries);
  });
}

test("canonical JSON is JSON with its members in order and without places", () => {
  fc.assert(
    fc.property(parts, (part) => assert.equal(canonicalJson(part), reference(part))),
    { numRuns: 2_000 },
  );
});

test("two parts say the same exactly when their canonical JSON is the same", () => {
  fc.assert(
    fc.property(objects, objects, (one, other) => {
      for (const pair of [
        [one, other],
        [one, structuredClone(one)],
      ] as const) {
        assert.equal(saysTheSame(...pair), reference(pair[0]) === reference(pair[1]));
      }
    }),
    { numRuns: 2_000, examples: [[{ a: { source: [] } }, { a: { source: "text" } }]] },
  );
});
