import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { parseMediaType } from "./media-type.ts";

test("types, parameters and quoted values are told apart", () => {
  const parsed = parseMediaType('Multipart/Related ;Type="a;b\\"c" ; boundary=x;; start="<r>"');
  assert.equal(parsed?.essence, "multipart/related");
  assert.deepEqual(
    [...(parsed?.parameters ?? [])],
    [
      ["type", 'a;b"c'],
      ["boundary", "x"],
      ["start", "<r>"],
    ],
  );
});

for (const text of [
  "",
  "text",
  "text/",
  "text/xml; a",
  'text/xml; a="',
  "text/xml; a=1; A=2",
  "a b/c",
]) {
  test(`${JSON.stringify(text)} is no media type`, () => {
    assert.equal(parseMediaType(text), undefined);
  });
}

test("any text is read to an end", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const parsed = parseMediaType(`text/xml;${text}`);
      assert.ok(parsed === undefined || parsed.essence === "text/xml");
    }),
  );
});
