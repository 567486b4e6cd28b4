import assert from "node:assert/strict";
import test from "node:test";
import { loadText } from "#tests/support/load-text.ts";

function hostHeader(value: string, env: Record<string, string> = {}): string | undefined {
  const { configuration } = loadText(
    `version: 1
services:
  a: { instances: ["http://a"], routes: [{ id: r, path: /a, headers: { x: ${value} } }] }
callers: open
`,
    { env },
  );
  return configuration?.services[0]?.routes[0]?.headers["x"];
}

const cases: readonly (readonly [written: string, env: Record<string, string>, value: string])[] = [
  ['"${A}"', { A: "one" }, "one"],
  ['"a${A}b${B}c"', { A: "1", B: "2" }, "a1b2c"],
  ['"${A:-other}"', {}, "other"],
  ['"${A:-other}"', { A: "" }, "other"],
  ['"${A:-}"', {}, ""],
  ['"${A}"', { A: "" }, ""],
  ['"${A:-x:-y}"', {}, "x:-y"],
  ['"$${A}"', { A: "one" }, "${A}"],
  ['"$$${A}"', { A: "one" }, "$${A}"],
  ['"${A}"', { A: "${B}", B: "never" }, "${B}"],
  ['"$A $ {A}"', { A: "one" }, "$A $ {A}"],
  ['"${PORT}"', { PORT: "8080" }, "8080"],
  ["'${A}'", { A: "one" }, "one"],
];

for (const [written, env, value] of cases) {
  test(`${written} with ${JSON.stringify(env)} is ${JSON.stringify(value)}`, () => {
    assert.equal(hostHeader(written, env), value);
  });
}

test("a reference becomes the number or truth value that its key asks for, quoted or not", () => {
  const { configuration } = loadText(
    `version: \${VERSION}
listen: { port: "\${PORT}", workers: "\${WORKERS:-auto}", http2: "\${H2}" }
services: { a: { instances: ["\${URL}"] } }
callers: \${CALLERS:-open}
timeouts:
  totalMs: \${TOTAL}
`,
    { env: { VERSION: "1", PORT: "81", H2: "false", URL: "http://a", TOTAL: "5" } },
  );
  const { port, workers, http2 } = configuration?.listen ?? {};
  assert.deepEqual({ port, workers, http2 }, { port: 81, workers: 4, http2: false });
  assert.equal(configuration?.timeouts.totalMs, 5);
  assert.equal(configuration?.callers, "open");
});

test("names that every object has are not variables", () => {
  assert.equal(hostHeader('"${constructor:-none}"'), "none");
  assert.equal(hostHeader('"${toString:-none}"'), "none");
});
