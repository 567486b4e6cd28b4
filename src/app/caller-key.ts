/** The key of a caller as the configuration writes it: loading keeps nothing but its digest. */
import { parseDocument } from "yaml";
import { didYouMean } from "#base/nearest.ts";
import type { Platform } from "#base/platform.ts";
import { configurationBytesMax } from "#configuration/load.ts";

export type CallerKey =
  | { readonly kind: "key"; readonly key: string }
  | {
      readonly kind: "refused";
      readonly message: string;
      readonly suggestion?: string | undefined;
    };

export function keyOfCaller(
  path: string,
  caller: string,
  env: Readonly<Record<string, string | undefined>>,
  { files }: Pick<Platform, "files">,
): CallerKey {
  const document = parseDocument(files.readUpTo(path, configurationBytesMax).toString("utf8"));
  const { callers } = (document.toJS() ?? {}) as { callers?: unknown };
  const known = typeof callers === "object" && callers !== null ? Object.keys(callers) : [];
  if (!known.includes(caller)) {
    const message = `there is no caller ${JSON.stringify(caller)} in ${path}`;
    return { kind: "refused", message, suggestion: didYouMean(caller, known) };
  }
  const written = document.getIn(["callers", caller, "key"]);
  if (typeof written !== "string") {
    const isDigest = document.hasIn(["callers", caller, "keySha256"]);
    return {
      kind: "refused",
      message: isDigest
        ? `only the digest of the key of caller ${caller} is known`
        : `caller ${caller} has no key`,
      suggestion: isDigest ? "give the key by --key" : "leave out --as",
    };
  }
  let missing: string | undefined;
  const key = written.replaceAll(
    /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g,
    (_whole, name: string, otherwise: string | undefined) => {
      const value = env[name];
      if (value !== undefined && (value !== "" || otherwise === undefined)) return value;
      if (otherwise === undefined) missing ??= name;
      return otherwise ?? "";
    },
  );
  if (missing === undefined) return { kind: "key", key };
  const message = `environment variable ${missing}, the key of caller ${caller}, is not set`;
  return { kind: "refused", message, suggestion: "set it, or give the key by --key" };
}
