/** Changed callers, against what comparing them as objects tells. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { loadText } from "#tests/support/load-text.ts";
import { packCallers } from "./callers.ts";
import type { Caller, Configuration } from "./configuration.ts";
import { diffConfigurations } from "./diff.ts";
import { saysTheSame } from "./revision.ts";

const source = { file: "parlance.yaml", line: 1, column: 1 };
const callers: fc.Arbitrary<readonly Caller[]> = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom("a", "b", "c", "d", "e"),
    keysSha256: fc.subarray(["0".repeat(64), "ab".repeat(32), "ff".repeat(32)]),
    may: fc.constantFrom(["*"], ["a.*"], ["a.*", "b.*"], [{ operations: "*", methods: ["GET"] }]),
    proofs: fc.constantFrom(
      [{ name: "basic", options: { username: "a" }, source }],
      [{ name: "basic", options: { username: "b" }, source: { ...source, line: 2 } }],
    ),
  }),
  { selector: ({ name }) => name },
);

function reference(before: readonly Caller[], after: readonly Caller[]): readonly string[] {
  const changes = after.flatMap((caller): readonly string[] => {
    const old = before.find(({ name }) => name === caller.name);
    if (old === undefined) return [`added callers.${caller.name}`];
    const fields = Object.keys(caller) as readonly (keyof Caller)[];
    return fields
      .filter((field) => !saysTheSame(old[field], caller[field]))
      .map((field) => `changed callers.${caller.name}.${field}`);
  });
  for (const { name } of before) {
    if (!after.some((caller) => caller.name === name)) changes.push(`removed callers.${name}`);
  }
  const isReordered = before.some(({ name }, place) => after[place]?.name !== name);
  return changes.length === 0 && isReordered ? ["changed callers"] : changes;
}

test("callers that were added, changed, removed or put in another order are named", () => {
  const text = 'version: 1\nservices: { a: { instances: ["http://a"] } }\ncallers: open\n';
  const plain = loadText(text).configuration as Configuration;
  fc.assert(
    fc.property(callers, callers, (before, after) => {
      const changes = diffConfigurations(
        { ...plain, callers: packCallers(before) },
        { ...plain, callers: packCallers(after) },
      );
      assert.deepEqual(
        changes.map(({ kind, path }) => `${kind} ${path}`).toSorted(),
        reference(before, after).toSorted(),
      );
    }),
    { numRuns: 500 },
  );
});
