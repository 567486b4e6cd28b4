/** The runner itself, on files that pass, fail, are left out or hold nothing. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const script = join(import.meta.dirname, "test.ts");
const head = `import { test, describe } from "node:test"; import assert from "node:assert";\n`;

function runOn(files: Readonly<Record<string, string>>, ...fragments: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "parlance-runner-"));
  try {
    mkdirSync(join(folder, "src"));
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, "src", `${name}.test.ts`), text);
    }
    // Without this a run inside a test would not run at all.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const { status, stdout } = spawnSync(process.execPath, [script, ...fragments], {
      cwd: folder,
      env,
      encoding: "utf8",
    });
    return { status, output: stdout, closing: stdout.trimEnd().split("\n").at(-1) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("tests that pass are counted, suites are not", () => {
  const files = {
    a: `${head}describe("s", () => { test("one", () => {}); test("two", () => {}); });`,
  };
  const { status, closing } = runOn(files);
  assert.equal(closing, "2 passed, 0 failed");
  assert.equal(status, 0);
});

test("a failure is shown with its suite, its reason and the output of its file", () => {
  const { status, output, closing } = runOn({
    a: `${head}describe("s", () => test("one", () => { console.log("heard"); assert.equal(1, 2); }));`,
    b: `${head}test("two", () => {});`,
  });
  assert.match(output, /FAIL src\/a\.test\.ts: s > one\n +AssertionError/);
  assert.match(output, /heard/);
  assert.equal(closing, "1 passed, 1 failed");
  assert.equal(status, 1);
});

test("what was left out is named with its reason and does not pass", () => {
  const { status, output, closing } = runOn({
    a: `${head}test("one", () => {}); test("two", { skip: "not run: x not installed" }, () => {});`,
  });
  assert.match(output, /Not run:\n +src\/a\.test\.ts: two: not run: x not installed/);
  assert.equal(closing, "1 passed, 0 failed, 1 skipped");
  assert.equal(status, 0);
});

test("a file that throws, and one without a test, fail", () => {
  const { status, output, closing } = runOn({ a: `throw new Error("boom");`, b: `export {};` });
  assert.match(output, /FAIL src\/a\.test\.ts\n +the process failed/);
  assert.match(output, /boom/);
  assert.match(output, /FAIL src\/b\.test\.ts\n +holds no test/);
  assert.equal(closing, "0 passed, 2 failed");
  assert.equal(status, 1);
});

test("a run of no test at all fails", () => {
  const { status, output } = runOn({ a: `${head}test("one", () => {});` }, "src/b");
  assert.match(output, /no test was run/);
  assert.equal(status, 1);
});
