/** Compiles everything that a schema defines at its top, for tests. */
import { defaultContractLimits, type ContractLimits } from "#base/limits.ts";
import { formatDiagnostic, type Diagnostic } from "#base/diagnostic.ts";
import type { NamedType } from "#contract/types.ts";
import type { ContractFiles } from "#tests/support/contract-files.ts";
import { createSchemaCompiler } from "./compile-schemas.ts";
import type { ElementDeclaration } from "./element-declaration.ts";
import { createSchemaLoader } from "./load-schemas.ts";
import { createDocumentReader } from "./read-document.ts";
import { createReport } from "./report.ts";

export interface CompiledAll {
  readonly types: ReadonlyMap<string, NamedType>;
  readonly elements: readonly ElementDeclaration[];
  readonly diagnostics: readonly Diagnostic[];
}

export function compileAll(
  files: ContractFiles,
  limits: ContractLimits = defaultContractLimits,
): CompiledAll {
  const report = createReport();
  const reader = createDocumentReader(files.read, report, limits);
  const loader = createSchemaLoader(reader, report);
  const document = reader.parse(files.text, files.file);
  if (document !== undefined) loader.add(document.root, document.file);
  const set = loader.finish();
  const compiler = createSchemaCompiler(set, report, limits);
  const from = ({ element, document: { file, targetNamespace } }: (typeof all)[number]) => ({
    element,
    file,
    targetNamespace,
  });
  const all = [...set.spaces.type.values()];
  for (const definition of all) compiler.type(definition.name, from(definition));
  const elements = [...set.spaces.element.values()].flatMap(
    (definition) => compiler.element(definition.name, from(definition)) ?? [],
  );
  return { types: compiler.finish(), elements, diagnostics: report.sorted() };
}

export function printDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((one) => `${formatDiagnostic(one)}\n`).join("");
}
