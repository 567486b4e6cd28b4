import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { filesIn } from "#tests/support/contract-files.ts";
import { assertGolden } from "#tests/support/golden.ts";
import { printTypes } from "#tests/support/print-contract.ts";
import { compileAll, printDiagnostics } from "./compile-fixture.ts";

const folder = join(import.meta.dirname, "scenarios");
const scenarios = readdirSync(folder).filter((name) => name.endsWith(".xsd"));

test("there are scenarios", () => assert.ok(scenarios.length >= 11));

for (const name of scenarios) {
  test(`the schema ${name} compiles to the expected types and diagnostics`, () => {
    const { types, elements, diagnostics } = compileAll(filesIn(folder, name));
    const lines = elements.map(
      ({ name: local, type, nullable, abstract }) =>
        `element ${local}: ${type.kind === "ref" ? type.name : type.kind}` +
        `${nullable ? " nullable" : ""}${abstract ? " abstract" : ""}\n`,
    );
    const text = lines.join("") + printTypes(types) + printDiagnostics(diagnostics);
    assertGolden(join(folder, name.replace(/\.xsd$/, ".txt")), text);
  });
}
