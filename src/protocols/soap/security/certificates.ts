/**
 * Certificates that callers are known by: the very ones that are configured, or such as a
 * configured authority has issued to a name. No revocation lists; no chains but of one step.
 */
import { X509Certificate } from "node:crypto";
import type { SignatureProof } from "#extension/message-security.ts";
import type { KeyHint } from "./read-key-info.ts";

/** Of these, RSA keys that are shorter are refused. */
const rsaBitsMin = 2_048;

/** The certificate that the hint means, when it is one of the caller's; undefined: it is not. */
export type CertificateFinder = (hint: KeyHint, nowMs: number) => X509Certificate | undefined;

export function compileCertificates(proof: SignatureProof): CertificateFinder {
  const pinned = parseCertificates(proof.certificates ?? "");
  const authorities = parseCertificates(proof.authorities ?? "");
  const { name = "" } = proof;
  return (hint, nowMs) => {
    const found = pinned.find((one) => isMeant(one, hint));
    if (found !== undefined) return isValid(found, nowMs) ? found : undefined;
    if (hint.kind !== "certificate" || authorities.length === 0) return undefined;
    const presented = parse(hint.bytes);
    if (presented === undefined || !isValid(presented, nowMs) || !isStrong(presented)) {
      return undefined;
    }
    if (!hasName(presented, name)) return undefined;
    const isIssued = authorities.some(
      (one) =>
        one.ca &&
        isValid(one, nowMs) &&
        presented.checkIssued(one) &&
        presented.verify(one.publicKey),
    );
    return isIssued ? presented : undefined;
  };
}

/** All certificates of a PEM file. */
function parseCertificates(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

function parse(bytes: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(bytes);
  } catch {
    return undefined;
  }
}

function isMeant(certificate: X509Certificate, hint: KeyHint): boolean {
  switch (hint.kind) {
    case "certificate":
      return certificate.raw.equals(hint.bytes);
    case "serial":
      return BigInt(`0x${certificate.serialNumber}`) === hint.serial;
    case "key-identifier":
      return subjectKeyOf(certificate)?.equals(hint.bytes) === true;
    case "thumbprint":
      return (
        certificate.fingerprint.replaceAll(":", "").toLowerCase() === hint.bytes.toString("hex")
      );
  }
}

const keyIdentifierExtension = Buffer.from("0603551d0e04", "hex");

/** RFC 5280 §4.2.1.2: behind its name an OCTET STRING in an OCTET STRING. */
function subjectKeyOf({ raw }: X509Certificate): Buffer | undefined {
  const at = raw.indexOf(keyIdentifierExtension) + keyIdentifierExtension.length;
  if (at < keyIdentifierExtension.length || raw[at + 1] !== 0x04) return undefined;
  const length = raw[at + 2] ?? 0;
  return length < 0x80 ? raw.subarray(at + 3, at + 3 + length) : undefined;
}

function isValid({ validFromDate, validToDate }: X509Certificate, nowMs: number): boolean {
  return validFromDate.getTime() <= nowMs && nowMs < validToDate.getTime();
}

function isStrong({ publicKey }: X509Certificate): boolean {
  const bits = publicKey.asymmetricKeyDetails?.modulusLength;
  return bits === undefined || bits >= rsaBitsMin;
}

function hasName(certificate: X509Certificate, name: string): boolean {
  const { CN: common } = certificate.toLegacyObject().subject as { CN?: unknown };
  if (common === name) return true;
  if (!/^[A-Za-z0-9.@_-]+$/.test(name)) return false;
  const never = { subject: "never", wildcards: false } as const;
  return name.includes("@")
    ? certificate.checkEmail(name, never) !== undefined
    : certificate.checkHost(name, never) !== undefined;
}
