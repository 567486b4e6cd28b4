/** Reads the contracts of all services, each by the protocol that recognises it. */
import { dirname, resolve } from "node:path";
import { hasErrors, type Diagnostic } from "#base/diagnostic.ts";
import type { Files } from "#base/platform.ts";
import type { Service } from "#configuration/configuration.ts";
import type { Contract } from "#contract/contract.ts";
import type { ContractImporter, ImportedContract } from "#extension/protocol.ts";
import { decodeDocument } from "./decode-document.ts";
import { standardProtocols } from "./standard-protocols.ts";

const contractBytesMax = 20 * 1024 * 1024;
const recognizedBytes = 64 * 1024;

export interface ImportedContracts {
  /** By service name. */
  readonly contracts: ReadonlyMap<string, Contract>;
  readonly diagnostics: readonly Diagnostic[];
  /** Absolute paths, those of imported schemas included. */
  readonly filesRead: readonly string[];
}

export function importContracts(
  services: readonly Service[],
  files: Pick<Files, "readUpTo">,
  onContract: (file: string) => void,
): ImportedContracts {
  const contracts = new Map<string, Contract>();
  const diagnostics: Diagnostic[] = [];
  const filesRead = new Set<string>();
  for (const { name, contractFile, routes } of services) {
    if (contractFile === undefined) continue;
    onContract(contractFile);
    const imported = importContract(contractFile, files, filesRead);
    diagnostics.push(...imported.diagnostics);
    const { contract } = imported;
    if (contract === undefined) continue;
    contracts.set(name, contract);
    if (contract.operations.length > 0 || routes.length > 0) continue;
    if (hasErrors(imported.diagnostics)) continue;
    const nothing = `service ${name} has no operation and no route, so nothing of it can be called`;
    const message = `${nothing}; expected a contract with operations, or routes`;
    diagnostics.push(refusal("nothing-offered", message, contractFile));
  }
  return { contracts, diagnostics, filesRead: [...filesRead] };
}

/**
 * Contracts with the faces that documents of their services declare, which speak of operations and
 * fields by the names that those have in the end.
 */
export function addFaces(
  services: readonly Service[],
  contracts: ReadonlyMap<string, Contract>,
  files: Pick<Files, "readUpTo">,
): ImportedContracts {
  const faced = new Map(contracts);
  const diagnostics: Diagnostic[] = [];
  const filesRead = new Set<string>();
  for (const { name, faceFiles = [] } of services) {
    for (const file of faceFiles) {
      const contract = faced.get(name);
      if (contract === undefined) continue;
      const added = addFace(file, contract, files, filesRead);
      diagnostics.push(...added.diagnostics);
      faced.set(name, added.contract);
    }
  }
  return { contracts: faced, diagnostics, filesRead: [...filesRead] };
}

/** The contract is the same where the document cannot be used. */
function addFace(
  file: string,
  contract: Contract,
  files: Pick<Files, "readUpTo">,
  filesRead: Set<string>,
): ImportedContract {
  const refuse = (code: string, message: string) => ({
    contract,
    diagnostics: [refusal(code, message, file)],
  });
  const undecoded: Diagnostic[] = [];
  const text = createRead(files, filesRead, undecoded)(file);
  if (text === undefined) {
    if (undecoded.length > 0) return { contract, diagnostics: undecoded };
    return refuse("unreadable-contract", "the face cannot be read, or is too large");
  }
  const start = text.slice(0, recognizedBytes);
  const protocol = standardProtocols.find(
    ({ importer, addFace: add }) => add && (importer?.recognize(start, file) ?? 0) > 0,
  );
  const message = "this says of no dialect how callers speak; expected `parlance: text/1`";
  if (protocol?.addFace === undefined) return refuse("unknown-contract", message);
  return protocol.addFace({ file, text, read: () => undefined }, contract);
}

function createRead(
  files: Pick<Files, "readUpTo">,
  filesRead: Set<string>,
  undecoded: Diagnostic[],
): (path: string) => string | undefined {
  return (path) => {
    const bytes = readBytes(path, files, filesRead);
    const decoded = bytes && decodeDocument(bytes);
    if (decoded?.kind !== "fault") return decoded?.text;
    undecoded.push(refusal("document-encoding", decoded.message, path));
    return undefined;
  };
}

function readBytes(
  path: string,
  files: Pick<Files, "readUpTo">,
  filesRead: Set<string>,
): Buffer | undefined {
  filesRead.add(path);
  try {
    const bytes = files.readUpTo(path, contractBytesMax + 1);
    return bytes.length > contractBytesMax ? undefined : bytes;
  } catch {
    return undefined;
  }
}

/** @param filesRead the paths that were read are added to it. */
export function importContract(
  file: string,
  files: Pick<Files, "readUpTo">,
  filesRead: Set<string>,
): Partial<ImportedContract> & Pick<ImportedContract, "diagnostics"> {
  const undecoded: Diagnostic[] = [];
  const read = createRead(files, filesRead, undecoded);
  const bytes = readBytes(file, files, filesRead);
  if (bytes === undefined) {
    const message = `the contract cannot be read, or is larger than ${contractBytesMax} bytes`;
    return { diagnostics: [refusal("unreadable-contract", message, file)] };
  }
  const decoded = decodeDocument(bytes);
  if (decoded.kind === "fault") {
    return { diagnostics: [refusal("document-encoding", decoded.message, file)] };
  }
  const { text } = decoded;
  const importer = recognizeContract(text, file);
  if (importer === undefined) {
    const message =
      "this is no contract that is understood; expected OpenAPI, WSDL 1.1, .proto, a descriptor " +
      "set, GraphQL, OpenRPC, a list of MCP tools or `parlance: text/1`";
    return { diagnostics: [refusal("unknown-contract", message, file)] };
  }
  const imported = importer.import({
    ...{ file, text, bytes },
    // Only local files: nothing is fetched while a contract is loaded.
    read(reference, from) {
      if (/^[a-z][a-z0-9+.-]+:/i.test(reference)) return undefined;
      const path = resolve(dirname(from), reference);
      const found = read(path);
      return found === undefined ? undefined : { file: path, text: found };
    },
  });
  return { ...imported, diagnostics: [...undecoded, ...imported.diagnostics] };
}

/** The importer of the protocol that is surest that this is one of its documents. */
export function recognizeContract(text: string, file: string): ContractImporter | undefined {
  const start = text.slice(0, recognizedBytes);
  let best: ContractImporter | undefined;
  let bestScore = 0;
  for (const { importer } of standardProtocols) {
    const score = importer?.recognize(start, file) ?? 0;
    if (score > bestScore) [best, bestScore] = [importer, score];
  }
  return best;
}

function refusal(code: string, message: string, file: string): Diagnostic {
  return { code, severity: "error", message, source: { file, line: 1, column: 1 } };
}
