/** Which configuration a command works on, and what to say when it cannot be had. */
import { nodePlatform } from "#base/platform.ts";
import type { CheckedConfiguration } from "#app/check-configuration.ts";
import { exitCode, UsageError, type CommandInput, type Option } from "./command.ts";
import { printDiagnostics, printJson } from "./print.ts";

export const configOption: Option = {
  value: "FILE",
  description: "The configuration. Default: ./parlance.yaml",
};

/** `file`: the positional of the commands that take it there, too. */
export function configPathOf(input: CommandInput, file?: string): string {
  const option = input.text("config");
  if (option !== undefined && file !== undefined) {
    throw new UsageError("the configuration is given twice: as FILE and as --config FILE");
  }
  return option ?? file ?? "parlance.yaml";
}

/** To look something up in it; what other dialects lose of its contracts is for `check`. */
export async function loadFile(path: string): Promise<CheckedConfiguration> {
  const { loadRevision } = await import("#app/load-revision.ts");
  return loadRevision({ path, withoutFidelity: true }, nodePlatform);
}

/** For commands that need no keys: variables and files that are missing are no error. */
export async function loadWithoutKeys(path: string): Promise<CheckedConfiguration> {
  const { loadRevision } = await import("#app/load-revision.ts");
  const options = { path, isLenient: true, withoutFidelity: true };
  const lenient = await loadRevision(options, nodePlatform);
  // Where what stands in for them does not do, it is told what is missing.
  return lenient.revision === undefined ? loadFile(path) : lenient;
}

/** Of a configuration that did not come out of it: says why. @returns the exit code. */
export function endWithRefusal(input: CommandInput, loaded: CheckedConfiguration): number {
  const { diagnostics } = loaded;
  if (input.json) printJson({ diagnostics });
  else printDiagnostics(diagnostics);
  return exitCodeOfRefusal(loaded);
}

export function exitCodeOfRefusal({ isUnreadable }: CheckedConfiguration): number {
  return isUnreadable ? exitCode.refused : exitCode.findings;
}

/** A port of the command line. */
export function portOf(input: CommandInput, option: string): number | undefined {
  const text = input.text(option);
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port >= 0 && port <= 65535) return port;
  const expected = "expected a port from 1 to 65535, or 0 for any free one";
  throw new UsageError(`--${option} is ${JSON.stringify(text)}; ${expected}`);
}

export const portOptions: Readonly<Record<string, Option>> = {
  port: { value: "PORT", description: "Port for callers, instead of the configured one." },
  "admin-port": {
    value: "PORT",
    description: "Port of the admin API, instead of the configured one.",
  },
};
