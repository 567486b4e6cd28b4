/**
 * parlance.yaml to a `Configuration`: read, parse, fill in references, check, resolve. Whatever is
 * wrong becomes a diagnostic with its place; nothing is thrown.
 */
import { availableParallelism } from "node:os";
import { dirname, resolve } from "node:path";
import { hasErrors, type Diagnostic } from "#base/diagnostic.ts";
import { schemaUnder, type JsonSchema } from "#base/json-schema.ts";
import type { Files } from "#base/platform.ts";
import type { Configuration } from "./configuration.ts";
import { packCallers } from "./callers.ts";
import { checkSchema } from "#formats/yaml/check-schema.ts";
import type { Declared } from "./declared.ts";
import { decodeText } from "./decode-text.ts";
import { parseDocument, type ParsedDocument } from "./parse-document.ts";
import { createPemFiles, reasonOf } from "./pem-files.ts";
import { toPlain, type PlacedNode } from "#formats/yaml/node-path.ts";
import { createReporter } from "#formats/yaml/reporter.ts";
import { resolveCallers } from "./resolve-callers.ts";
import { resolveGraphql } from "./resolve-graphql.ts";
import { resolveIdentity } from "./resolve-identity.ts";
import { resolveLedger } from "./resolve-ledger.ts";
import { resolveLimitStore } from "./resolve-limit-store.ts";
import { resolveListen } from "./resolve-listen.ts";
import { checkPolicyScopes, resolvePolicies } from "./resolve-policies.ts";
import type { Environment } from "./reference-value.ts";
import { resolveReferences } from "./resolve-references.ts";
import { resolveServices } from "./resolve-services.ts";
import { resolveTextListeners } from "./resolve-text-listeners.ts";

/** Of 100,000 callers 11 MiB, with the digests of their keys. */
export const configurationBytesMax = 16 * 1024 * 1024;
/** More than anybody reads; the rest is counted. */
const diagnosticsMax = 50;

export interface LoadSurroundings {
  readonly files: Pick<Files, "readUpTo">;
  readonly env: Environment;
  /** Whether variables and files that references name, and that are missing, are no error. */
  readonly isLenient?: boolean | undefined;
  /** The time by which certificates are judged; undefined: they are not. */
  readonly nowMs?: number | undefined;
  /** Made by `createConfigurationSchema`. */
  readonly schema: JsonSchema;
  /** What `workers: auto` stands for. */
  readonly cores?: number;
}

export interface LoadedConfiguration {
  /** Undefined exactly when a diagnostic is an error. */
  readonly configuration: Configuration | undefined;
  /** Whether the file itself could not be had: the world refused, nothing in it is wrong. */
  readonly isUnreadable: boolean;
  /** In the order of the file. */
  readonly diagnostics: readonly Diagnostic[];
  /** Absolute paths of the file and of those it names, to be watched. */
  readonly filesRead: readonly string[];
}

export function loadConfiguration(
  path: string,
  { files, env, isLenient, nowMs, schema, cores = availableParallelism() }: LoadSurroundings,
): LoadedConfiguration {
  const absolute = resolve(path);
  const finish = (
    diagnostics: readonly Diagnostic[],
    configuration?: Configuration,
    more: Iterable<string> = [],
  ): LoadedConfiguration => ({
    configuration: hasErrors(diagnostics) ? undefined : configuration,
    isUnreadable: false,
    diagnostics: inOrder(diagnostics),
    filesRead: [absolute, ...more],
  });

  const source = { file: path, line: 1, column: 1 };
  const refuse = (code: string, message: string) =>
    finish([{ code, severity: "error", message, source }]);
  let bytes: Buffer;
  try {
    bytes = files.readUpTo(absolute, configurationBytesMax + 1);
  } catch (error) {
    const message = `the configuration cannot be read: ${reasonOf(error)}`;
    return { ...refuse("unreadable-configuration", message), isUnreadable: true };
  }
  if (bytes.length > configurationBytesMax) {
    return refuse("file-too-large", `the file is larger than ${configurationBytesMax} bytes`);
  }

  const decoded = decodeText(bytes, path);
  if (decoded.text === undefined) return finish(decoded.diagnostics);
  const parsed = parseDocument(decoded.text, path);
  const early = [...decoded.diagnostics, ...parsed.diagnostics];
  if (parsed.root === undefined) return finish(early);

  const folder = dirname(absolute);
  const { root, diagnostics, unresolved, filesRead } = resolveReferences(
    parsed.root,
    decoded.text,
    parsed.placeAt,
    { env, files, folder, isLenient },
  );
  const plain = toPlain(root, schema);
  const violations = checkSchema(plain, root, unresolved, parsed.placeAt, schema);
  const found = [...early, ...diagnostics, ...violations];
  if (hasErrors(found)) return finish(found, undefined, filesRead);
  const surroundings = { folder, files, nowMs, cores, schema };
  const resolved = resolveAll(plain as Declared, root, parsed, surroundings);
  const all = new Set([...filesRead, ...resolved.filesRead]);
  return finish([...found, ...resolved.diagnostics], resolved.configuration, all);
}

function resolveAll(
  declared: Declared,
  root: PlacedNode,
  { placeAt }: ParsedDocument,
  world: Required<Omit<LoadSurroundings, "env" | "isLenient">> & { readonly folder: string },
) {
  const { folder, files, nowMs, cores, schema } = world;
  const reporter = createReporter(root, placeAt);
  const pemFiles = createPemFiles(folder, files, reporter, nowMs);
  const listen = resolveListen(declared.listen, cores, pemFiles, reporter);
  const services = resolveServices(declared, folder, { pemFiles, reporter, schema });
  const surroundings = { pemFiles, reporter, schema };
  const callers = resolveCallers(declared.callers, services, surroundings);
  const limitStore = resolveLimitStore(declared.limitStore, pemFiles, reporter);
  const identity = resolveIdentity(declared.identity, callers, surroundings);
  const configuration: Configuration = {
    listen: { ...listen, text: resolveTextListeners(declared, reporter) },
    limits: { ...declared.limits },
    timeouts: { ...declared.timeouts },
    services,
    callers: callers === "open" ? callers : packCallers(callers),
    ...(identity !== undefined && { identity }),
    graphql: resolveGraphql(declared.graphql, pemFiles, reporter),
    ledger: resolveLedger(declared.ledger, folder, reporter),
    stateFolder: resolve(folder, declared.state.path),
    ...(declared.zone !== undefined && { zone: declared.zone }),
    ...(limitStore !== undefined && { limitStore }),
    log: { ...declared.log },
    policies: resolvePolicies(declared.policies, ["policies"], {
      schema: schemaUnder(schema, "policies"),
      pemFiles,
      reporter,
    }),
  };
  checkPolicyScopes(configuration, reporter);
  return { configuration, diagnostics: reporter.diagnostics, filesRead: pemFiles.filesRead };
}

function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const sorted = diagnostics.toSorted(
    ({ source: a }, { source: b }) =>
      (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0),
  );
  if (sorted.length <= diagnosticsMax) return sorted;
  // Errors first, so that what stops the gateway is among those that are shown.
  const shown = sorted
    .toSorted((a, b) => Number(b.severity === "error") - Number(a.severity === "error"))
    .slice(0, diagnosticsMax);
  const message = `${sorted.length - diagnosticsMax} more findings are not shown`;
  return [...shown, { code: "more-findings", severity: "info", message }];
}
