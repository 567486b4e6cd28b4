import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { formatDiagnostic } from "#base/diagnostic.ts";
import { filesIn, filesOf } from "#tests/support/contract-files.ts";
import { assertGolden } from "#tests/support/golden.ts";
import { printContract } from "#tests/support/print-contract.ts";
import { importer } from "./import.ts";

const folder = join(import.meta.dirname, "scenarios", "import");
const scenarios = readdirSync(folder).filter((name) => name.endsWith(".wsdl"));

test("there are scenarios", () => assert.ok(scenarios.length >= 12));

for (const name of scenarios) {
  test(`the WSDL ${name} gives the expected contract and diagnostics`, () => {
    const { contract, diagnostics } = importer.import(filesIn(folder, name));
    const lines = diagnostics.map((one) => `${formatDiagnostic(one)}\n`).join("");
    assertGolden(join(folder, name.replace(/\.wsdl$/, ".txt")), printContract(contract) + lines);
  });
}

const wsdl = `xmlns="http://schemas.xmlsoap.org/wsdl/"`;

const recognized: readonly [name: string, text: string, expected: number][] = [
  ["a WSDL 1.1", `<definitions ${wsdl}>`, 1],
  ["a WSDL 1.1 with a prefix", `<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/"/>`, 1],
  ["a WSDL behind a prolog", `\uFEFF<?xml version="1.0"?>\n<!-- <a> -->\n<definitions ${wsdl}>`, 1],
  ["a WSDL 2.0, to refuse it", `<description xmlns="http://www.w3.org/ns/wsdl">`, 1],
  ["definitions of another language", `<definitions xmlns="http://www.omg.org/spec/BPMN/">`, 0],
  ["a schema", `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">`, 0],
  ["a WSDL inside something else", `<bag><definitions ${wsdl}/></bag>`, 0],
  ["an unfinished comment", `<!-- <definitions ${wsdl}>`, 0],
  ["an unfinished instruction", `<?xml`, 0],
  ["OpenAPI", `openapi: 3.1.0`, 0],
  ["nothing", ``, 0],
];

for (const [name, text, expected] of recognized) {
  test(`${name} is recognised with ${expected}`, () => {
    assert.equal(importer.recognize(text, "a"), expected);
  });
}

test("a document that is no WSDL gives an empty contract and says what was expected", () => {
  const { contract, diagnostics } = importer.import(
    filesOf({ "dir/a.b.xml": "<x/>" }, "dir/a.b.xml"),
  );
  assert.equal(contract.name, "a.b");
  assert.deepEqual(contract.operations, []);
  assert.deepEqual(diagnostics.map(formatDiagnostic), [
    "dir/a.b.xml:1:1: error not-a-wsdl: the root is <x>; " +
      "expected wsdl:definitions of WSDL 1.1 (http://schemas.xmlsoap.org/wsdl/)",
  ]);
});
