/** The key of a caller as the configuration writes it: loading keeps nothing but its digest. */
import { dirname, resolve } from "node:path";
import { parseDocument } from "yaml";
import { didYouMean } from "#base/nearest.ts";
import type { Platform } from "#base/platform.ts";
import { configurationBytesMax } from "#configuration/load.ts";
import {
  reference,
  referenceValue,
  type Environment,
  type ReferenceFault,
} from "#configuration/reference-value.ts";

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
  env: Environment,
  { files }: Pick<Platform, "files">,
): CallerKey {
  const document = parseDocument(files.readUpTo(path, configurationBytesMax).toString("utf8"));
  const { callers } = (document.toJS() ?? {}) as { callers?: unknown };
  const known = typeof callers === "object" && callers !== null ? Object.keys(callers) : [];
  if (!known.includes(caller)) {
    const message = `there is no caller ${JSON.stringify(caller)} in ${path}`;
    return { kind: "refused", message, suggestion: didYouMean(caller, known) };
  }
  // Of several any will do.
  const written =
    document.getIn(["callers", caller, "key"]) ?? document.getIn(["callers", caller, "keys", 0]);
  if (typeof written !== "string") {
    const isDigest = ["keySha256", "keysSha256"].some((option) =>
      document.hasIn(["callers", caller, option]),
    );
    return {
      kind: "refused",
      message: isDigest
        ? `only the digest of the key of caller ${caller} is known`
        : `caller ${caller} has no key`,
      suggestion: isDigest ? "give the key by --key" : "leave out --as",
    };
  }
  const sources = { env, files, folder: dirname(resolve(path)) };
  let fault: ReferenceFault | undefined;
  const key = written.replaceAll(reference, (_whole, body: string | undefined, end: string) => {
    if (body === undefined) return "${";
    const value = referenceValue(body, end, sources);
    if (typeof value === "string") return value;
    fault ??= value;
    return "";
  });
  if (fault === undefined) return { kind: "key", key };
  const message = `the key of caller ${caller}: ${fault.message}`;
  return { kind: "refused", message, suggestion: "set it, or give the key by --key" };
}
