import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { filesIn } from "#tests/support/contract-files.ts";
import { importer } from "./import.ts";

const folder = join(import.meta.dirname, "scenarios", "import");
const scenarios = readdirSync(folder).filter((name) => name.endsWith(".wsdl"));
const texts = new Map(scenarios.map((name) => [name, readFileSync(join(folder, name), "utf8")]));

/** A scenario in which values of attributes have changed places and elements are missing. */
const mutated = fc
  .record({
    name: fc.constantFrom(...scenarios),
    swaps: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 20 }),
    cuts: fc.array(fc.nat(), { maxLength: 3 }),
  })
  .map(({ name, swaps, cuts }) => {
    const pieces = (texts.get(name) ?? "").split(/(?<==")([^"]*)(?=")/);
    const values = Math.floor(pieces.length / 2);
    for (const [first, second] of swaps) {
      if (values === 0) break;
      const from = 2 * (first % values) + 1;
      pieces[2 * (second % values) + 1] = pieces[from] ?? "";
    }
    let text = pieces.join("");
    for (const cut of cuts) {
      const tags = [...text.matchAll(/<[a-z0-9]+:\w+[^<>]*\/>/g)];
      const tag = tags[cut % Math.max(1, tags.length)];
      if (tag !== undefined)
        text = text.slice(0, tag.index) + text.slice(tag.index + tag[0].length);
    }
    return { name, text };
  });

test("whatever a WSDL says, importing it ends, with operations of unique names", () => {
  fc.assert(
    fc.property(mutated, ({ name, text }) => {
      const { contract, diagnostics } = importer.import({ ...filesIn(folder, name), text });
      const ids = contract.operations.map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      for (const { input, output } of contract.operations) {
        for (const message of [input, output]) {
          if (message?.type.kind !== "ref") continue;
          assert.equal(contract.types.get(message.type.name)?.type.kind, "record");
        }
      }
      assert.ok(contract.operations.length > 0 || diagnostics.length > 0);
    }),
    { numRuns: 1_000 },
  );
});

test("whatever the text, importing it ends", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" })), (text) => {
      const { contract, diagnostics } = importer.import({ file: "a", text, read: () => undefined });
      assert.equal(contract.operations.length, 0);
      assert.ok(diagnostics.length > 0);
      assert.equal(importer.recognize(text, "a"), 0);
    }),
  );
});
