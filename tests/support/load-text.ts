/** Loads a configuration that stands in a string, with the files it names in a table. */
import { resolve } from "node:path";
import type { Diagnostic } from "#base/diagnostic.ts";
import { configurationSchema } from "#app/configuration-schema.ts";
import { loadConfiguration, type LoadedConfiguration } from "#configuration/load.ts";

export interface LoadTextOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Content by path, relative to the folder of the configuration. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
  readonly isLenient?: boolean;
  /** Default: now. */
  readonly nowMs?: number;
}

export function loadText(
  content: string | Buffer,
  { env = {}, files = {}, isLenient = false, nowMs = Date.now() }: LoadTextOptions = {},
): LoadedConfiguration {
  const table = new Map<string, string | Buffer>([[resolve("parlance.yaml"), content]]);
  for (const [name, text] of Object.entries(files)) table.set(resolve(name), text);
  const readUpTo = (path: string, bytesMax: number): Buffer => {
    const found = table.get(path);
    if (found === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
    return Buffer.from(found).subarray(0, bytesMax);
  };
  return loadConfiguration("parlance.yaml", {
    files: { readUpTo },
    env,
    isLenient,
    nowMs,
    cores: 4,
    schema: configurationSchema,
  });
}

/** `line:column severity code`, the part of a diagnostic that a test can pin without its words. */
export function brief({ source, severity, code }: Diagnostic): string {
  return `${source?.line}:${source?.column} ${severity} ${code}`;
}
