/** The keys of a caller as their digests: each names one caller, who may have several. */
import { hash } from "node:crypto";
import type { NodePath } from "#formats/yaml/node-path.ts";
import type { Reporter } from "#formats/yaml/reporter.ts";
import type { DeclaredCaller } from "./declared.ts";
import { keyOptions, proofNames } from "./resolve-identity.ts";

/** Whoever sends no proof. */
const anonymous = "anonymous";
const keyLengthAdvised = 16;

/**
 * In the order of the file, by whose numbers the ledger tells which one was used.
 * @param owners names of callers by the digests of their keys; those of this one are added.
 */
export function digestKeys(
  name: string,
  caller: DeclaredCaller,
  owners: Map<string, string>,
  reporter: Reporter,
): readonly string[] {
  if (name === anonymous) {
    refuseProofs(caller, reporter);
    return [];
  }
  const [option, ...others] = keyOptions.filter((one) => caller[one] !== undefined);
  if (option === undefined) {
    if (caller.wsSecurity !== undefined || proofNames(caller).length > 0) return [];
    const message =
      `\`callers.${name}\` has neither \`key\` nor another proof; only \`${anonymous}\` can be ` +
      "without";
    reporter.error(["callers", name], "missing-key", message);
    return [];
  }
  for (const other of others) {
    const message = `caller ${name} has \`${option}\` and \`${other}\`; expected one of them`;
    reporter.error(["callers", name, other], "two-keys", message);
  }
  const isDigest = option === "keySha256" || option === "keysSha256";
  const written = caller[option] ?? [];
  const own = ["callers", name, option];
  const single = typeof written === "string";
  const digests = (single ? [written] : written).map((text, index) => {
    const path = single ? own : [...own, index];
    if (!isDigest) adviseLength(name, text, path, reporter);
    const digest = isDigest ? text : hash("sha256", text);
    checkOwner(name, digest, owners, path, reporter);
    return digest;
  });
  return digests;
}

function refuseProofs(caller: DeclaredCaller, reporter: Reporter): void {
  for (const proof of [...keyOptions, "wsSecurity", ...proofNames(caller)]) {
    if (caller[proof] === undefined) continue;
    const who = `caller \`${anonymous}\` is whoever sends no proof`;
    const message = `${who}; expected no \`${proof}\` here`;
    reporter.error(["callers", anonymous, proof], "key-of-anonymous", message);
  }
}

function adviseLength(name: string, key: string, path: NodePath, reporter: Reporter): void {
  if (key.length >= keyLengthAdvised) return;
  const whose = path.length > 3 ? "a key" : "the key";
  const message = `${whose} of caller ${name} has ${key.length} characters and may be guessed`;
  reporter.warning(path, "short-key", message, `use ${keyLengthAdvised} or more`);
}

/** A key must name one caller. */
function checkOwner(
  name: string,
  digest: string,
  owners: Map<string, string>,
  path: NodePath,
  reporter: Reporter,
): void {
  const owner = owners.get(digest);
  if (owner === undefined) {
    owners.set(digest, name);
    return;
  }
  const message =
    owner === name
      ? `caller ${name} has the same key twice; each of its keys must be another one`
      : `callers ${owner} and ${name} have the same key; a key must name one caller`;
  reporter.error(path, "shared-key", message);
}
