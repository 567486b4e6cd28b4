/** Every pair of a face and a dialect of instances keeps what it is known to keep, no less. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { assertGolden } from "#tests/support/golden.ts";
import { pairFaces } from "./faces.ts";
import { measureMatrix } from "./matrix.ts";
import { renderPage } from "./page.ts";
import { pairTexts } from "./texts.ts";
import { pairUpstreams } from "./upstreams.ts";

const root = join(import.meta.dirname, "../..");

test("pairs lose what is written down, nothing more, and nothing less in silence", async (context) => {
  const matrix = await measureMatrix(context);
  const cells = Object.values(matrix).flatMap((row) => Object.values(row));
  const count = pairTexts.length;
  // A service has one text, so that no text is called in another one.
  assert.equal(cells.length, pairFaces.length * pairUpstreams.length - count * (count - 1));
  const expected = join(import.meta.dirname, "expected.json");
  assertGolden(expected, `${JSON.stringify(matrix, undefined, 2)}\n`);
  assertGolden(join(root, "docs/reference/pairs.md"), renderPage(matrix));
});
