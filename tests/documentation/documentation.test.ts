/** Documents say what is: links, commands, configurations, invariants and generated pages. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makeCertificate } from "#bench/rig/certificate.ts";
import { commands } from "#cli/commands.ts";
import { projectFiles, projectPaths, readProjectFile } from "#tests/support/source-files.ts";
import { brokenLinks, configurationFaults, unknownCommands, unknownScripts } from "./claims.ts";
import { codeBlocks } from "./markdown.ts";

const documents = projectFiles("*.md", "docs/**/*.md");
const manifest = JSON.parse(readProjectFile("package.json")) as {
  scripts: Record<string, string>;
};

test("links lead to files and headings that exist", () => {
  const read = (path: string): string | undefined => {
    if (!existsSync(path)) return undefined;
    return statSync(path).isDirectory() ? "" : readFileSync(path, "utf8");
  };
  assert.ok(documents.length > 10);
  assert.deepEqual(
    documents.flatMap((file) => brokenLinks(file, read)),
    [],
  );
});

test("npm scripts that documents show exist", () => {
  assert.deepEqual(
    documents.flatMap((file) => unknownScripts(file, manifest.scripts)),
    [],
  );
});

test("commands and options that documents show exist", () => {
  assert.deepEqual(
    documents.flatMap((file) => unknownCommands(file, commands)),
    [],
  );
});

test("every command stands in the table of the README", () => {
  const table = readProjectFile("README.md").match(/^\| `parlance ([a-z]+(?: [a-z-]+)?)/gm) ?? [];
  const listed = table.map((row) => row.replace("| `parlance ", ""));
  assert.deepEqual(listed.toSorted(), commands.map(({ name }) => name).toSorted());
});

test("configurations that documents show load", () => {
  const folder = mkdtempSync(join(tmpdir(), "parlance-documentation-"));
  const { certFile, keyFile } = makeCertificate(folder);
  const pems = { certificate: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
  rmSync(folder, { recursive: true });
  const all = documents.flatMap(codeBlocks).filter(({ language }) => language === "yaml");
  // Contracts are no configurations; tests/e2e runs them.
  const blocks = all.filter(({ text }) => !/^(parlance|openapi):/m.test(text));
  assert.ok(blocks.length > 5);
  assert.deepEqual(
    blocks.flatMap((block) => configurationFaults(block, pems)),
    [],
  );
});

test("every invariant of ARCHITECTURE.md names a test that exists", () => {
  const [, section = ""] = readProjectFile("ARCHITECTURE.md").split("## Invariants");
  const rows = (section.split("\n## ")[0] as string).match(/^\| (?!what|---).*\|$/gm) ?? [];
  assert.ok(rows.length > 5);
  const paths = projectPaths("{src,tests,simulation}/**/*.test.ts");
  const named = rows.map((row) => /`([^`]+\.test\.ts)` *\|$/.exec(row)?.[1] ?? row);
  assert.deepEqual(
    named.filter((path) => !paths.includes(path)),
    [],
  );
});

test("decision records are short, complete and listed", () => {
  const index = readProjectFile("docs/decisions/README.md");
  const records = projectFiles("docs/decisions/0*.md");
  const faults = records.flatMap(({ path, text }) => {
    const name = path.replace("docs/decisions/", "");
    const parts = ["**Context.**", "**Decision.**", "**Alternatives.**", "**We will know it was"];
    return [
      ...parts.filter((part) => !text.includes(part)).map((part) => `${name} has no ${part}`),
      ...(text.trimEnd().split("\n").length > 60 ? [`${name} has more than 60 lines`] : []),
      ...(index.includes(`](${name})`) ? [] : [`${name} is not in the list`]),
    ];
  });
  assert.ok(records.length >= 8);
  assert.deepEqual(faults, []);
});

test("generated pages are what npm run docs writes", () => {
  const output = execFileSync(process.execPath, ["scripts/docs.ts", "--check"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  assert.equal(output, "");
});
