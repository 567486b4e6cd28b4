/** The algorithms of XML Signature that are known, by their names. No HMAC is among them. */
import type { KeyObject } from "node:crypto";

export type HashName = "sha1" | "sha256" | "sha384" | "sha512";

export interface SignatureMethod {
  readonly hash: HashName;
  readonly keyType: "rsa" | "ec";
}

export const signatureNamespace = "http://www.w3.org/2000/09/xmldsig#";
export const exclusiveNamespace = "http://www.w3.org/2001/10/xml-exc-c14n#";

const older = "http://www.w3.org/2000/09/xmldsig#";
const more = "http://www.w3.org/2001/04/xmldsig-more#";
const encryption = "http://www.w3.org/2001/04/xmlenc#";

/** Name of the algorithm, and whether it is the exclusive form; those without comments only. */
export const canonicalizations: ReadonlyMap<string, boolean> = new Map([
  [exclusiveNamespace, true],
  ["http://www.w3.org/TR/2001/REC-xml-c14n-20010315", false],
]);

export const digestMethods: ReadonlyMap<string, HashName> = new Map([
  [`${older}sha1`, "sha1"],
  [`${encryption}sha256`, "sha256"],
  [`${more}sha384`, "sha384"],
  [`${encryption}sha512`, "sha512"],
]);

export const signatureMethods: ReadonlyMap<string, SignatureMethod> = new Map([
  [`${older}rsa-sha1`, { hash: "sha1", keyType: "rsa" }],
  [`${more}rsa-sha256`, { hash: "sha256", keyType: "rsa" }],
  [`${more}rsa-sha384`, { hash: "sha384", keyType: "rsa" }],
  [`${more}rsa-sha512`, { hash: "sha512", keyType: "rsa" }],
  [`${more}ecdsa-sha1`, { hash: "sha1", keyType: "ec" }],
  [`${more}ecdsa-sha256`, { hash: "sha256", keyType: "ec" }],
  [`${more}ecdsa-sha384`, { hash: "sha384", keyType: "ec" }],
  [`${more}ecdsa-sha512`, { hash: "sha512", keyType: "ec" }],
]);

export const envelopedTransform = `${older}enveloped-signature`;
export const sha256Digest = `${encryption}sha256`;

/** What a key of this kind signs with; undefined: it cannot sign here. */
export function methodOfKey(key: KeyObject): string | undefined {
  if (key.asymmetricKeyType === "rsa") return `${more}rsa-sha256`;
  return key.asymmetricKeyType === "ec" ? `${more}ecdsa-sha256` : undefined;
}
