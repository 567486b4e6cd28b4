import assert from "node:assert/strict";
import { test } from "node:test";
import { splitParts } from "./multipart.ts";

const partsOf = (...dispositions: readonly string[]) => {
  const parts = dispositions.map(
    (one) => `--x\r\nContent-Disposition: form-data${one}\r\n\r\nbody\r\n`,
  );
  return splitParts(Buffer.from(`${parts.join("")}--x--\r\n`), "x");
};

test("a part's name is its own parameter, wherever that stands, and nothing within another", () => {
  const found = partsOf(
    '; name="a"',
    '; filename="b; name=c"; name="d"',
    "; NAME = e ; filename*=UTF-8''f",
    String.raw`; name="g\"; name=h"`,
    '; name=""; filename="i"',
  );
  assert.ok(typeof found !== "string", "they are read");
  const told = found.map(({ name, isFile }) => [name, isFile]);
  assert.deepEqual(told, [
    ["a", false],
    ["d", true],
    ["e", true],
    ['g"; name=h', false],
    ["", true],
  ]);
});

test("a part with no name, or two, is refused", () => {
  for (const disposition of ["", '; filename="name=a"', '; name="a"; name="b"']) {
    const found = partsOf('; name="fine"', disposition);
    assert.equal(found, "part 2 has no Content-Disposition: form-data with one name");
  }
});
