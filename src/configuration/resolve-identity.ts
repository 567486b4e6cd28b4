/** `identity`, and the proofs of callers, with files by absolute path and secrets wrapped. */
import { schemaUnder, type JsonSchema } from "#base/json-schema.ts";
import type { Caller, Identity, ProofUse } from "./configuration.ts";
import type { Declared, DeclaredCaller } from "./declared.ts";
import type { PemFiles } from "./pem-files.ts";
import { resolveMembers } from "./resolve-policies.ts";
import { defaultOrder } from "./schema-identity.ts";
import type { Reporter } from "#formats/yaml/reporter.ts";

export interface ProofSurroundings {
  readonly pemFiles: PemFiles;
  readonly reporter: Reporter;
  /** Of the whole file. */
  readonly schema: JsonSchema;
}

/** The ways to write the keys of a caller; it has one of them at most. */
export const keyOptions = ["key", "keySha256", "keys", "keysSha256"] as const;

/** Members of a caller that are no proofs of folders in src/proofs/. */
const ownKeys = new Set<string>([...keyOptions, "wsSecurity", "may"]);

/** Those that stand at a caller. */
export function proofNames(caller: DeclaredCaller): readonly string[] {
  return Object.keys(caller).filter((key) => !ownKeys.has(key));
}

export function resolveProofs(
  name: string,
  caller: DeclaredCaller,
  { pemFiles, reporter, schema }: ProofSurroundings,
): readonly ProofUse[] {
  return proofNames(caller).map((proof) => {
    const path = ["callers", name, proof];
    const own = schemaUnder(schemaUnder(schemaUnder(schema, "callers"), name), proof);
    const options = caller[proof] as Readonly<Record<string, unknown>>;
    return {
      name: proof,
      options: resolveMembers(options, own, path, pemFiles),
      source: reporter.placeOf(path),
    };
  });
}

/** Undefined: keys in headers, and nothing else. */
export function resolveIdentity(
  declared: Declared["identity"],
  callers: "open" | readonly Caller[],
  { pemFiles, reporter, schema }: ProofSurroundings,
): Identity | undefined {
  const uses = callers === "open" ? [] : callers.flatMap(({ proofs = [] }) => proofs);
  if (declared === undefined && uses.length === 0) return undefined;
  const { order, key = {}, ...options } = declared ?? {};
  const own = schemaUnder(schema, "identity");
  const known = Object.keys(own?.properties ?? {}).filter((name) => name !== "order");
  const used = [...known, ...uses.map(({ name }) => name)];
  for (const [index, name] of order?.entries() ?? []) {
    if (order?.indexOf(name) === index) continue;
    const message = `\`${name}\` stands there twice`;
    reporter.error(["identity", "order", index], "bad-order", message);
  }
  const hasKeys = callers !== "open" && callers.some(({ keysSha256 }) => keysSha256.length > 0);
  for (const name of [...uses.map((use) => use.name), ...(hasKeys ? ["key"] : [])]) {
    if (order === undefined || order.includes(name)) continue;
    const message = `callers prove who they are by \`${name}\`, which is not among the \`order\``;
    reporter.warning(["identity", "order"], "unused-proof", message, `add \`${name}\``);
  }
  return {
    order: order ?? defaultOrder(used),
    key,
    options: resolveMembers(options, own, ["identity"], pemFiles),
  };
}
