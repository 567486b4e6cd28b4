/** Each requirement is cited by a conformance test, and each citation is a requirement. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { rfc9110 } from "./rfc9110.ts";
import { rfc9112 } from "./rfc9112.ts";

const requirements = [...rfc9112, ...rfc9110];
const folder = new URL("../conformance/rfc9112/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".test.ts"));
const cited = new Set(
  files.flatMap((name) =>
    Array.from(
      readFileSync(new URL(name, folder), "utf8").matchAll(/RFC\d{4}-[\d.]+-\d+/g),
      ([id]) => id,
    ),
  ),
);

test("the ids of requirements are unique", () => {
  const ids = requirements.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
});

test("every requirement is cited by a conformance test", () => {
  const missing = requirements.filter(({ id }) => !cited.has(id));
  assert.deepEqual(missing, []);
});

test("every citation in a conformance test names a requirement", () => {
  const known = new Set(requirements.map(({ id }) => id));
  assert.deepEqual(
    [...cited].filter((id) => !known.has(id)),
    [],
  );
});
