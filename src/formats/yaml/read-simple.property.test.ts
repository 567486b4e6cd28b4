/** The quick reader against the library: it says the same, or nothing. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { stringify } from "yaml";
import { parseWithLibrary, parseYaml } from "./parse-yaml.ts";
import { readSimple } from "./read-simple.ts";

const depthMax = 12;
const options = { depthMax, aliasedNodesMax: 1_000, mergeKeys: false, expected: "something" };

function agree(text: string): void {
  const simple = readSimple(text, depthMax);
  if (simple === undefined) return;
  const { root, diagnostics } = parseWithLibrary(text, "a.yaml", options);
  assert.deepEqual(diagnostics, [], text);
  assert.deepEqual(simple, root, text);
}

const tame = fc.constantFrom<unknown>(
  ..."a|off|Yes|http://a:1/b|127.0.0.1|/a/{id}/*|a b|${NAME}|a_b-c|x.y|1.2.3|GET|a#b".split("|"),
  ...[0, 1, 443, true, false],
);
const wild = fc.oneof(
  fc.constantFrom("", "- a", "#a", "true", "443", "null", "a: b", "a #b", "it's", "~", "0x1f", "é"),
  fc.constantFrom(-1, 1.5, 1e21, null, 0.1),
  fc.string({ maxLength: 6 }),
);
const keys = fc.constantFrom("a", "b-c", "$ref", "/a/{b}", "c", "d", "e");
const wildKeys = fc.oneof(fc.constantFrom("on", "1", "null", ""), fc.string({ maxLength: 4 }));

function documentsOf(
  scalars: fc.Arbitrary<unknown>,
  names: fc.Arbitrary<string>,
): fc.Arbitrary<unknown> {
  return fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, scalars, tie("map"), tie("list")),
    list: fc.array(tie("value"), { minLength: 1, maxLength: 4 }),
    map: fc.dictionary(names, tie("value"), { minKeys: 1, maxKeys: 4 }),
  })).map;
}
const tameDocuments = documentsOf(tame, keys);
const documents = fc.oneof(
  tameDocuments,
  documentsOf(fc.oneof({ arbitrary: tame, weight: 9 }, wild), keys),
  documentsOf(fc.oneof(tame, wild), fc.oneof(keys, wildKeys)),
);
const pieces = fc.constantFrom(
  ..."- |:|: |\n|\n  |\n    |a|b|a: |a:\n|- a\n|[|]|{|}|, |#| #|\"|'|~|1|true|*|&|!|%|---\n|...\n| ".split(
    "|",
  ),
  "| ",
);
const indented = fc.tuple(
  fc.constantFrom("", "", "", "  ", "  ", "    ", " "),
  fc.constantFrom(
    ..."a:|b: 1|- a|- b: c|-|- |- - a|# x||a: [x, y]|b: {d: e, f: [1]}|c: 'x'|d: \"x\" # y|e: x y|f:  |x|- d:|g: #".split(
      "|",
    ),
  ),
);

test("what is written as YAML is read as the library reads it", () => {
  const style = fc.record({
    indentSeq: fc.boolean(),
    collectionStyle: fc.constantFrom("any" as const, "flow" as const),
  });
  fc.assert(
    fc.property(documents, style, (value, { indentSeq, collectionStyle }) => {
      const settings = { indentSeq, lineWidth: 0, flowCollectionPadding: false };
      agree(stringify(value, { ...settings, collectionStyle }));
    }),
    { numRuns: 2_000 },
  );
});

test("and so it is when a part of it is replaced by something else", () => {
  fc.assert(
    fc.property(
      documents,
      fc.nat(),
      fc.nat(3),
      fc.array(pieces, { maxLength: 3 }),
      (value, where, cut, more) => {
        const text = stringify(value, { lineWidth: 0 });
        const at = where % (text.length + 1);
        agree(text.slice(0, at) + more.join("") + text.slice(at + cut));
      },
    ),
    { numRuns: 5_000 },
  );
});

test("and so is anything that is made of the signs of YAML", () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => agree(parts.join(""))),
    { numRuns: 20_000 },
  );
});

test("and so are lines at any depth", () => {
  fc.assert(
    fc.property(fc.array(indented, { maxLength: 6 }), (lines) =>
      agree(lines.map((line) => line.join("")).join("\n")),
    ),
    { numRuns: 20_000 },
  );
});

test("it reads all that is tame", () => {
  fc.assert(
    fc.property(tameDocuments, fc.boolean(), (value, indentSeq) => {
      const text = stringify(value, { lineWidth: 0, indentSeq, aliasDuplicateObjects: false });
      assert.ok(readSimple(text, depthMax), text);
    }),
  );
});

test("JSON is read as the library reads it, with the same places", () => {
  fc.assert(
    fc.property(documents, fc.nat(2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      assert.deepEqual(
        parseYaml(text, "a.yaml", options).root,
        parseWithLibrary(text, "a.yaml", options).root,
      );
    }),
    { numRuns: 1_000 },
  );
});

test("places are those of the library", () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 10 }), fc.nat(60), (parts, offset) => {
      const text = `{"a": 1}\n${parts.map((part) => part.replace(/[^\n]/g, " ")).join("")}\r\n`;
      const place = parseYaml(text, "a.yaml", options).placeAt(offset);
      assert.deepEqual(place, parseWithLibrary(text, "a.yaml", options).placeAt(offset));
    }),
  );
});

test("it reads the configuration of the sample estate", () => {
  const text = readFileSync(
    new URL("../../../examples/estate/parlance.yaml", import.meta.url),
    "utf8",
  );
  assert.ok(readSimple(text, depthMax));
  agree(text);
});
