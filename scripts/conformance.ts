/**
 * `npm run conformance -- --corpora DIR`: loads every contract of a collection and prints, by
 * where they come from, how many loaded, loaded with losses, offer nothing, were refused, crashed
 * or hung.
 */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import {
  runCorpora,
  sourceOf,
  type ContractResult,
  type Verdict,
} from "#tests/conformance/contracts/run-corpora.ts";

const { values } = parseArgs({
  options: {
    corpora: { type: "string" },
    verbose: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log("npm run conformance -- --corpora DIR [--verbose]");
  console.log("exit: 0 nothing crashed or hung, 1 something did, 2 usage");
  process.exit(0);
}
if (values.corpora === undefined || !existsSync(values.corpora)) {
  console.error("--corpora DIR: expected a folder with openapi/, wsdl/ and others below it");
  process.exit(2);
}

const verdicts: readonly Verdict[] = ["loaded", "losses", "empty", "refused", "crashed"];
const results = await runCorpora(values.corpora);
const sources = Map.groupBy(results, ({ file }) => sourceOf(file));
print(["", "loaded", "with losses", "empty", "refused", "crashed or hung"]);
for (const [source, found] of sources) print([source, ...counts(found)]);
print(["all", ...counts(results)]);
for (const { file, verdict, why } of results) {
  const isShown = values.verbose || !(verdict === "loaded" || verdict === "losses");
  if (!isShown || why.length === 0) continue;
  console.log(`${verdict}: ${file}`);
  for (const line of why.slice(0, values.verbose ? 20 : 3)) console.log(`  ${line}`);
}
process.exitCode = results.some(({ verdict }) => verdict === "crashed") ? 1 : 0;

function counts(found: readonly ContractResult[]): readonly string[] {
  return verdicts.map((one) => String(found.filter(({ verdict }) => verdict === one).length));
}

function print([name = "", ...cells]: readonly string[]): void {
  console.log(`${name.padEnd(24)}${cells.map((cell) => cell.padStart(16)).join("")}`);
}
