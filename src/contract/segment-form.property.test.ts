/** Laws of segments with literal text: they hold what an ordinary expression holds, in its way. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { captureIn, compareForms, parseForm } from "./segment-form.ts";

const literal = fc.constantFrom("", ".", "-", "a", ".a", "ab", "--", ":a");
const segment = fc
  .tuple(literal, fc.array(literal, { minLength: 1, maxLength: 3 }))
  .map(([first, others]) => `${first}${others.map((one) => `{p}${one}`).join("")}`);
const text = fc.array(literal, { maxLength: 8 }).map((all) => all.join(""));

test("what stands for parameters is what an expression finds, each as short as it can be", () => {
  let foundCount = 0;
  fc.assert(
    fc.property(segment, text, (pattern, sent) => {
      const pieces = pattern.split("{p}").map((piece) => piece.replaceAll(/[.\-:]/g, "\\$&"));
      const expected = new RegExp(`^${pieces.join("(.+?)")}$`).exec(sent)?.slice(1);
      assert.deepEqual(captureIn(parseForm(pattern), sent), expected);
      if (expected !== undefined) foundCount++;
    }),
    { numRuns: 10_000 },
  );
  assert.ok(foundCount > 200, `${foundCount} were found`);
});

test("forms have one order, whichever comes first", () => {
  fc.assert(
    fc.property(fc.array(segment.map(parseForm), { maxLength: 6 }), (forms) => {
      const spelled = (all: typeof forms) => all.map(({ pieces }) => pieces.join("{}"));
      const sorted = forms.toSorted(compareForms);
      assert.deepEqual(spelled(forms.toReversed().toSorted(compareForms)), spelled(sorted));
    }),
  );
});
