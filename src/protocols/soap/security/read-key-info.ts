/**
 * Which certificate a signature says that it was made with (X.509 Token Profile 1.1.1 §3.2): in the
 * message itself, by reference or value, or by what names one that is known. It is a hint: whether
 * it is a caller's is another question.
 */
import { signatureNamespace } from "#formats/xml-signature/algorithms.ts";
import { attributeOf } from "#formats/xml-signature/read-signed-info.ts";
import { decodeBase64 } from "#formats/xml-signature/refuse.ts";
import { startTag, type VisitTarget, type XmlTokenizer } from "#formats/xml/tokenizer.ts";
import { securityNamespace } from "#protocols/soap/versions.ts";
import { checked, fail } from "./fail.ts";
import { certificateToken, subjectKeyIdentifier, thumbprint } from "./names.ts";
import { certificateBytesMax, type CertificateToken } from "./read-header.ts";

export type KeyHint =
  | { readonly kind: "certificate"; readonly bytes: Buffer }
  /** The issuer is not compared: the key has to fit in the end. */
  | { readonly kind: "serial"; readonly serial: bigint }
  | { readonly kind: "key-identifier"; readonly bytes: Buffer }
  /** SHA-1 of the certificate, as its name. */
  | { readonly kind: "thumbprint"; readonly bytes: Buffer };

const identifierBytesMax = 64;

export function readKeyInfo(
  tokenizer: XmlTokenizer,
  at: VisitTarget | undefined,
  tokens: readonly CertificateToken[],
): KeyHint {
  const hint = at && tokenizer.visit(at, () => readFirst(tokenizer, tokens));
  return hint ?? fail("soap-security", "ds:KeyInfo names no certificate");
}

/** From the start tag of KeyInfo. */
function readFirst(
  tokenizer: XmlTokenizer,
  tokens: readonly CertificateToken[],
): KeyHint | undefined {
  if (tokenizer.nextElement() !== startTag) return undefined;
  if (tokenizer.isNamed("SecurityTokenReference", securityNamespace)) {
    if (tokenizer.nextElement() !== startTag) return undefined;
    if (tokenizer.isNamed("Reference", securityNamespace)) return byReference(tokenizer, tokens);
    if (tokenizer.isNamed("KeyIdentifier", securityNamespace)) return byIdentifier(tokenizer);
  }
  if (tokenizer.isNamed("X509Data", signatureNamespace)) return byData(tokenizer);
  const name = tokenizer.name.slice(0, 100);
  const expected = "expected a reference to a token, X509Data or a KeyIdentifier";
  return fail("soap-security", `<${name}> in ds:KeyInfo is not understood; ${expected}`);
}

function byReference(tokenizer: XmlTokenizer, tokens: readonly CertificateToken[]): KeyHint {
  const uri = attributeOf(tokenizer, "URI") ?? "";
  const type = attributeOf(tokenizer, "ValueType") ?? certificateToken;
  const found = tokens.filter(({ id }) => id !== undefined && uri === `#${id}`);
  const [token] = found;
  if (token === undefined || found.length > 1 || type !== certificateToken) {
    const shown = JSON.stringify(uri.slice(0, 100));
    const expected = `is to no token of the header of type ${certificateToken}`;
    return fail("soap-security-token", `the reference ${shown} ${expected}`);
  }
  return { kind: "certificate", bytes: token.bytes };
}

function byIdentifier(tokenizer: XmlTokenizer): KeyHint {
  const type = attributeOf(tokenizer, "ValueType") ?? "";
  const kind =
    type === thumbprint
      ? "thumbprint"
      : type === subjectKeyIdentifier
        ? "key-identifier"
        : undefined;
  if (kind === undefined) {
    const shown = JSON.stringify(type.slice(0, 200));
    const expected = `expected ${subjectKeyIdentifier} or ${thumbprint}`;
    return fail("soap-security", `the KeyIdentifier is of type ${shown}; ${expected}`);
  }
  const text = tokenizer.readText();
  return { kind, bytes: checked(() => decodeBase64(text, "KeyIdentifier", identifierBytesMax)) };
}

/** The certificate itself where it is there, else what names it. */
function byData(tokenizer: XmlTokenizer): KeyHint | undefined {
  let hint: KeyHint | undefined;
  while (tokenizer.nextElement() === startTag) {
    if (tokenizer.isNamed("X509Certificate", signatureNamespace)) {
      if (hint?.kind === "certificate") fail("soap-security", "X509Data has two certificates");
      const text = tokenizer.readText();
      const of = "X509Certificate";
      hint = {
        kind: "certificate",
        bytes: checked(() => decodeBase64(text, of, certificateBytesMax)),
      };
    } else if (tokenizer.isNamed("X509IssuerSerial", signatureNamespace)) {
      const serial = readSerial(tokenizer);
      if (serial !== undefined) hint ??= { kind: "serial", serial };
    } else tokenizer.skipElement();
  }
  return hint;
}

function readSerial(tokenizer: XmlTokenizer): bigint | undefined {
  let serial: bigint | undefined;
  while (tokenizer.nextElement() === startTag) {
    const isSerial = tokenizer.isNamed("X509SerialNumber", signatureNamespace);
    const text = tokenizer.readText().trim();
    if (isSerial && /^\d{1,60}$/.test(text)) serial = BigInt(text);
  }
  return serial;
}
