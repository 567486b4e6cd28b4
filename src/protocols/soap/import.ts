/** WSDL 1.1 with XML Schema 1.0 into a contract. Total: whatever the text, a contract and why. */
import { type ContractLimits, defaultContractLimits } from "#base/limits.ts";
import type { Contract } from "#contract/contract.ts";
import type { ContractImporter, ContractSource, ImportedContract } from "#extension/protocol.ts";
import { createSchemaCompiler } from "#formats/xml-schema/compile-schemas.ts";
import { wsdlNamespace } from "#formats/xml-schema/names.ts";
import { createReport } from "#formats/xml-schema/report.ts";
import { bindPortTypes } from "./import-bindings.ts";
import { type Definitions, loadDefinitions } from "./import-definitions.ts";
import { documentationOf, nameOf, placeIn, wsdl2Namespace } from "./import-names.ts";
import { createImport } from "./import-parts.ts";
import { importOperations } from "./import-operations.ts";

export const importer: ContractImporter = {
  recognize: recognizeWsdl,
  import: (source) => importWsdl(source),
};

/** By the root element: WSDL 1.1, or WSDL 2.0, which import refuses with a reason. */
function recognizeWsdl(text: string): number {
  let position = 0;
  for (;;) {
    position = text.indexOf("<", position);
    if (position < 0) return 0;
    const closing = text.startsWith("<!--", position) ? "-->" : "?>";
    if (closing === "?>" && !text.startsWith("<?", position)) break;
    position = text.indexOf(closing, position);
    if (position < 0) return 0;
  }
  const end = text.indexOf(">", position);
  const tag = text.slice(position, end < 0 ? undefined : end);
  const isRoot = (name: string, namespace: string) =>
    tag.includes(namespace) && new RegExp(`^<([^\\s:<>/]+:)?${name}[\\s/>]`).test(`${tag}>`);
  if (isRoot("definitions", wsdlNamespace)) return 1;
  return isRoot("description", wsdl2Namespace) ? 1 : 0;
}

function importWsdl(
  source: ContractSource,
  limits: ContractLimits = defaultContractLimits,
): ImportedContract {
  const report = createReport();
  const definitions = loadDefinitions(source, report, limits);
  if (definitions === undefined) {
    return { contract: emptyContract(source.file), diagnostics: report.sorted() };
  }
  const compiler = createSchemaCompiler(definitions.schemas, report, limits);
  const context = createImport(compiler, report, limits.elementsMax);
  const portTypes = bindPortTypes(definitions, report);
  const operations = importOperations(context, definitions, portTypes);
  if (operations.length === 0) {
    const text = "the contract offers no operation; expected a port type with a SOAP binding";
    report.add("warning", "no-operations", text, placeIn(source, definitions.root));
  }
  const contract = { ...headOf(definitions, source.file), types: compiler.finish(), operations };
  return { contract, diagnostics: report.sorted() };
}

function headOf(definitions: Definitions, file: string): Omit<Contract, "types" | "operations"> {
  const [service] = definitions.all("service");
  const documentation =
    (service && documentationOf(service.element)) ?? documentationOf(definitions.root);
  const base = emptyContract(file);
  return {
    name: service?.name.name || nameOf(definitions.root) || base.name,
    version: "",
    ...(documentation === undefined ? {} : { documentation }),
    dialect: "soap",
    namespace: definitions.targetNamespace,
  };
}

function emptyContract(file: string): Contract {
  const name = file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1);
  return {
    name: name.replace(/\.[^.]*$/, ""),
    version: "",
    dialect: "soap",
    namespace: "",
    types: new Map(),
    operations: [],
  };
}
