/**
 * All that can be said about a configuration without running it: the file, the contracts that it
 * names, the routes of all services together. For `check`, start and reload.
 */
import { hasErrors, type Diagnostic } from "#base/diagnostic.ts";
import type { Files } from "#base/platform.ts";
import { loadConfiguration, type LoadedConfiguration } from "#configuration/load.ts";
import { createRevision } from "#configuration/revision.ts";
import type { Revision } from "#configuration/configuration.ts";
import { checkRoutes } from "#gateway/check-routes.ts";
import { withContractRoutes } from "#gateway/contract-routes.ts";
import { checkContractGrants } from "./check-contract-grants.ts";
import { importContracts } from "./import-contracts.ts";

export interface CheckedConfiguration extends Omit<LoadedConfiguration, "configuration"> {
  /** Undefined exactly when a diagnostic is an error. */
  readonly revision: Revision | undefined;
}

export interface CheckOptions {
  readonly path: string;
  /** Above those of the file, from the command line. */
  readonly port?: number | undefined;
  readonly adminPort?: number | undefined;
}

/** @param onContract told before each contract is read, so that a hang has a name. */
export function checkConfiguration(
  { path, port, adminPort }: CheckOptions,
  files: Pick<Files, "readUpTo">,
  onContract: (file: string) => void,
): CheckedConfiguration {
  const { configuration, ...loaded } = loadConfiguration(path, { files, env: process.env });
  if (configuration === undefined) return { ...loaded, revision: undefined };
  const { listen } = configuration;
  const declared = {
    ...configuration,
    listen: { ...listen, port: port ?? listen.port, adminPort: adminPort ?? listen.adminPort },
  };
  const imported = importContracts(declared.services, files, onContract);
  const complete = withContractRoutes(declared, imported.contracts);
  const diagnostics: Diagnostic[] = [...loaded.diagnostics, ...imported.diagnostics];
  if (!hasErrors(imported.diagnostics)) {
    diagnostics.push(...checkRoutes(complete), ...checkContractGrants(complete));
  }
  return {
    ...loaded,
    filesRead: [...loaded.filesRead, ...imported.filesRead],
    diagnostics,
    revision: hasErrors(diagnostics) ? undefined : createRevision(complete, imported.contracts),
  };
}
