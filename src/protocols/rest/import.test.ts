/** Documents in scenarios/ become the contracts beside them; RECORD=1 writes these anew. */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { inspect } from "node:util";
import { Validator } from "@seriousme/openapi-schema-validator";
import { formatDiagnostic } from "#base/diagnostic.ts";
import { canonicalText } from "#contract/canonical-bytes.ts";
import type { Contract } from "#contract/contract.ts";
import type { ImportedContract } from "#extension/protocol.ts";
import { assertGolden } from "#tests/support/golden.ts";
import { describeOpenApi } from "./describe.ts";
import { importOpenApi } from "./import.ts";

const folder = join(import.meta.dirname, "scenarios");
const documents = globSync(["*.{yaml,json}", "*/openapi.yaml"], { cwd: folder }).toSorted();

function read(reference: string, from: string) {
  const file = resolve(dirname(from), reference);
  return existsSync(file) ? { file, text: readFileSync(file, "utf8") } : undefined;
}

function load(name: string): ImportedContract {
  const file = join(folder, name);
  return importOpenApi({ file, text: readFileSync(file, "utf8"), read });
}

function describe(contract: Contract): string {
  return describeOpenApi({ serviceName: "s", contract }, { address: "http://localhost/s" }).text;
}

/** The contract as text that can be read, then the findings. */
function print({ contract, diagnostics }: ImportedContract): string {
  const { types, operations, ...head } = JSON.parse(canonicalText(contract)) as {
    readonly types: Readonly<Record<string, { readonly type: unknown }>>;
    readonly operations: readonly { readonly id: string }[];
  };
  const show = (value: unknown) =>
    inspect(value, {
      depth: 50,
      compact: 8,
      breakLength: 100,
      sorted: true,
      maxArrayLength: 1_000,
    });
  const findings = diagnostics
    .map(formatDiagnostic)
    .map((line) => line.replaceAll(`${folder}/`, ""));
  return [
    show(head),
    ...Object.entries(types).map(([name, { type }]) => `type ${name} ${show(type)}`),
    ...operations.map(({ id, ...rest }) => `operation ${id} ${show(rest)}`),
    ...findings,
  ].join("\n\n");
}

test("there are scenarios", () => assert.ok(documents.length >= 7));

for (const name of documents) {
  const golden = join(folder, `${name.replace(/\/openapi|(?=$)/, "").replace(/\.\w+$/, "")}.txt`);

  test(`${name} becomes the contract in ${basename(golden)}`, () => {
    assertGolden(golden, `${print(load(name))}\n`);
  });

  test(`what ${name} is described as gives the same contract again`, () => {
    const { contract } = load(name);
    const again = importOpenApi({ file: "described.json", text: describe(contract), read });
    const own = { ...contract, operations: contract.operations.filter(isDescribed) };
    assert.deepEqual(JSON.parse(canonicalText(again.contract)), JSON.parse(canonicalText(own)));
  });

  test(`what ${name} is described as is valid to another program`, async () => {
    const { valid, errors } = await new Validator().validate(
      JSON.parse(describe(load(name).contract)) as Record<string, unknown>,
    );
    assert.deepEqual({ valid, errors }, { valid: true, errors: undefined });
  });
}

test("that other program refuses what is not valid", async () => {
  const document = JSON.parse(describe(load("objects.yaml").contract)) as Record<string, unknown>;
  const { valid } = await new Validator().validate({ ...document, paths: { "/a": { get: 7 } } });
  assert.equal(valid, false);
});

/** OpenAPI 3.1 knows no methods but its own. */
function isDescribed({ rest }: Contract["operations"][number]): boolean {
  return rest?.method !== "QUERY" && rest?.method !== "COPY";
}
