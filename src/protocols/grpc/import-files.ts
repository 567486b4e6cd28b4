/**
 * A .proto file and all that it imports, parsed. Import paths are relative to the roots of their
 * project, which nobody names: the importing file's folder and those above it are tried.
 */
import protobuf from "protobufjs";
import { defaultContractLimits } from "#base/limits.ts";
import type { ContractSource } from "#extension/protocol.ts";
import { googleFile } from "./google/files.ts";
import type { ProtoReport } from "./import-report.ts";

export interface ProtoFiles {
  /** Of the file itself, not of those that it imports. */
  readonly services: readonly protobuf.Service[];
  readonly packageName: string;
  readonly documentation: string | undefined;
}

/** Folders above the importing file in which an import is looked for. */
const foldersMax = 12;
const options = { keepCase: true, alternateCommentMode: true } as const;

interface Loading {
  readonly root: protobuf.Root;
  readonly source: ContractSource;
  readonly report: ProtoReport;
  /** By import path. */
  readonly known: Set<string>;
  readonly queue: { readonly path: string; readonly from: string; readonly weak: boolean }[];
}

export function loadProtoFiles(
  source: ContractSource,
  report: ProtoReport,
): ProtoFiles | undefined {
  const root = new protobuf.Root();
  const loading: Loading = { root, source, report, known: new Set(), queue: [] };
  const parsed = parseFile(loading, source.file, source.text);
  if (parsed === undefined) return undefined;
  const services = servicesIn(root);
  for (let next = loading.queue.shift(); next !== undefined; next = loading.queue.shift()) {
    if (loading.known.has(next.path)) continue;
    loading.known.add(next.path);
    if (loading.known.size > defaultContractLimits.filesMax) {
      const message = `more than filesMax, ${defaultContractLimits.filesMax} files are imported`;
      report.add("limit-exceeded", "error", message);
      break;
    }
    loadImport(loading, next);
  }
  resolveFeatures(root);
  const documentation = services[0]?.comment ?? undefined;
  return { services, packageName: parsed.package ?? "", documentation };
}

function parseFile(
  loading: Loading,
  file: string,
  text: string,
): protobuf.IParserResult | undefined {
  const { report, root, queue } = loading;
  try {
    const parsed = protobuf.parse(text, root, options);
    for (const path of parsed.imports ?? []) queue.push({ path, from: file, weak: false });
    for (const path of parsed.weakImports ?? []) queue.push({ path, from: file, weak: true });
    return parsed;
  } catch (error) {
    const { reason, line } = readParseError(error);
    report.add("malformed-proto", "error", `this is no .proto file: ${reason}`, {
      file,
      line,
      column: 1,
    });
    return undefined;
  }
}

const groupInChoice =
  "a group within a oneof is read from descriptor sets alone; " +
  "expected what protoc --include_imports --descriptor_set_out writes";

/** The parser says the line at the end of its message. */
function readParseError(error: unknown): { readonly reason: string; readonly line: number } {
  const text = error instanceof Error ? error.message : String(error);
  // The parser has no place for them; they are legal.
  if (text === "field must be a Field") return { reason: groupInChoice, line: 1 };
  const match = /^(.*?) \((?:[^()]*, )?line (\d+)\)$/s.exec(text);
  if (match === null) return { reason: text.slice(0, 300), line: 1 };
  return { reason: (match[1] as string).slice(0, 300), line: Number(match[2]) };
}

function loadImport(loading: Loading, { path, from, weak }: Loading["queue"][number]): void {
  const { report, source } = loading;
  for (let above = 0; above <= foldersMax; above++) {
    const found = source.read("../".repeat(above) + path, from);
    if (found === undefined) continue;
    parseFile(loading, found.file, found.text);
    return;
  }
  // A service's own copy of them comes first: it may be older, or newer.
  const known = googleFile(path);
  if (known !== undefined) return void parseFile(loading, path, known);
  // Their only use is in options, which are read as they are written.
  if (/^google\/api\/|^protoc-gen-|^gogoproto\/|^(?:buf\/)?validate\//.test(path)) return;
  const message = `the import ${JSON.stringify(path.slice(0, 200))} is not found`;
  const where = "in the folder of the importing file and those above it";
  const place = { file: from, line: 1, column: 1 };
  report.add("import-not-found", weak ? "warning" : "error", `${message} ${where}`, place);
}

/** Editions say by features what proto2 and proto3 say by themselves. */
function resolveFeatures(root: protobuf.Root): void {
  try {
    root.resolveAll();
  } catch {
    // Features come first; what cannot be resolved is missed by whoever uses it, with a place.
  }
}

function servicesIn(namespace: protobuf.NamespaceBase): readonly protobuf.Service[] {
  return namespace.nestedArray.flatMap((one) => {
    if (one instanceof protobuf.Service) return [one];
    return one instanceof protobuf.Namespace ? servicesIn(one) : [];
  });
}
