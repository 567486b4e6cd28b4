/** The house style, held against every file of the project. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { projectFiles, readProjectFile } from "#tests/support/source-files.ts";
import { dependencyFindings, type Manifest } from "./dependency-rules.ts";
import type { Rule } from "./finding.ts";
import { throughThePlatform } from "./platform-rules.ts";
import { hasAssertions, isNotExclusive, skipsWithReason } from "./test-rules.ts";
import * as text from "./text-rules.ts";

const code = projectFiles(
  ...["src", "tests", "bench", "scripts", "bin", "simulation"].map((folder) => `${folder}/**/*.ts`),
);
const examples = projectFiles("examples/**/*.ts");
const product = code.filter(
  ({ path }) => path.startsWith("src/") && !/(\.test|-fixture)\.ts$/.test(path),
);
const testFiles = [...code, ...examples].filter(({ path }) => path.endsWith(".test.ts"));
const untested = [...code, ...examples].filter(({ path }) => !path.endsWith(".test.ts"));
const documents = projectFiles("*.md", "docs/**/*.md", "src/**/*.md", "examples/**/*.{md,yaml}");
/** The rules about words name the words. */
const isRule = ({ path }: { path: string }): boolean => path.startsWith("tests/tidy/");
const wordy = [...code, ...examples, ...documents].filter((file) => !isRule(file));

function holds(name: string, files: readonly { path: string; text: string }[], rule: Rule): void {
  test(name, () => {
    assert.ok(files.length > 0, "no file was looked at");
    assert.deepEqual(files.flatMap(rule), []);
  });
}

holds("the product reaches the world through the platform only", product, throughThePlatform);
holds("every file but a test says at its head what it is", untested, text.hasHead);
holds("no file is longer than 400 lines", [...code, ...examples], text.isShort);
holds("no line is longer than 100 columns", [...code, ...examples], text.hasShortLines);
holds("names are kebab-case and say what is inside", [...code, ...examples], text.hasGoodName);
holds("names of documents are kebab-case", documents, text.hasGoodName);
holds("citations of RFCs are well formed and exist", wordy, text.citesWell);
holds("only the log and the command line print", product, text.doesNotPrint);
holds("number fields begin with a number", product, text.beginsNumbers);
holds("test files assert something", testFiles, hasAssertions);
holds("no test keeps others from running", testFiles, isNotExclusive);
holds("no test is left out without a reason", testFiles, skipsWithReason);
holds(
  "nothing speaks of one machine or of a registry's host",
  [...wordy, ...projectFiles("scripts/*.sh", ".ci/*", "*.json")],
  text.belongsHere,
);
holds(
  "lock files name no download host",
  projectFiles("**/package-lock.json"),
  text.namesNoDownloadHost,
);

test("every dependency has its reasons", () => {
  const manifest = JSON.parse(readProjectFile("package.json")) as Manifest;
  const page = readProjectFile("docs/reference/dependencies.md");
  assert.deepEqual(dependencyFindings(manifest, page), []);
});
