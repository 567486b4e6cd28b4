/** Signatures by the algorithms of RFC 9421 §3.3, and which keys each takes. */
import { constants, createHmac, sign, timingSafeEqual, verify, type KeyObject } from "node:crypto";

export const signatureAlgorithms = [
  "rsa-pss-sha512",
  "rsa-v1_5-sha256",
  "ecdsa-p256-sha256",
  "ecdsa-p384-sha384",
  "ed25519",
  "hmac-sha256",
] as const;

export type SignatureAlgorithm = (typeof signatureAlgorithms)[number];

const rsaBitsMin = 2_048;
const secretBytesMin = 32;

/** @returns what is wrong with a key for this algorithm, in words; undefined: nothing. */
export function keyFault(algorithm: SignatureAlgorithm, key: KeyObject): string | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details, type: kind } = key;
  if (algorithm === "hmac-sha256") {
    if (kind !== "secret") return "it is no secret";
    const bytes = key.symmetricKeySize ?? 0;
    return bytes < secretBytesMin ? `it has ${bytes} bytes; expected ${secretBytesMin}` : undefined;
  }
  const expected = keyTypes[algorithm];
  const found = type === "ec" ? (details?.namedCurve ?? "ec") : (type ?? kind);
  if (!expected.includes(found)) return `it is of type ${found}; expected ${expected.join(" or ")}`;
  const bits = details?.modulusLength ?? rsaBitsMin;
  return bits < rsaBitsMin ? `it has ${bits} bits; expected ${rsaBitsMin}` : undefined;
}

const keyTypes = {
  "rsa-pss-sha512": ["rsa", "rsa-pss"],
  "rsa-v1_5-sha256": ["rsa"],
  "ecdsa-p256-sha256": ["prime256v1"],
  "ecdsa-p384-sha384": ["secp384r1"],
  ed25519: ["ed25519"],
} as const satisfies Record<
  Exclude<SignatureAlgorithm, "hmac-sha256">,
  readonly string[]
> as Record<Exclude<SignatureAlgorithm, "hmac-sha256">, readonly string[]>;

export function verifySignature(
  algorithm: SignatureAlgorithm,
  key: KeyObject,
  data: Buffer,
  signature: Buffer,
): boolean {
  if (algorithm === "hmac-sha256") {
    const expected = hmac(key, data);
    return expected.length === signature.length && timingSafeEqual(expected, signature);
  }
  const { digest, options } = parametersOf(algorithm);
  return verify(digest, data, { key, ...options }, signature);
}

export function createSignature(
  algorithm: SignatureAlgorithm,
  key: KeyObject,
  data: Buffer,
): Buffer {
  if (algorithm === "hmac-sha256") return hmac(key, data);
  const { digest, options } = parametersOf(algorithm);
  return sign(digest, data, { key, ...options });
}

function hmac(key: KeyObject, data: Buffer): Buffer {
  return createHmac("sha256", key).update(data).digest();
}

function parametersOf(algorithm: Exclude<SignatureAlgorithm, "hmac-sha256">) {
  const ieee = { dsaEncoding: "ieee-p1363" } as const;
  switch (algorithm) {
    case "rsa-pss-sha512": {
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      return { digest: "sha512", options: { padding, saltLength: 64 } };
    }
    case "rsa-v1_5-sha256":
      return { digest: "sha256", options: { padding: constants.RSA_PKCS1_PADDING } };
    case "ecdsa-p256-sha256":
      return { digest: "sha256", options: ieee };
    case "ecdsa-p384-sha384":
      return { digest: "sha384", options: ieee };
    case "ed25519":
      return { digest: undefined, options: {} };
  }
}
