/**
 * The Security header of messages to instances: a timestamp, a UsernameToken, a signature over
 * parts of the envelope with the certificate beside it.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Clock, Random } from "#base/platform.ts";
import type { SentPart, UpstreamSecurity } from "#extension/message-security.ts";
import { type SignedElement, writeSignature } from "#formats/xml-signature/write-signature.ts";
import { findElements } from "#formats/xml-signature/find-elements.ts";
import { canonicalize } from "#formats/xml/canonicalize.ts";
import { defaultXmlLimits } from "#formats/xml/limits.ts";
import { XmlTokenizer } from "#formats/xml/tokenizer.ts";
import { writeEnvelope } from "#protocols/soap/envelope.ts";
import { securityNamespace, type SoapDialect, utilityNamespace } from "#protocols/soap/versions.ts";
import { escapeText } from "#protocols/soap/xml-text.ts";
import { base64Encoding, certificateToken, passwordDigest, passwordText } from "./names.ts";
import { digestOf } from "./read-username-token.ts";

/** The envelope with a Security header of its own. */
export type SecureEnvelope = (dialect: SoapDialect, headers: string, body: string) => Buffer;

const exclusive = { exclusive: true, inclusivePrefixes: [] } as const;

export function createSecureEnvelope(
  security: UpstreamSecurity,
  clock: Clock,
  random: Random,
): SecureEnvelope {
  const { usernameToken, signature, ageMsMax } = security;
  const key = signature && createPrivateKey(signature.key);
  const certificate = signature && new X509Certificate(signature.certificate);
  const parts = signature?.parts ?? [];
  return (dialect, headers, body) => {
    const nowMs = clock.nowMs();
    // Of one message alone, so that no Id of its content is the same.
    const mark = random.bytes(12).toString("hex");
    const idOf = (part: SentPart | "token"): string => `${part}-${mark}`;
    const tokens = [
      parts.includes("timestamp") ? writeTimestamp(idOf("timestamp"), nowMs, ageMsMax) : "",
      certificate === undefined ? "" : writeCertificate(idOf("token"), certificate),
      usernameToken === undefined
        ? ""
        : writeUsernameToken(idOf("username-token"), usernameToken, nowMs, random),
    ].join("");
    const bodyId = parts.includes("body") ? idOf("body") : undefined;
    const withSignature = (written: string): Buffer => {
      const block = openSecurity + tokens + written + closeSecurity;
      return writeEnvelope(dialect, block + headers, body, bodyId);
    };
    if (key === undefined) return withSignature("");
    const ids = new Set(parts.map(idOf));
    const elements = canonicalParts(withSignature("").toString(), ids);
    return withSignature(writeSignature(elements, key, writeKeyInfo(idOf("token"))));
  };
}

/** Worked out from the message as it is written. */
function canonicalParts(text: string, ids: ReadonlySet<string>): readonly SignedElement[] {
  const elements = findElements(text, ids, utilityNamespace, defaultXmlLimits);
  return [...elements].map(([id, at]) => {
    const tokenizer = new XmlTokenizer(text);
    return { id, canonical: tokenizer.visit(at, () => canonicalize(tokenizer, exclusive)) };
  });
}

/** `soap` is the prefix of the envelope. */
const openSecurity =
  `<wsse:Security xmlns:wsse="${securityNamespace}" xmlns:wsu="${utilityNamespace}"` +
  ` soap:mustUnderstand="1">`;
const closeSecurity = "</wsse:Security>";

function writeKeyInfo(tokenId: string): string {
  const reference = `<wsse:Reference URI="#${tokenId}" ValueType="${certificateToken}"/>`;
  return `<wsse:SecurityTokenReference>${reference}</wsse:SecurityTokenReference>`;
}

function writeTimestamp(id: string, nowMs: number, ageMsMax: number): string {
  const created = new Date(nowMs).toISOString();
  const expires = new Date(nowMs + ageMsMax).toISOString();
  return (
    `<wsu:Timestamp wsu:Id="${id}"><wsu:Created>${created}</wsu:Created>` +
    `<wsu:Expires>${expires}</wsu:Expires></wsu:Timestamp>`
  );
}

function writeCertificate(id: string, { raw }: X509Certificate): string {
  const name = "wsse:BinarySecurityToken";
  const types = `EncodingType="${base64Encoding}" ValueType="${certificateToken}"`;
  return `<${name} ${types} wsu:Id="${id}">${raw.toString("base64")}</${name}>`;
}

function writeUsernameToken(
  id: string,
  { username, password, digest }: NonNullable<UpstreamSecurity["usernameToken"]>,
  nowMs: number,
  random: Random,
): string {
  const nonce = random.bytes(16);
  const created = new Date(nowMs).toISOString();
  const type = digest ? passwordDigest : passwordText;
  const secret = digest ? digestOf(nonce, created, password) : password;
  return (
    `<wsse:UsernameToken wsu:Id="${id}">` +
    `<wsse:Username>${escapeText(username)}</wsse:Username>` +
    `<wsse:Password Type="${type}">${escapeText(secret)}</wsse:Password>` +
    `<wsse:Nonce EncodingType="${base64Encoding}">${nonce.toString("base64")}</wsse:Nonce>` +
    `<wsu:Created>${created}</wsu:Created></wsse:UsernameToken>`
  );
}
