/**
 * `parlance import`: a service is added to the configuration from its contract. Everything is
 * loaded as it would stand first; only what loads is written.
 */
import { dirname, join, resolve } from "node:path";
import { formatDiagnostic, hasErrors, type Diagnostic } from "#base/diagnostic.ts";
import type { Platform } from "#base/platform.ts";
import { grantedOperations } from "#configuration/grant.ts";
import type { Operation } from "#contract/contract.ts";
import { addService, type ServiceEntry } from "./add-service.ts";
import { addressesIn, type Addresses } from "./contract-facts.ts";
import { FetchFailure } from "./fetch-contract.ts";
import { readSource, readText, type ImportSource } from "./import-source.ts";
import { loadRevision } from "./load-revision.ts";

export interface ImportOptions {
  readonly configPath: string;
  /** A file, or a URL of http or https. */
  readonly source: string;
  readonly name: string | undefined;
  /** Empty: those that the contract names. */
  readonly instances: readonly string[];
}

export type ImportOutcome =
  | {
      readonly kind: "added";
      readonly service: string;
      readonly contract: string;
      readonly instances: readonly string[];
      readonly dialect: string;
      readonly operations: readonly ImportedOperation[];
      /** Files, the configuration last. */
      readonly written: readonly string[];
      /** Whether nobody may call it yet. */
      readonly isClosed: boolean;
      readonly diagnostics: readonly Diagnostic[];
    }
  /** The documents are at fault; nothing was written. */
  | {
      readonly kind: "invalid";
      readonly message: string;
      readonly diagnostics: readonly Diagnostic[];
    }
  /** The world is; nothing was written. */
  | { readonly kind: "refused"; readonly message: string; readonly suggestion?: string };

export interface ImportedOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly mode: Operation["mode"];
}

export async function importService(
  options: ImportOptions,
  platform: Platform,
): Promise<ImportOutcome> {
  const { configPath, source } = options;
  const configText = readText(configPath, platform);
  if (configText === undefined) {
    const suggestion = "`parlance init` writes a first one";
    return { kind: "refused", message: `${configPath} cannot be read`, suggestion };
  }
  let found: ImportSource;
  try {
    found = await readSource(options, platform);
  } catch (error) {
    if (!(error instanceof FetchFailure)) throw error;
    return { kind: "refused", message: error.message };
  }
  const { name, contract } = found;
  const { instances, others } = placesOf(options, found);
  const added = addService(configText, name, { contract, instances });
  if (added.kind === "exists") {
    const suggestion = "give another name: --as NAME";
    return { kind: "refused", message: `${configPath} has a service ${name} already`, suggestion };
  }
  if (added.kind === "unusable") {
    const message = `${configPath} has no map of services that could be added to`;
    return { kind: "invalid", message, diagnostics: await findingsOf(configPath, platform) };
  }
  if (instances.length === 0) {
    const message = `${source} does not say where the service runs`;
    return { kind: "refused", message, suggestion: "say so: --instance URL" };
  }
  const diagnostics = [...found.diagnostics, ...leftOut(others)];
  return finish(options, platform, { ...found, diagnostics }, { contract, instances }, added.text);
}

function placesOf({ instances }: ImportOptions, { text, url, ...found }: ImportSource): Addresses {
  if (instances.length > 0) return { instances, others: [] };
  if (found.instances !== undefined) return { instances: found.instances, others: [] };
  return addressesIn(text, url);
}

/** Calls are spread over instances: with all servers some would go to that for tests. */
function leftOut(servers: readonly string[]): readonly Diagnostic[] {
  if (servers.length === 0) return [];
  const message =
    `only the first server of the contract was taken, not ${servers.join(", ")}; ` +
    "if they do the same, add them to `instances`";
  return [{ code: "servers-left-out", severity: "info", message }];
}

async function finish(
  { configPath, source }: ImportOptions,
  platform: Platform,
  { name, files, diagnostics: early }: ImportSource,
  entry: ServiceEntry,
  configText: string,
): Promise<ImportOutcome> {
  const config = resolve(configPath);
  const folder = dirname(config);
  const documents = new Map(Array.from(files, ([path, text]) => [join(folder, path), text]));
  const existing = [...documents.keys()].find((path) => platform.files.exists(path));
  if (existing !== undefined) {
    const suggestion = "remove it, or give another name: --as NAME";
    return { kind: "refused", message: `${existing} exists and is left as it is`, suggestion };
  }
  const overlay = new Map<string, string | Buffer>([...documents, [config, configText]]);
  const [own, loaded] = await Promise.all([
    findingsOf(configPath, platform),
    loadRevision({ path: configPath, overlay, isLenient: true }, platform),
  ]);
  // What was there before is for `check` to say; lines of the configuration have moved since.
  const told = (one: Diagnostic) =>
    one.source?.file === configPath ? `${one.code}: ${one.message}` : formatDiagnostic(one);
  const known = new Set(own.map(told));
  const fresh = loaded.diagnostics.filter((one) => !known.has(told(one)));
  const diagnostics = [...early, ...fresh];
  if (loaded.revision === undefined) {
    if (hasErrors(own)) {
      const message = `${configPath} has errors of its own; correct them first`;
      return { kind: "invalid", message, diagnostics: own };
    }
    return { kind: "invalid", message: `${source} cannot be added`, diagnostics };
  }
  const { contracts, configuration } = loaded.revision;
  const contract = contracts.get(name);
  try {
    for (const [path, text] of documents) platform.files.writeNew(path, text);
    platform.files.replace(config, configText);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "refused", message: `this cannot be written: ${reason}` };
  }
  const { callers } = configuration;
  const isOpen =
    callers === "open" ||
    callers.grants.some((may) =>
      may.map(grantedOperations).some((one) => one === "*" || one.startsWith(`${name}.`)),
    );
  return {
    kind: "added",
    service: name,
    ...entry,
    dialect: contract?.dialect ?? "",
    operations: (contract?.operations ?? []).map((operation) => addressOf(name, operation)),
    written: [...files.keys(), configPath],
    isClosed: !isOpen,
    diagnostics,
  };
}

function addressOf(service: string, { id, rest, mode }: Operation): ImportedOperation {
  const path = `/${service}${rest?.path ?? `/${id}`}`;
  return { id, method: rest?.method ?? "POST", path, mode };
}

async function findingsOf(path: string, platform: Platform): Promise<readonly Diagnostic[]> {
  return (await loadRevision({ path, isLenient: true }, platform)).diagnostics;
}
