/** What every command has in common: help, JSON, usage errors, exit codes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { commands } from "#cli/commands.ts";
import { createFolder } from "./run-parlance.ts";

test("parlance --help lists every command on standard output", () => {
  using folder = createFolder();
  const { code, out, err } = folder.parlance(["--help"]);
  assert.deepEqual({ code, err }, { code: 0, err: "" });
  for (const { name, summary } of commands) assert.match(out, new RegExp(`${name} +${summary}`));
});

test("parlance without a command says how it is used and ends with 2", () => {
  using folder = createFolder();
  const { code, out, err } = folder.parlance([]);
  assert.deepEqual({ code, out }, { code: 2, out: "" });
  assert.match(err, /Usage: parlance COMMAND/);
});

test("parlance --version names its own version and that of Node", () => {
  using folder = createFolder();
  assert.match(folder.parlance(["--version"]).out, /^parlance \d+\.\d+\.\d+ \(Node \d+\./);
  const { parlance } = JSON.parse(folder.parlance(["--version", "--json"]).out) as object & {
    parlance: string;
  };
  assert.match(parlance, /^\d+\.\d+\.\d+$/);
});

for (const { name, options } of commands) {
  test(`parlance ${name} has --help as text and as JSON`, () => {
    using folder = createFolder();
    const words = name.split(" ");
    const text = folder.parlance([...words, "--help"]);
    assert.equal(text.code, 0);
    assert.match(text.out, new RegExp(`Usage: parlance ${name}`));
    for (const option of Object.keys(options)) assert.ok(text.out.includes(`--${option}`), option);
    assert.deepEqual(folder.parlance(["help", ...words]), text);
    const json = folder.parlance([...words, "--help", "--json"]);
    assert.equal(json.code, 0);
    assert.equal((JSON.parse(json.out) as { name: string }).name, name);
  });
}

const wrong: readonly (readonly [args: readonly string[], message: string])[] = [
  [["chekc"], 'parlance: unknown command "chekc" (did you mean `check`?)'],
  [
    ["frobnicate"],
    'unknown command "frobnicate" (known are start, demo, init, import, check, describe, call, explain, key, doctor, cache, ledger)',
  ],
  [["help", "chekc"], "did you mean `check`?"],
  [["--jsn"], 'unknown option "--jsn"'],
  [["check", "--strikt"], "unknown option --strikt (did you mean `--strict`?)"],
  [["check", "a.yaml", "b.yaml"], 'unexpected argument "b.yaml"; expected FILE'],
  [["check", "a.yaml", "--config", "b.yaml"], "the configuration is given twice"],
  [["start", "--port", "http"], '--port is "http"; expected a port from 1 to 65535'],
  [["start", "--admin-port", "65536"], '--admin-port is "65536"; expected a port'],
  [["demo", "--port=-1"], '--port is "-1"; expected a port'],
  [["demo", "x"], 'unexpected argument "x"; expected none'],
  [["explain", "GET"], "URL is missing"],
  [["explain", "/orders", "GET"], "(the method comes first)"],
  [["explain", "GET", "orders"], 'URL is "orders"; expected a path that begins with / or a URL'],
  [["explain", "GET", "/", "-H", "X-Api-Key secret"], "expected -H 'Name: value'"],
  [["init", "--service", "orders"], '--service is "orders"; expected NAME=URL'],
  [["init", "--service", "soap=http://a"], 'name "soap" in `services` is not possible'],
  [["init", "--service", "a=ftp://b"], 'instance URL "ftp://b" is not possible'],
];

for (const [args, message] of wrong) {
  test(`parlance ${args.join(" ")} is wrong use: 2, and says why`, () => {
    using folder = createFolder();
    const { code, out, err } = folder.parlance(args);
    assert.deepEqual({ code, out }, { code: 2, out: "" });
    assert.ok(err.includes(message), err);
    assert.match(err, /Run "parlance.* --help" for its use\./);
  });
}

test("wrong use with --json is an object on standard output, too", () => {
  using folder = createFolder();
  const { code, out } = folder.parlance(["check", "--strikt", "--json"]);
  assert.equal(code, 2);
  assert.deepEqual(JSON.parse(out), {
    error: {
      code: "usage",
      message: "unknown option --strikt",
      suggestion: "did you mean `--strict`?",
    },
  });
});

test("an output that cannot be written is told, and ends with 3", () => {
  using folder = createFolder();
  const { code, err } = folder.redirected(["--version"], "> /dev/full");
  assert.equal(code, 3);
  assert.match(err, /^parlance: cannot write the output: ENOSPC[^\n]*\n$/);
});

test("findings are findings, also where nobody reads them", () => {
  using folder = createFolder();
  folder.write("parlance.yaml", "version: 1\nnonsense: true\n");
  assert.equal(folder.redirected(["check"], "> /dev/null").code, 1);
  assert.deepEqual(folder.redirected(["check"], "| true"), { code: 1, out: "1\n", err: "" });
  assert.equal(folder.redirected(["--version"], "| true").code, 0);
});
