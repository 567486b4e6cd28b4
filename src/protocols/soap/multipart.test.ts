import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { DocumentFailure } from "#contract/document-fault.ts";
import { related } from "./message-fixture.ts";
import { findPart, parseMultipart } from "./multipart.ts";

test("what was put into parts comes out of them", () => {
  const content = fc.uint8Array().map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.array(content, { minLength: 1, maxLength: 4 }), (contents) => {
      const body = related(
        contents.map((one, index) => [`Content-ID: <p${index}>`, one] as const),
        "boundary-that-is-in-none",
      );
      const parts = parseMultipart(body, "boundary-that-is-in-none");
      assert.deepEqual(
        parts.map((part) => part.content),
        contents,
      );
      assert.deepEqual(
        parts.map(({ contentId }) => contentId),
        contents.map((_, i) => `p${i}`),
      );
    }),
  );
});

const bad: readonly (readonly [string, string, string, RegExp])[] = [
  ["a boundary that is not there", "--c\r\n\r\n\r\n--c--", "b", /does not have/],
  ["no last boundary", "--b\r\n\r\nx", "b", /ends within/],
  ["text behind a boundary", "--b x\r\n\r\n\r\n--b--", "b", /other text/],
  ["a malformed field", "--b\r\nfoo\r\n\r\n\r\n--b--", "b", /malformed/],
  ["a field twice", "--b\r\na: 1\r\nA: 2\r\n\r\n\r\n--b--", "b", /twice/],
  ["no end of the fields", "--b\r\na: 1\r\n--b--", "b", /empty line/],
  ["bad base64", "--b\r\nContent-Transfer-Encoding: base64\r\n\r\n*\r\n--b--", "b", /base64/],
  [
    "another encoding",
    "--b\r\nContent-Transfer-Encoding: uuencode\r\n\r\n*\r\n--b--",
    "b",
    /uuencode/,
  ],
  ["an empty boundary", "--\r\n\r\n\r\n----", "", /boundary/],
  ["too many parts", "--b\r\n\r\n\r\n".repeat(1_001) + "--b--", "b", /partsMax/],
];
for (const [name, body, boundary, pattern] of bad) {
  test(`${name} is refused`, () => {
    assert.throws(
      () => parseMultipart(Buffer.from(body), boundary),
      (error) => error instanceof DocumentFailure && pattern.test(error.message),
    );
  });
}

test("any bytes are read or refused", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("--b", "--", "\r\n", "a: b", "x", " ")), (pieces) => {
      try {
        assert.ok(Array.isArray(parseMultipart(Buffer.from(pieces.join("")), "b")));
      } catch (error) {
        assert.ok(error instanceof DocumentFailure);
      }
    }),
  );
});

test("parts are found by cid, encoded or not", () => {
  const parts = parseMultipart(related([["Content-ID: <a@b>", "1"]]), "b");
  assert.equal(findPart(parts, "cid:a@b"), parts[0]);
  assert.equal(findPart(parts, "cid:a%40b"), parts[0]);
  assert.equal(findPart(parts, "cid:%zz"), undefined);
  assert.equal(findPart(parts, "http://a@b"), undefined);
});
