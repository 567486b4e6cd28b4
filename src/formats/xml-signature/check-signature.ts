/**
 * Whether a signature was made with a key (XML Signature 1.1 §3.2.2), and whether what it covers
 * is in the document as it was signed (§3.2.1). The first comes first: digests are worked out for
 * those alone who have a key.
 */
import { hash, timingSafeEqual, verify, type KeyObject } from "node:crypto";
import { canonicalize } from "#formats/xml/canonicalize.ts";
import type { XmlLimits } from "#formats/xml/limits.ts";
import { type VisitTarget, XmlTokenizer } from "#formats/xml/tokenizer.ts";
import type { HashName } from "./algorithms.ts";
import type { XmlSignature } from "./read-signature.ts";
import { refuse } from "./refuse.ts";

export interface SignatureRules {
  /** Whether SHA-1 is taken. */
  readonly sha1: boolean;
}

/** Throws DocumentFailure. */
export function checkValue(
  { signedInfo, octets, value }: XmlSignature,
  key: KeyObject,
  rules: SignatureRules,
): void {
  const { method, references } = signedInfo;
  for (const { hash: name } of [method, ...references]) refuseHash(name, rules);
  if (key.asymmetricKeyType !== method.keyType) {
    const type = key.asymmetricKeyType ?? "";
    refuse("signature-invalid", `the signature is by ${method.keyType}, the key by ${type}`);
  }
  if (!isSignedBy(method.hash, octets, key, value)) {
    refuse("signature-invalid", "the signature was not made with the key of the certificate");
  }
}

function isSignedBy(name: HashName, octets: Buffer, key: KeyObject, value: Buffer): boolean {
  try {
    return verify(name, octets, { key, dsaEncoding: "ieee-p1363" }, value);
  } catch {
    return false;
  }
}

function refuseHash(name: HashName, { sha1 }: SignatureRules): void {
  if (name !== "sha1" || sha1) return;
  refuse("signature-algorithm", "SHA-1 is not taken; expected SHA-256, SHA-384 or SHA-512");
}

/** Every one of them. Throws DocumentFailure. @param text the document as it came. */
export function checkReferences(
  text: string,
  { offset, signedInfo: { references } }: XmlSignature,
  elements: ReadonlyMap<string, VisitTarget>,
  limits: XmlLimits,
): void {
  for (const reference of references) {
    const { id, form, hash: name, digest } = reference;
    const shown = JSON.stringify(id.slice(0, 100));
    const at = elements.get(id);
    if (at === undefined) {
      return refuse(
        "signature-invalid",
        `the signature covers ${shown}, and no element has that Id`,
      );
    }
    const tokenizer = new XmlTokenizer(text, limits);
    const canonical = tokenizer.visit(at, () => {
      const written = canonicalize(tokenizer, form);
      if (at.offset < offset && offset < tokenizer.position) {
        refuse("signature-malformed", `the element ${shown} holds the signature itself`);
      }
      return written;
    });
    const found = hash(name, canonical, "buffer");
    if (found.length !== digest.length || !timingSafeEqual(found, digest)) {
      refuse("signature-invalid", `the element ${shown} is not as it was signed`);
    }
  }
}
