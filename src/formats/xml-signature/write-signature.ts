/**
 * A signature over elements of a document of our own (XML Signature 1.1 §3.1): exclusive form,
 * SHA-256, RSA or ECDSA by the kind of the key.
 */
import { hash, sign, type KeyObject } from "node:crypto";
import { assert } from "#base/assert.ts";
import { exclusiveNamespace, methodOfKey, sha256Digest, signatureNamespace } from "./algorithms.ts";

/** An element by its Id, which is a plain name, in its exclusive canonical form. */
export interface SignedElement {
  readonly id: string;
  readonly canonical: string;
}

/** @param keyInfo what stands in KeyInfo, with its own declarations. */
export function writeSignature(
  elements: readonly SignedElement[],
  key: KeyObject,
  keyInfo: string,
): string {
  const signedInfo = writeSignedInfo(elements, key);
  const octets = Buffer.from(signedInfo);
  const value = sign("sha256", octets, { key, dsaEncoding: "ieee-p1363" });
  return (
    `<ds:Signature xmlns:ds="${signatureNamespace}">${signedInfo}` +
    `<ds:SignatureValue>${value.toString("base64")}</ds:SignatureValue>` +
    `<ds:KeyInfo>${keyInfo}</ds:KeyInfo></ds:Signature>`
  );
}

/** In its canonical form already, so that it is signed as it is written. */
function writeSignedInfo(elements: readonly SignedElement[], key: KeyObject): string {
  const method = methodOfKey(key);
  assert(method !== undefined, `a key of type ${key.asymmetricKeyType} cannot sign`);
  const form = `Algorithm="${exclusiveNamespace}"`;
  const references = elements.map(
    ({ id, canonical }) =>
      `<ds:Reference URI="#${id}">` +
      `<ds:Transforms><ds:Transform ${form}></ds:Transform></ds:Transforms>` +
      `<ds:DigestMethod Algorithm="${sha256Digest}"></ds:DigestMethod>` +
      `<ds:DigestValue>${hash("sha256", canonical, "base64")}</ds:DigestValue></ds:Reference>`,
  );
  return (
    `<ds:SignedInfo xmlns:ds="${signatureNamespace}">` +
    `<ds:CanonicalizationMethod ${form}></ds:CanonicalizationMethod>` +
    `<ds:SignatureMethod Algorithm="${method}"></ds:SignatureMethod>` +
    `${references.join("")}</ds:SignedInfo>`
  );
}
