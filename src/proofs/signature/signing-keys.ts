/** The keys of callers, by their ids. */
import { createPublicKey, createSecretKey, type KeyObject } from "node:crypto";
import { keyFault } from "#formats/http-signature/algorithms.ts";
import type { ProofCaller, ProofFiles, ProofFinding } from "#extension/proof.ts";
import type { SignatureCaller } from "./options.ts";

export type SigningCaller = ProofCaller<SignatureCaller> & { readonly key: KeyObject };

const keyBytesMax = 64 * 1024;

/** Throws what is wrong with it. */
export function keyOf(
  { algorithm, publicKey, secret }: SignatureCaller,
  { readUpTo }: ProofFiles,
): KeyObject {
  const isShared = algorithm === "hmac-sha256";
  if ((publicKey === undefined) !== isShared || (secret === undefined) === isShared) {
    throw new Error(`\`${algorithm}\` needs \`${isShared ? "secret" : "publicKey"}\` alone`);
  }
  const key =
    publicKey === undefined
      ? createSecretKey(readSecret(secret?.secret ?? ""))
      : createPublicKey(readUpTo(publicKey, keyBytesMax));
  const fault = keyFault(algorithm, key);
  if (fault !== undefined) throw new Error(`the key does not fit \`${algorithm}\`: ${fault}`);
  return key;
}

function readSecret(text: string): Buffer {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) throw new Error("`secret` is not base64");
  return Buffer.from(text, "base64");
}

export function checkKeys(
  callers: readonly ProofCaller<SignatureCaller>[],
  files: ProofFiles,
): readonly ProofFinding[] {
  const owners = new Map<string, string>();
  return callers.flatMap(({ name, options, source }): readonly ProofFinding[] => {
    const findings: ProofFinding[] = [];
    const owner = owners.get(options.keyId);
    if (owner === undefined) owners.set(options.keyId, name);
    else {
      const message = `callers ${owner} and ${name} have the same \`keyId\`; expected two`;
      findings.push({ severity: "error", message, source });
    }
    try {
      keyOf(options, files);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      findings.push({ severity: "error", message: `caller ${name}: ${reason}`, source });
    }
    return findings;
  });
}
