import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import { assertFindings, ok, type BadInput } from "#tests/support/bad-input.ts";
import { loadText } from "#tests/support/load-text.ts";
import { createRevision } from "./revision.ts";

const env = {
  A: "secret-0123456789abcdef",
  B: "secret-fedcba9876543210",
  SHORT: "secret",
  SPACED: "secret with spaces",
};
const digest = (key: string): string => hash("sha256", key);
const [ofA, ofB] = [digest(env.A), digest(env.B)];

/** In line 4 from column 3 on, others below. */
function callers(...lines: readonly string[]): string {
  return `${ok}callers:\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

const cases: readonly BadInput[] = [
  {
    name: "an empty list of keys",
    text: callers("a: { keys: [] }", "b: { keysSha256: [] }"),
    expected: [
      "4:14 error bad-value `callers.a.keys` is an empty list; expected a list of 1 to 4 keys",
      "5:20 error bad-value expected a list of 1 to 4 digests",
    ],
  },
  {
    name: "a fifth key",
    text: callers('a: { keys: ["${A}", "${B}", "${A}3", "${A}4", "${A}5"] }'),
    expected: ["4:14 error bad-value `callers.a.keys` is a list; expected a list of 1 to 4 keys"],
  },
  {
    name: "a key where the list belongs, and a list where the key does",
    text: callers(
      "a: { keys: secret-0123456789 }",
      'b: { key: ["${A}"] }',
      `c: { keysSha256: ${ofB} }`,
      "d: { keys: { secret: secret } }",
    ),
    expected: [
      "4:14 error wrong-type `callers.a.keys` is a string; expected a list of 1 to 4 keys",
      "5:13 error wrong-type `callers.b.key` is a list; expected 1 to 4096",
      "6:20 error wrong-type `callers.c.keysSha256` is a string; expected a list of 1 to 4 digests",
      "7:14 error wrong-type `callers.d.keys` is a map;",
    ],
  },
  {
    name: "each key that cannot be one",
    text: callers('a: { keys: ["${A}", 123456, "${SPACED}", [secret]] }'),
    expected: [
      "4:23 error wrong-type `callers.a.keys[1]` is a number; expected 1 to 4096 visible",
      "4:31 error bad-value `callers.a.keys[2]` is not possible; expected 1 to 4096 visible",
      "4:44 error wrong-type `callers.a.keys[3]` is a list;",
    ],
  },
  {
    name: "each digest that cannot be one, which may be the key,",
    text: callers("a: { keysSha256: [secret-0123456789] }", "b: { keySha256: secret-0123456789 }"),
    expected: [
      "4:21 error bad-value `callers.a.keysSha256[0]` is not possible; expected 64 hexadecimal",
      "5:19 error bad-value `callers.b.keySha256` is not possible; expected 64 hexadecimal",
    ],
  },
  {
    name: "a list beside a single key",
    text: callers(
      'a: { key: "${A}", keys: ["${B}"] }',
      `b: { keys: ["\${A}2"], keysSha256: ["${digest("b")}"] }`,
      `c: { keySha256: ${digest("c")}, keysSha256: ["${digest("d")}"] }`,
    ),
    expected: [
      "4:21 error two-keys caller a has `key` and `keys`; expected one of them",
      "5:25 error two-keys caller b has `keys` and `keysSha256`; expected one of them",
      "6:85 error two-keys caller c has `keySha256` and `keysSha256`; expected one of them",
    ],
  },
  {
    name: "the same key twice, of one caller and of two,",
    text: callers(
      'a: { keys: ["${A}", "${B}", "${A}"] }',
      'b: { key: "${B}" }',
      `c: { keysSha256: ["${digest("c")}", "${ofA}"] }`,
    ),
    expected: [
      "4:31 error shared-key caller a has the same key twice; each of its keys must be another one",
      "5:13 error shared-key callers a and b have the same key; a key must name one caller",
      "6:89 error shared-key callers a and c have the same key; a key must name one caller",
    ],
  },
  {
    name: "keys of whoever sends no proof",
    text: callers(`anonymous: { keys: ["\${A}"], keysSha256: ["${ofB}"] }`),
    expected: ["4:16 error key-of-anonymous no `keys`", "4:32 error key-of-anonymous"],
  },
  {
    name: "a short key among several",
    text: callers('a: { keys: ["${A}", "${SHORT}"] }'),
    expected: ["4:23 warning short-key a key of caller a has 6 characters"],
  },
  {
    name: "a key that is not there",
    text: callers('a: { keys: ["${A}", "${MISSING}"] }'),
    expected: ["4:24 error missing-variable `MISSING`"],
  },
];

for (const one of cases) {
  test(`${one.name} is reported where it stands, and not shown`, () =>
    assertFindings({ ...one, env }));
}

test("one key is the same written in any of four ways, several in their order", () => {
  const revisionOf = (written: string) => {
    const { configuration, diagnostics } = loadText(callers(`a: { ${written}, may: ["*"] }`), {
      env,
      files: { "b.txt": `${env.B}\n` },
    });
    assert.ok(configuration !== undefined, JSON.stringify(diagnostics));
    return createRevision(configuration).id;
  };
  const single = ['key: "${A}"', `keySha256: ${ofA}`, 'keys: ["${A}"]', `keysSha256: [${ofA}]`];
  assert.equal(new Set(single.map(revisionOf)).size, 1);
  const orders = [
    ['keys: ["${A}", "${B}"]', `keysSha256: [${ofA}, ${ofB}]`],
    ['keys: ["${file:b.txt}", "${A}"]', `keysSha256: [${ofB}, ${ofA}]`],
  ].map((both) => new Set(both.map(revisionOf)));
  for (const revisions of orders) assert.equal(revisions.size, 1);
  // Entries tell by its number which of them was used.
  assert.equal(new Set([...orders.flatMap((one) => [...one]), revisionOf('key: "${A}"')]).size, 3);
});
