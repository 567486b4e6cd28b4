import assert from "node:assert/strict";
import test from "node:test";
import { resolve } from "node:path";
import { brief, loadText, type LoadTextOptions } from "#tests/support/load-text.ts";

function hostHeader(value: string, world: LoadTextOptions = {}): string | undefined {
  const { configuration } = loadText(
    `version: 1
services:
  a: { instances: ["http://a"], routes: [{ id: r, path: /a, headers: { x: ${value} } }] }
callers: open
`,
    world,
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
    assert.equal(hostHeader(written, { env }), value);
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

const inFiles: readonly (readonly [written: string, content: string, value: string])[] = [
  ['"${file:x}"', "one", "one"],
  ['"${file:./x}"', "one\n", "one"],
  ['"a${file:x}b"', "one\r\n", "aoneb"],
  ['"${file:x}"', "", ""],
  ['"${file:x}"', "${A}", "${A}"],
  ['"$${file:x}"', "never", "${file:x}"],
  ['"${file:-x}"', "never", "x"],
];

for (const [written, content, value] of inFiles) {
  const holds = JSON.stringify(content);
  test(`${written} is ${JSON.stringify(value)} where the file has ${holds}`, () => {
    assert.equal(hostHeader(written, { files: { x: content } }), value);
  });
}

test("files that references name are watched, also those that are not there", () => {
  const text = (name: string) => `version: 1
services: { a: { instances: ["http://a"] } }
callers: { b: { key: "\${file:${name}}", may: ["*"] } }
`;
  const there = loadText(text("secrets/b"), { files: { "secrets/b": "key-of-b-0123456789\n" } });
  assert.deepEqual(there.diagnostics, []);
  assert.ok(there.filesRead.includes(resolve("secrets/b")));
  const missing = loadText(text("secrets/b"));
  assert.ok(missing.filesRead.includes(resolve("secrets/b")));
  assert.deepEqual(missing.diagnostics.map(brief), ["3:23 error unreadable-file"]);
  const message = missing.diagnostics[0]?.message;
  assert.match(
    message ?? "",
    /secrets.b cannot be read \(there is no such file\); expected a file/,
  );
});

test("what a file holds is shown in no message", () => {
  const { diagnostics } = loadText(
    `version: 1
services: { a: { instances: ["http://a"] } }
callers: { b: { key: "\${file:x}", may: ["*"] } }
`,
    { files: { x: "s3cr3t with spaces" } },
  );
  assert.deepEqual(diagnostics.map(brief), ["3:22 error bad-value"]);
  assert.doesNotMatch(JSON.stringify(diagnostics), /s3cr3t/);
});

for (const [what, content] of [
  ["not UTF-8", Buffer.from([0xff, 0xfe])],
  ["larger than", Buffer.alloc(65_537, "x")],
] as const) {
  test(`a file that is ${what} is told with its name`, () => {
    const { diagnostics } = loadText(
      `version: 1
services: { a: { instances: ["http://a"] } }
callers: { b: { key: "\${file:x}", may: ["*"] } }
`,
      { files: { x: content } },
    );
    assert.deepEqual(diagnostics.map(brief), ["3:23 error unreadable-file"]);
    assert.match(diagnostics[0]?.message ?? "", new RegExp(`x cannot be read \\(it is ${what}`));
  });
}

const missing: readonly (readonly [written: string, expected: RegExp])[] = [
  ['"${NONE}"', /^value-of-NONE-that-is-missing$/],
  ['"${file:no/such file}"', /^value-of-[\x21-\x7e]*no%2Fsuch%20file-that-is-missing$/],
  ['"${file:\\ud800}"', /^value-of-[\x21-\x7e]*-that-is-missing$/],
  ['"${NONE:-other}"', /^other$/],
];

for (const [written, expected] of missing) {
  test(`${written} has any value, where what is missing is no error`, () => {
    assert.match(hostHeader(written, { isLenient: true }) ?? "", expected);
  });
}

test("variables and files that are missing have different values, so that keys differ", () => {
  const text = `version: 1
services: { a: { instances: ["http://a"] } }
callers:
  b: { key: "\${file:b}", may: ["*"] }
  c: { key: "\${file:c}", may: ["*"] }
  d: { key: "\${B}", may: ["*"] }
`;
  assert.deepEqual(loadText(text, { isLenient: true }).diagnostics, []);
  const told = loadText(text).diagnostics.map(brief);
  const unreadable = ["4:14 error unreadable-file", "5:14 error unreadable-file"];
  assert.deepEqual(told, [...unreadable, "6:14 error missing-variable"]);
});

test("a file that is there, and holds no text, is an error also where a missing one is none", () => {
  const files = { x: Buffer.from([0xff, 0xfe]) };
  assert.equal(hostHeader('"${file:x}"', { files, isLenient: true }), undefined);
});
