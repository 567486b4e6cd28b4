import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { chooseOffer, parseMediaType, prefersXml } from "./negotiate.ts";

const offers = ["application/json", "application/xml", "text/plain"].map((mediaType) => ({
  mediaType,
}));

const choices: readonly (readonly [accept: string | undefined, chosen: string | undefined])[] = [
  [undefined, "application/json"],
  ["", "application/json"],
  ["*/*", "application/json"],
  ["application/xml", "application/xml"],
  ["APPLICATION/XML", "application/xml"],
  ["application/json;q=0.5, application/xml;q=0.6", "application/xml"],
  ["application/*;q=0.1, text/plain;q=0.2", "text/plain"],
  ["*/*, application/json;q=0", "application/xml"],
  ["application/*, application/json;q=0.1", "application/xml"],
  ['text/html;x="a,b", text/*;q=0.001', "text/plain"],
  ["image/png", undefined],
  ["application/json;q=0", undefined],
  ["application/json;q=7", undefined],
  ["nonsense", undefined],
];

for (const [accept, chosen] of choices) {
  test(`Accept ${JSON.stringify(accept)} chooses ${chosen ?? "nothing"}`, () => {
    assert.equal(chooseOffer(accept, offers)?.mediaType, chosen);
  });
}

test("media types are read with their parameters", () => {
  const parsed = parseMediaType(` Text/HTML ; Charset="a\\"b";;q=1 `);
  assert.equal(parsed?.essence, "text/html");
  assert.deepEqual(
    [...(parsed?.parameters ?? [])],
    [
      ["charset", 'a"b'],
      ["q", "1"],
    ],
  );
  for (const bad of ["", "text", "text/", "text/html x", "text/html;a", "text/html;a=b c"]) {
    assert.equal(parseMediaType(bad), undefined, bad);
  }
});

test("errors are XML only for those who like XML better", () => {
  assert.equal(prefersXml("application/xml"), true);
  assert.equal(prefersXml("application/xml;q=0.9, */*;q=0.8"), true);
  assert.equal(prefersXml("*/*"), false);
  assert.equal(prefersXml(undefined), false);
});

test("no header can make negotiation fail", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (accept) => {
      chooseOffer(accept, offers);
      prefersXml(accept);
      assert.ok((parseMediaType(accept)?.essence ?? "a/b").includes("/"));
    }),
  );
});
