/** Which ledger a command reads: the configured one, or that in a folder that is named. */
import { resolve } from "node:path";
import type { Problem } from "#base/problem.ts";
import type { LedgerFolders } from "#app/ledger/ledger-folders.ts";
import { exitCode, type CommandInput, type Option } from "./command.ts";
import {
  configOption,
  configPathOf,
  endWithRefusal,
  loadWithoutKeys,
} from "./configuration-file.ts";
import { httpUrlOf } from "./http-url.ts";
import { complain, harmless, printJson } from "./print.ts";

export const ledgerOptions: Readonly<Record<string, Option>> = {
  config: configOption,
  ledger: {
    value: "FOLDER",
    description: "The ledger's folder, instead of the one in the configuration.",
  },
  checkpoints: {
    value: "FOLDER",
    description: "The folder of the separate checkpoints. Default: FOLDER-checkpoints.",
  },
};

/** The folders, or what the command is to end with: why was told. */
export async function ledgerFolders(input: CommandInput): Promise<LedgerFolders | number> {
  const path = input.text("ledger");
  const checkpoints = input.text("checkpoints");
  if (path !== undefined) {
    return { path: resolve(path), checkpoints: resolve(checkpoints ?? `${path}-checkpoints`) };
  }
  const file = configPathOf(input);
  const loaded = await loadWithoutKeys(file);
  if (loaded.revision === undefined) return endWithRefusal(input, loaded);
  const { ledger } = loaded.revision.configuration;
  if (ledger === undefined) {
    const message = `${file} has the ledger off; name a folder with --ledger`;
    return complainOf(input, { code: "ledger-off", detail: message });
  }
  return {
    path: ledger.path,
    checkpoints: checkpoints === undefined ? ledger.checkpoints : resolve(checkpoints),
  };
}

/**
 * Where the admin port of the gateway should be: as said, or as configured. Undefined: nobody
 * knows, for any free port was asked for.
 */
export async function adminUrl(input: CommandInput): Promise<string | undefined> {
  const said = httpUrlOf(input, "admin");
  if (said !== undefined) return said;
  const { revision } = await loadWithoutKeys(configPathOf(input));
  const { adminHost, adminPort } = revision?.configuration.listen ?? {};
  if (adminHost === undefined || adminPort === undefined || adminPort === 0) return undefined;
  return `http://${adminHost.includes(":") ? `[${adminHost}]` : adminHost}:${adminPort}`;
}

/** Damage is a finding; that a ledger cannot be read is not. */
export function endWith(input: CommandInput, { definition, detail }: Problem): number {
  const { code, faultKind } = definition;
  complainOf(input, { code, detail });
  return ["data_loss", "not_found"].includes(faultKind) ? exitCode.findings : exitCode.refused;
}

export function complainOf(input: CommandInput, error: { code: string; detail: string }): number {
  if (input.json) printJson({ error: { code: error.code, message: error.detail } });
  else complain(harmless(`parlance: ${error.detail} (${error.code})`));
  return exitCode.refused;
}
