/**
 * WS-Security at the boundary: UsernameToken Profile 1.1.1, password as text or as digest over a
 * nonce and a time that count once (per worker). Signatures (X.509 Token Profile) are not read: a
 * call that brings one is refused.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock, Random } from "#base/platform.ts";
import { DocumentFailure } from "#contract/document-fault.ts";
import { endTag, startTag, type XmlTokenizer } from "#formats/xml/tokenizer.ts";
import type { OpenEnvelope } from "./envelope.ts";
import { securityNamespace, utilityNamespace } from "./versions.ts";
import { escapeText } from "./xml-text.ts";

const profile =
  "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0";
const passwordText = `${profile}#PasswordText`;
const passwordDigest = `${profile}#PasswordDigest`;
const base64Encoding =
  "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

export interface UsernameTokenVerifier {
  /** From behind the whole document. Throws DocumentFailure. @returns the name of the user. */
  readonly verify: (envelope: OpenEnvelope) => string;
}

export interface UsernameTokenRules {
  /** Undefined: no such user. */
  readonly passwordOf: (username: string) => string | undefined;
  readonly clock: Clock;
  /** Whether passwords may come as text; only ever under TLS. */
  readonly allowText: boolean;
  /** How old, or how far ahead, a Created may be. Nonces are kept that long. */
  readonly windowMs?: number;
  /** Nonces kept at once; beyond it calls are refused rather than nonces forgotten. */
  readonly noncesMax?: number;
}

interface UsernameToken {
  readonly username: string;
  readonly password: string;
  readonly passwordType: string;
  readonly nonce: string;
  readonly created: string;
}

export function createUsernameTokenVerifier(rules: UsernameTokenRules): UsernameTokenVerifier {
  const { windowMs = 300_000, noncesMax = 100_000, clock } = rules;
  /** By nonce, the time from which on it may be forgotten; the oldest first. */
  const seen = new Map<string, number>();

  const checkFresh = ({ nonce: written, created }: UsernameToken): void => {
    const bytes = Buffer.from(written, "base64");
    if (bytes.length < 8 || bytes.length > 128) fail("expected a wsse:Nonce of 8 to 128 bytes");
    // Other spellings of the same bytes are the same nonce.
    const nonce = bytes.toString("base64");
    const nowMs = clock.nowMs();
    const createdMs = timeOf(created);
    if (Number.isNaN(createdMs)) fail("wsu:Created is missing or no time with a zone");
    if (Math.abs(nowMs - createdMs) > windowMs) {
      fail(`wsu:Created is further than ${windowMs} ms from now (windowMs)`);
    }
    for (const [old, untilMs] of seen) {
      if (untilMs > nowMs) break;
      seen.delete(old);
    }
    if (seen.has(nonce)) fail("the wsse:Nonce was used before");
    if (seen.size >= noncesMax) fail(`more than ${noncesMax} nonces in the window (noncesMax)`);
    // Kept from now on, so that the order of the map is the order of forgetting.
    seen.set(nonce, nowMs + 2 * windowMs);
  };

  return {
    verify: (envelope) => {
      const token = readSecurity(envelope, clock);
      const expected = rules.passwordOf(token.username);
      const isDigest = token.passwordType === passwordDigest;
      if (!isDigest && !rules.allowText)
        fail("passwords as text are not allowed: expected a digest");
      if (isDigest && token.nonce === "") fail("a digest needs a wsse:Nonce");
      const wanted = isDigest
        ? digestOf(Buffer.from(token.nonce, "base64"), token.created, expected ?? "")
        : (expected ?? "");
      // One message for both, so that nobody learns which users there are.
      if (!sameText(token.password, wanted) || expected === undefined) {
        fail("the user or the password is wrong");
      }
      if (isDigest) checkFresh(token);
      return token.username;
    },
  };
}

function fail(message: string): never {
  const place = "Envelope/Header/Security";
  throw new DocumentFailure({ kind: "fault", code: "soap-security", message, place });
}

/** Profile 1.1.1 §3.1: Base64(SHA-1(nonce + created + password)). */
function digestOf(nonce: Uint8Array, created: string, password: string): string {
  return createHash("sha1").update(nonce).update(created).update(password).digest("base64");
}

/** In a time that does not tell how much of it is right. */
function sameText(first: string, second: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(first), hash(second));
}

function readSecurity({ blocks, tokenizer }: OpenEnvelope, clock: Clock): UsernameToken {
  const ours = blocks.filter(
    ({ name, namespace, isOurs }) =>
      name === "Security" && namespace === securityNamespace && isOurs,
  );
  const [block] = ours;
  if (block === undefined) return fail("the header wsse:Security is missing");
  if (ours.length > 1) fail("there are two headers wsse:Security for one receiver");
  return tokenizer.visit(block, () => {
    let token: UsernameToken | undefined;
    while (tokenizer.nextElement() === startTag) {
      if (tokenizer.isNamed("UsernameToken", securityNamespace)) {
        if (token !== undefined) fail("there are two wsse:UsernameToken");
        token = readToken(tokenizer);
      } else if (tokenizer.isNamed("Timestamp", utilityNamespace)) {
        checkTimestamp(tokenizer, clock);
      } else {
        const name = tokenizer.name.slice(0, 100);
        fail(`<${name}> is not understood: expected wsse:UsernameToken`);
      }
    }
    return token ?? fail("wsse:UsernameToken is missing");
  });
}

/** SOAP Message Security 1.1 §10: what has expired is not processed. */
function checkTimestamp(tokenizer: XmlTokenizer, clock: Clock): void {
  while (tokenizer.nextElement() === startTag) {
    const isExpiry = tokenizer.isNamed("Expires", utilityNamespace);
    const expiresMs = timeOf(tokenizer.readText().trim());
    if (isExpiry && !(expiresMs > clock.nowMs())) fail("wsu:Expires is over, or no time");
  }
}

/** Milliseconds since 1970; NaN for what is no time with a zone. */
function timeOf(text: string): number {
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
  return form.test(text) ? Date.parse(text) : NaN;
}

function readToken(tokenizer: XmlTokenizer): UsernameToken {
  const texts: Record<string, string> = Object.create(null) as Record<string, string>;
  let passwordType = passwordText;
  while (tokenizer.nextElement() !== endTag) {
    const { name, attributes } = tokenizer;
    const isKnown =
      name === "Created"
        ? tokenizer.namespace === utilityNamespace
        : tokenizer.namespace === securityNamespace &&
          ["Username", "Password", "Nonce"].includes(name);
    if (!isKnown || texts[name] !== undefined) {
      fail(`<${name.slice(0, 100)}> may not stand in wsse:UsernameToken, or not twice`);
    }
    if (name === "Password") {
      const type = attributes.find("Type", "");
      passwordType = type < 0 ? passwordText : attributes.value(type);
    }
    texts[name] = tokenizer.readText().trim();
  }
  if (passwordType !== passwordText && passwordType !== passwordDigest) {
    fail(`the password is of type ${passwordType.slice(0, 200)}: expected text or digest`);
  }
  const { Username: username, Password: password } = texts;
  if (username === undefined || password === undefined) {
    return fail("wsse:Username or wsse:Password is missing");
  }
  return {
    username,
    password,
    passwordType,
    nonce: texts["Nonce"] ?? "",
    created: texts["Created"] ?? "",
  };
}

export interface UsernameTokenSender {
  readonly username: string;
  readonly password: string;
  readonly style: "text" | "digest";
  readonly clock: Clock;
  readonly random: Random;
}

/** The header block; `soap` is the prefix of the envelope. */
export function writeUsernameToken(sender: UsernameTokenSender): string {
  const { username, password, style, clock, random } = sender;
  const nonce = random.bytes(16);
  const created = new Date(clock.nowMs()).toISOString();
  const type = style === "digest" ? passwordDigest : passwordText;
  const secret = style === "digest" ? digestOf(nonce, created, password) : password;
  return (
    `<wsse:Security xmlns:wsse="${securityNamespace}" xmlns:wsu="${utilityNamespace}"` +
    ` soap:mustUnderstand="1"><wsse:UsernameToken>` +
    `<wsse:Username>${escapeText(username)}</wsse:Username>` +
    `<wsse:Password Type="${type}">${escapeText(secret)}</wsse:Password>` +
    `<wsse:Nonce EncodingType="${base64Encoding}">${nonce.toString("base64")}</wsse:Nonce>` +
    `<wsu:Created>${created}</wsu:Created></wsse:UsernameToken></wsse:Security>`
  );
}
