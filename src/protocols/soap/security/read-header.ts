/**
 * The one Security header that is for us (SOAP Message Security 1.1.1 §5): a timestamp, tokens, a
 * signature; each as it stands, believed by nobody yet. Encryption and all else is refused.
 */
import { signatureNamespace } from "#formats/xml-signature/algorithms.ts";
import { decodeBase64 } from "#formats/xml-signature/refuse.ts";
import { startTag, type VisitTarget, type XmlTokenizer } from "#formats/xml/tokenizer.ts";
import type { HeaderBlock } from "#protocols/soap/envelope.ts";
import { securityNamespace, utilityNamespace } from "#protocols/soap/versions.ts";
import { checked, fail } from "./fail.ts";
import { base64Encoding, certificateToken, isSecurityBlock } from "./names.ts";
import { readUsernameToken, type UsernameToken } from "./read-username-token.ts";

export interface SecurityHeader {
  readonly timestamp: Timestamp | undefined;
  readonly certificates: readonly CertificateToken[];
  readonly usernameToken: UsernameToken | undefined;
  readonly signature: VisitTarget | undefined;
}

export interface Timestamp {
  /** Of its start tag. */
  readonly offset: number;
  readonly created: string | undefined;
  readonly expires: string | undefined;
}

export interface CertificateToken {
  readonly id: string | undefined;
  readonly bytes: Buffer;
}

const tokensMax = 8;
export const certificateBytesMax = 16_384;

/** Undefined: there is none. */
export function findSecurity(blocks: readonly HeaderBlock[]): HeaderBlock | undefined {
  const ours = blocks.filter((block) => block.isOurs && isSecurityBlock(block));
  if (ours.length > 1) fail("soap-security", "two headers wsse:Security are for one receiver");
  return ours[0];
}

export function readSecurity(tokenizer: XmlTokenizer, block: HeaderBlock): SecurityHeader {
  let timestamp: Timestamp | undefined;
  let usernameToken: UsernameToken | undefined;
  let signature: VisitTarget | undefined;
  const certificates: CertificateToken[] = [];
  tokenizer.visit(block, () => {
    while (tokenizer.nextElement() === startTag) {
      if (tokenizer.isNamed("Timestamp", utilityNamespace)) {
        if (timestamp !== undefined) failTwice("wsu:Timestamp");
        timestamp = readTimestamp(tokenizer);
      } else if (tokenizer.isNamed("UsernameToken", securityNamespace)) {
        if (usernameToken !== undefined) failTwice("wsse:UsernameToken");
        usernameToken = readUsernameToken(tokenizer);
      } else if (tokenizer.isNamed("BinarySecurityToken", securityNamespace)) {
        if (certificates.length >= tokensMax) {
          fail("soap-security", `there are more than ${tokensMax} wsse:BinarySecurityToken`);
        }
        certificates.push(readCertificate(tokenizer));
      } else if (tokenizer.isNamed("Signature", signatureNamespace)) {
        if (signature !== undefined) failTwice("ds:Signature");
        signature = { offset: tokenizer.tagStart, scope: tokenizer.outerScope() };
        tokenizer.skipElement();
      } else {
        const expected = "expected wsu:Timestamp, wsse:UsernameToken, or a token and ds:Signature";
        const name = tokenizer.name.slice(0, 100);
        fail("soap-security", `<${name}> in wsse:Security is not understood; ${expected}`);
      }
    }
  });
  return { timestamp, usernameToken, signature, certificates };
}

function failTwice(name: string): never {
  return fail("soap-security", `there are two ${name}`);
}

function readTimestamp(tokenizer: XmlTokenizer): Timestamp {
  const offset = tokenizer.tagStart;
  let created: string | undefined;
  let expires: string | undefined;
  while (tokenizer.nextElement() === startTag) {
    if (tokenizer.isNamed("Created", utilityNamespace) && created === undefined) {
      created = tokenizer.readText().trim();
    } else if (tokenizer.isNamed("Expires", utilityNamespace) && expires === undefined) {
      expires = tokenizer.readText().trim();
    } else {
      const name = tokenizer.name.slice(0, 100);
      fail("soap-security", `<${name}> may not stand in wsu:Timestamp, or not twice`);
    }
  }
  return { offset, created, expires };
}

function readCertificate(tokenizer: XmlTokenizer): CertificateToken {
  const { attributes } = tokenizer;
  const valueOf = (name: string, namespace: string): string | undefined => {
    const index = attributes.find(name, namespace);
    return index < 0 ? undefined : attributes.value(index);
  };
  const id = valueOf("Id", utilityNamespace);
  const type = valueOf("ValueType", "") ?? "";
  const encoding = valueOf("EncodingType", "") ?? base64Encoding;
  if (type !== certificateToken || encoding !== base64Encoding) {
    const shown = JSON.stringify((type === certificateToken ? encoding : type).slice(0, 200));
    const expected = `expected ${certificateToken} in base64`;
    fail("soap-security", `the token is of type ${shown}; ${expected}`);
  }
  const text = tokenizer.readText();
  const of = "wsse:BinarySecurityToken";
  return { id, bytes: checked(() => decodeBase64(text, of, certificateBytesMax)) };
}
