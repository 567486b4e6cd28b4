/**
 * Who a message proves to be from (SOAP Message Security 1.1.1): a caller all of whose proofs it
 * carries, and none besides; fresh, and not received before. Signatures are checked on the very
 * text that the face reads.
 */
import { hash, timingSafeEqual, type X509Certificate } from "node:crypto";
import type { Clock } from "#base/platform.ts";
import type { CallerProof, FaceSecurity, PasswordProof } from "#extension/message-security.ts";
import type { QualifiedName } from "#contract/contract.ts";
import { checkValue } from "#formats/xml-signature/check-signature.ts";
import { readSignature, type XmlSignature } from "#formats/xml-signature/read-signature.ts";
import type { XmlLimits } from "#formats/xml/limits.ts";
import { XmlTokenizer } from "#formats/xml/tokenizer.ts";
import type { HeaderBlock, OpenEnvelope } from "#protocols/soap/envelope.ts";
import { type CertificateFinder, compileCertificates } from "./certificates.ts";
import { checkCoverage } from "./coverage.ts";
import { checked, fail } from "./fail.ts";
import { checkCreation, checkTimestamp } from "./freshness.ts";
import { readSecurity, type SecurityHeader } from "./read-header.ts";
import { readKeyInfo } from "./read-key-info.ts";
import { digestOf, type UsernameToken } from "./read-username-token.ts";

export interface ReceivedMessage {
  readonly text: string;
  readonly envelope: OpenEnvelope;
  /** Whether it came encrypted. */
  readonly encrypted: boolean;
  readonly limits: XmlLimits;
  /** Whether the contract declares a header block. */
  readonly declaresHeader: (name: QualifiedName) => boolean;
}

/** Throws DocumentFailure. @returns the name of the caller. */
export type MessageVerifier = (message: ReceivedMessage, block: HeaderBlock) => string;

interface Candidate {
  readonly proof: CallerProof;
  readonly find: CertificateFinder;
}

export function createMessageVerifier(
  { proofs, replays }: FaceSecurity,
  clock: Clock,
): MessageVerifier {
  const candidates = proofs.map((proof): Candidate => {
    const { signature } = proof;
    return { proof, find: signature ? compileCertificates(signature) : () => undefined };
  });

  const claim = (key: string, untilMs: number, what: string): void => {
    const told = replays.claim(key, untilMs);
    if (told === "seen") fail("soap-security", `${what} was received before`);
    if (told === "full")
      fail("soap-security", "too many messages within ageMsMax; try again later");
  };

  return (message, block) => {
    const tokenizer = new XmlTokenizer(message.text, message.limits);
    const header = readSecurity(tokenizer, block);
    const signed = readSigned(tokenizer, header);
    const nowMs = clock.nowMs();
    const { proof, certificate } = identify(candidates, header, signed, nowMs);
    const { ageMsMax, skewMs, caller } = proof;
    const freshness = { nowMs, ageMsMax, skewMs };
    const { usernameToken } = header;
    if (usernameToken !== undefined && proof.password !== undefined) {
      checkPassword(usernameToken, proof.password, message.encrypted);
    }
    if (signed !== undefined && proof.signature !== undefined && certificate !== undefined) {
      const rules = { sha1: proof.signature.sha1 };
      checked(() => checkValue(signed.signature, certificate.publicKey, rules));
      checkCoverage(message, header, signed.signature, proof.signature.signed);
    }
    const untilMs =
      header.timestamp === undefined ? Infinity : checkTimestamp(header.timestamp, freshness);
    if (usernameToken?.isDigest === true) {
      const createdUntilMs = checkCreation(usernameToken.created, freshness);
      // Other spellings of the same bytes are the same nonce.
      const nonce = nonceOf(usernameToken).toString("base64");
      claim(`nonce ${caller} ${nonce}`, createdUntilMs, "the wsse:Nonce");
    }
    if (signed !== undefined && proof.signature?.signed.includes("timestamp") === true) {
      // What was signed, not the signature: of ECDSA's there are two for everything.
      claim(`signed ${caller} ${hash("sha256", signed.signature.octets)}`, untilMs, "the message");
    }
    return caller;
  };
}

interface Signed {
  readonly signature: XmlSignature;
  readonly hint: ReturnType<typeof readKeyInfo>;
}

function readSigned(tokenizer: XmlTokenizer, header: SecurityHeader): Signed | undefined {
  const { signature: at, certificates } = header;
  if (at === undefined) return undefined;
  const signature = checked(() => readSignature(tokenizer, at));
  return { signature, hint: readKeyInfo(tokenizer, signature.keyInfo, certificates) };
}

interface Identified {
  readonly proof: CallerProof;
  readonly certificate: X509Certificate | undefined;
}

/** The caller who has what the message carries; whether it holds is not looked at yet. */
function identify(
  candidates: readonly Candidate[],
  { usernameToken }: SecurityHeader,
  signed: Signed | undefined,
  nowMs: number,
): Identified {
  for (const { proof, find } of candidates) {
    if (proof.password?.username !== usernameToken?.username) continue;
    if ((proof.signature === undefined) !== (signed === undefined)) continue;
    const certificate = signed === undefined ? undefined : find(signed.hint, nowMs);
    if (signed === undefined || certificate !== undefined) return { proof, certificate };
  }
  const code = "soap-security-authentication";
  if (signed !== undefined) {
    const also = usernameToken === undefined ? "" : " together with the user";
    return fail(code, `the certificate${also} is no caller's, or not valid now`);
  }
  if (usernameToken === undefined) {
    return fail(code, "wsse:Security has neither wsse:UsernameToken nor ds:Signature");
  }
  return fail(code, wrongPassword);
}

/** One message for both, so that nobody learns which users there are. */
const wrongPassword = "the user or the password is wrong";

function checkPassword(
  token: UsernameToken,
  { password, digest, withoutTls }: PasswordProof,
  encrypted: boolean,
): void {
  const code = "soap-security-authentication";
  if (!token.isDigest && digest) fail(code, "the password came as text; expected its digest");
  if (!token.isDigest && !encrypted && !withoutTls) {
    fail(code, "the password came as text, and not over TLS; expected TLS, or a digest");
  }
  const wanted = token.isDigest ? digestOf(nonceOf(token), token.created, password) : password;
  if (!sameText(token.password, wanted)) fail(code, wrongPassword);
}

function nonceOf({ nonce }: UsernameToken): Buffer {
  const bytes = Buffer.from(nonce, "base64");
  if (bytes.length >= 8 && bytes.length <= 128) return bytes;
  return fail("soap-security", "a digest needs a wsse:Nonce of 8 to 128 bytes");
}

/** In a time that does not tell how much of it is right. */
function sameText(first: string, second: string): boolean {
  const digest = (text: string) => hash("sha256", text, "buffer");
  return timingSafeEqual(digest(first), digest(second));
}
