/** All that can be said about a configuration without running it: for `check`, start and reload. */
import type { Diagnostic } from "#base/diagnostic.ts";
import { hasErrors } from "#base/diagnostic.ts";
import type { Files } from "#base/platform.ts";
import type { Configuration } from "#configuration/configuration.ts";
import { loadConfiguration, type LoadedConfiguration } from "#configuration/load.ts";
import { checkRoutes } from "#gateway/check-routes.ts";

export function checkConfiguration(
  path: string,
  files: Pick<Files, "readUpTo">,
): LoadedConfiguration {
  const loaded = loadConfiguration(path, { files, env: process.env });
  const compiled = checkCompiled(loaded.configuration);
  const diagnostics = [...loaded.diagnostics, ...compiled];
  const configuration = hasErrors(compiled) ? undefined : loaded.configuration;
  return { ...loaded, configuration, diagnostics };
}

/** What shows only when routes of all services are seen together. */
function checkCompiled(configuration: Configuration | undefined): readonly Diagnostic[] {
  return configuration === undefined ? [] : checkRoutes(configuration);
}
