/** The checks of documents on planted untruths. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { commands } from "#cli/commands.ts";
import { brokenLinks, configurationFaults, unknownCommands, unknownScripts } from "./claims.ts";
import { codeBlocks } from "./markdown.ts";

const path = "docs/guides/a.md";
const pems = { certificate: "", key: "" };

test("links to files and headings that do not exist are found", () => {
  const text =
    "[a](b.md) [b](../x.md#one-two) [c](../x.md#three) [d](https://x.test) [e](#own)\n# Own";
  const files: Record<string, string> = { "docs/x.md": "# One, `two`!", [path]: text };
  assert.deepEqual(
    brokenLinks({ path, text }, (name) => files[name]),
    [`${path}: b.md leads nowhere`, `${path}: docs/x.md has no heading #three`],
  );
});

test("npm scripts that do not exist are found in blocks and in running text", () => {
  const text = "```sh\nnpm ci && npm start\n```\nRun `npm run gone` or `npm run check -- types`.";
  assert.deepEqual(unknownScripts({ path, text }, { start: "", check: "" }), [
    `${path}: there is no npm script "gone"`,
  ]);
});

test("commands and options that do not exist are found", () => {
  const text =
    "```sh\nbin/parlance check --strikt\n$ KEY=x parlance start --port 1 # --nothing\n```\n`parlance gone`";
  assert.deepEqual(unknownCommands({ path, text }, commands), [
    `${path}: "parlance check" has no option --strikt`,
    `${path}: there is no command "parlance gone"`,
  ]);
});

test("a configuration that would not load is found, a part of one is filled in", () => {
  const text = "```yaml\nlisten: { port: 8080 }\n```\n```yaml\nlisten: { prt: 8080 }\n```\n";
  const found = codeBlocks({ path, text }).flatMap((block) => configurationFaults(block, pems));
  assert.equal(found.length, 1);
  assert.match(found[0] as string, /block at line 5: .*unknown-key/);
});
