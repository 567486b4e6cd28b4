/**
 * Writes the generated references, `npm run docs`. With --check it writes nothing and fails with 1
 * when a file is not what it would write.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { configurationSchema } from "#app/configuration-schema.ts";
import { standardPolicies } from "#app/standard-policies.ts";
import { commands } from "#cli/commands.ts";
import { publishedSchema } from "#configuration/published-schema.ts";
import { commandsReference } from "./docs/commands-reference.ts";
import { configurationReference } from "./docs/configuration-reference.ts";
import { ledgerEntriesReference, ledgerEntryCddl } from "./docs/ledger-entries-reference.ts";
import { policiesReference } from "./docs/policies-reference.ts";
import { textContractReference } from "./docs/text-contract-reference.ts";
import { textSchema } from "#protocols/text/schema.ts";
import { findProblems, problemsReference } from "./docs/problems-reference.ts";

const problems = await findProblems(new URL("../", import.meta.url));
const published = publishedSchema(configurationSchema);
const files: Readonly<Record<string, string>> = {
  "docs/reference/commands.md": commandsReference(commands),
  "docs/reference/configuration.md": configurationReference(configurationSchema),
  "docs/reference/ledger-entries.md": ledgerEntriesReference(),
  "docs/reference/ledger-entry.cddl": ledgerEntryCddl(),
  "docs/reference/policies.md": policiesReference(standardPolicies),
  "docs/reference/problems.md": problemsReference(problems),
  "docs/reference/text-contract.md": textContractReference(textSchema),
  "docs/reference/text-contract.schema.json": `${JSON.stringify(textSchema, undefined, 2)}\n`,
  "docs/reference/parlance.schema.json": `${JSON.stringify(published, undefined, 2)}\n`,
};

const isCheck = process.argv.includes("--check");
for (const [name, content] of Object.entries(files)) {
  const path = fileURLToPath(new URL(`../${name}`, import.meta.url));
  const isCurrent = existsSync(path) && readFileSync(path, "utf8") === content;
  if (isCurrent) continue;
  if (isCheck) {
    console.error(`${name} is not up to date; run "npm run docs"`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, content);
    console.log(`wrote ${name}`);
  }
}
