/**
 * All that can be said about a configuration without running it: the file, the contracts that it
 * names, the routes of all services together. For `check`, start and reload.
 */
import { hasErrors, type Diagnostic } from "#base/diagnostic.ts";
import type { Files } from "#base/platform.ts";
import { loadConfiguration, type LoadedConfiguration } from "#configuration/load.ts";
import { createRevision } from "#configuration/revision.ts";
import type { Revision, Service } from "#configuration/configuration.ts";
import type { FidelityReport, Grade } from "#contract/fidelity.ts";
import { checkRoutes } from "#gateway/check-routes.ts";
import { withContractRoutes } from "#gateway/contract-routes.ts";
import { checkContractGrants } from "./check-contract-grants.ts";
import { checkContractOffers } from "./check-contract-offers.ts";
import { checkLosses } from "./check-losses.ts";
import { checkPolicies } from "./check-policies.ts";
import { checkProofs } from "./check-proofs.ts";
import { checkMessageSecurity } from "./check-message-security.ts";
import { checkRawConnections } from "./check-raw-connections.ts";
import { configurationSchema } from "./configuration-schema.ts";
import type { ImportedContracts } from "./import-contracts.ts";
import { lockContracts } from "./locked-contracts.ts";

const noContracts: ImportedContracts = { contracts: new Map(), diagnostics: [], filesRead: [] };
const noReport: FidelityReport = { operations: [], findings: [], withheld: [], cutByTime: 0 };

export interface CheckedConfiguration extends Omit<LoadedConfiguration, "configuration"> {
  /** Undefined exactly when a diagnostic is an error. */
  readonly revision: Revision | undefined;
  /** What dialects carry of the contracts; undefined where nothing was loaded. */
  readonly fidelity?: FidelityReport;
}

export interface CheckOptions {
  readonly path: string;
  /** Above those of the file, from the command line. */
  readonly port?: number | undefined;
  readonly adminPort?: number | undefined;
  /** By absolute path: what is read instead of, or without, a file there. */
  readonly overlay?: ReadonlyMap<string, string | Uint8Array> | undefined;
  /**
   * Whether environment variables that are not set, and files of `${file:PATH}` that cannot be
   * read, may have any value: for commands that need neither keys nor addresses.
   */
  readonly isLenient?: boolean | undefined;
  /** For commands that only look something up: what dialects lose is not looked into. */
  readonly withoutFidelity?: boolean | undefined;
  /** The time by which certificates are judged. */
  readonly nowMs?: number | undefined;
  /** For all services, instead of their own. */
  readonly maxLoss?: Grade | undefined;
}

/** @param onContract told before each contract is read, so that a hang has a name. */
export async function checkConfiguration(
  { path, port, adminPort, overlay, isLenient, maxLoss, nowMs, withoutFidelity }: CheckOptions,
  ownFiles: Pick<Files, "readUpTo">,
  onContract: (file: string) => void,
): Promise<CheckedConfiguration> {
  const files = overlay === undefined ? ownFiles : withOverlay(ownFiles, overlay);
  const { configuration, ...loaded } = loadConfiguration(path, {
    files,
    env: process.env,
    isLenient,
    nowMs,
    schema: configurationSchema,
  });
  if (configuration === undefined) return { ...loaded, revision: undefined };
  const { listen } = configuration;
  const declared = {
    ...configuration,
    listen: { ...listen, port: port ?? listen.port, adminPort: adminPort ?? listen.adminPort },
  };
  const hasContracts = declared.services.some(({ contractFile }) => contractFile !== undefined);
  const reader = hasContracts ? await import("./read-contracts.ts") : undefined;
  const imported = reader?.importContracts(declared.services, files, onContract) ?? noContracts;
  const { lockFile, ...locked } = lockContracts(imported.contracts, path, files);
  const isUsable = !hasErrors([...imported.diagnostics, ...locked.diagnostics]);
  const faced = isUsable ? reader?.addFaces(declared.services, locked.contracts, files) : undefined;
  const contracts = faced?.contracts ?? locked.contracts;
  const complete = withContractRoutes(declared, contracts);
  const problems = [...imported.diagnostics, ...locked.diagnostics, ...(faced?.diagnostics ?? [])];
  const diagnostics: Diagnostic[] = [...loaded.diagnostics, ...problems];
  if (!hasErrors(problems)) {
    diagnostics.push(...checkRoutes(complete), ...checkContractGrants(complete));
    diagnostics.push(...checkMessageSecurity(complete), ...checkPolicies(complete, contracts));
    diagnostics.push(...checkContractOffers(complete, contracts));
    const documents = complete.graphql?.documents && (await import("./check-graphql-documents.ts"));
    diagnostics.push(...(documents?.checkGraphqlDocuments(complete, contracts) ?? []));
    const asked = complete.services.filter(isAskedByOperation);
    const health = asked.length > 0 ? await import("./check-health.ts") : undefined;
    diagnostics.push(...(health?.checkHealth(asked, contracts) ?? []));
    diagnostics.push(...checkRawConnections(complete, contracts), ...checkProofs(complete, files));
  }
  const filesRead = [...loaded.filesRead, ...imported.filesRead, ...(faced?.filesRead ?? [])];
  if (contracts.size > 0) filesRead.push(lockFile);
  if (hasErrors(diagnostics)) return { ...loaded, filesRead, diagnostics, revision: undefined };
  const revision = createRevision(complete, contracts);
  if (withoutFidelity === true) return { ...loaded, filesRead, diagnostics, revision };
  const fidelity = reader?.reportServices(complete.services, contracts) ?? noReport;
  diagnostics.push(...checkLosses(fidelity, complete.services, maxLoss));
  return {
    ...loaded,
    filesRead,
    diagnostics,
    revision: hasErrors(diagnostics) ? undefined : { ...revision, withheld: fidelity.withheld },
    fidelity,
  };
}

function withOverlay(
  { readUpTo }: Pick<Files, "readUpTo">,
  overlay: ReadonlyMap<string, string | Uint8Array>,
): Pick<Files, "readUpTo"> {
  return {
    readUpTo(path, bytesMax) {
      const content = overlay.get(path);
      if (content === undefined) return readUpTo(path, bytesMax);
      const bytes = typeof content === "string" ? Buffer.from(content) : Buffer.from(content);
      return bytes.subarray(0, bytesMax);
    },
  };
}

function isAskedByOperation({ health }: Service): boolean {
  return health?.check === "operation" || health?.operation !== undefined;
}
