/**
 * .proto files (proto2, proto3, editions) and descriptor sets to a contract. Total: whatever the
 * text, a contract comes out, with what is wrong or lost as diagnostics, and nothing is thrown.
 */
import type { Contract } from "#contract/contract.ts";
import { emptyContract } from "#contract/empty-contract.ts";
import type { ContractImporter, ContractSource, ImportedContract } from "#extension/protocol.ts";
import { loadDescriptorSet, recognizeDescriptorSet } from "./descriptor-set.ts";
import { createProtoReport, type ProtoReport } from "./import-report.ts";
import { loadProtoFiles, type ProtoFiles } from "./import-files.ts";
import { importServices } from "./import-services.ts";

export const protoImporter: ContractImporter = { recognize, import: importProto };

const opening = /^\uFEFF?(?:\s|\/\/[^\n]*\n|\/\*[^]{0,20000}?\*\/)*(?:syntax|edition)\s*=\s*["']/;
const statement = /^\s*(?:message|service|enum|package|import)\b[^\n]*[;{]/m;

function recognize(text: string, file: string): number {
  const asSet = recognizeDescriptorSet(text, file);
  if (asSet > 0) return asSet;
  if (opening.test(text)) return 1;
  // RFC-less as it is, a .proto without a first line is proto2.
  if (/\.proto$/i.test(file)) return statement.test(text) ? 0.9 : 0.3;
  return 0;
}

function loadSet({ bytes }: ContractSource, report: ProtoReport): ProtoFiles | undefined {
  if (bytes !== undefined) return loadDescriptorSet(bytes, report);
  const message =
    "descriptor sets are read from files alone; expected one beside the configuration";
  report.add("malformed-descriptor-set", "error", message);
  return undefined;
}

export function importProto(source: ContractSource): ImportedContract {
  const isSet = recognizeDescriptorSet(source.text, source.file) > 0;
  // Nothing in it has a line.
  const report = createProtoReport(isSet ? { ...source, text: "" } : source);
  const loaded = isSet ? loadSet(source, report) : loadProtoFiles(source, report);
  if (loaded === undefined)
    return { contract: emptyContract("grpc"), diagnostics: report.diagnostics };
  const { services, packageName, documentation } = loaded;
  const { types, operations } = importServices(services, report);
  if (services.length === 0) {
    report.add("no-service", "warning", "there is no `service`, so there is nothing to call");
  }
  const [first] = services;
  const contract: Contract = {
    name: first?.name ?? "service",
    version: "",
    ...(documentation === undefined ? {} : { documentation }),
    dialect: "grpc",
    namespace: `urn:proto:${packageName === "" ? (first?.name ?? "service") : packageName}`,
    types,
    operations,
  };
  return { contract, diagnostics: report.diagnostics };
}
