/** `Content-Digest` (RFC 9530 §2): the strongest that we know of those that are given. */
import type { BodyDigest } from "#extension/proof.ts";
import { parseDictionary } from "#formats/http-signature/structured-fields.ts";
import { problems } from "./problems.ts";

const known = [
  ["sha-512", "sha512", 64],
  ["sha-256", "sha256", 32],
] as const;

export function digestIn(value: string): BodyDigest | undefined {
  const digests = parseDictionary(value);
  for (const [name, algorithm, length] of known) {
    const found = digests?.get(name);
    if (found === undefined) continue;
    if (found.kind !== "item" || found.item.kind !== "bytes") return undefined;
    const { value: expected } = found.item;
    if (expected.length !== length) return undefined;
    const problem = problems["digest-wrong"](`its ${name} is not the one in \`Content-Digest\``);
    return { algorithm, expected, problem };
  }
  return undefined;
}
