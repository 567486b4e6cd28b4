/** The Signature element (XML Signature 1.1 §4.2): SignedInfo, SignatureValue, KeyInfo, no more. */
import { canonicalize } from "#formats/xml/canonicalize.ts";
import { startTag, type VisitTarget, type XmlTokenizer } from "#formats/xml/tokenizer.ts";
import { signatureNamespace } from "./algorithms.ts";
import { readForm, readSignedInfo, type SignedInfo } from "./read-signed-info.ts";
import { decodeBase64, refuse } from "./refuse.ts";

export interface XmlSignature {
  /** Of its start tag. */
  readonly offset: number;
  readonly signedInfo: SignedInfo;
  /** SignedInfo in its canonical form: what was signed. */
  readonly octets: Buffer;
  readonly value: Buffer;
  /** Where KeyInfo stands, which its protocol reads. */
  readonly keyInfo: VisitTarget | undefined;
}

const signedInfoLengthMax = 65_536;
/** An RSA key of 16,384 bits. */
const valueBytesMax = 2_048;

/** @param at its start tag. Throws DocumentFailure. */
export function readSignature(tokenizer: XmlTokenizer, at: VisitTarget): XmlSignature {
  const children: VisitTarget[] = [];
  const names: string[] = [];
  let value: Buffer | undefined;
  tokenizer.visit(at, () => {
    while (tokenizer.nextElement() === startTag) {
      const { name, namespace, tagStart } = tokenizer;
      names.push(namespace === signatureNamespace ? name : `{${namespace}}${name}`);
      if (names.length > 3) break;
      children.push({ offset: tagStart, scope: tokenizer.outerScope() });
      if (names.length === 2 && name === "SignatureValue") {
        value = decodeBase64(tokenizer.readText(), "SignatureValue", valueBytesMax);
      } else tokenizer.skipElement();
    }
  });
  const [signedInfoAt, , keyInfo] = children;
  const isWhole = /^SignedInfo SignatureValue( KeyInfo)?$/.test(names.join(" "));
  if (!isWhole || value === undefined || signedInfoAt === undefined) {
    const found = names.join(", ").slice(0, 200) || "nothing";
    const expected = "expected SignedInfo, SignatureValue and KeyInfo";
    return refuse("signature-malformed", `Signature has ${found}; ${expected}`);
  }
  const canonical = canonicalSignedInfo(tokenizer, signedInfoAt);
  const signedInfo = readSignedInfo(canonical);
  return { offset: at.offset, signedInfo, octets: Buffer.from(canonical), value, keyInfo };
}

/** Its own first child says in which form it was signed; what the form hides is not read. */
function canonicalSignedInfo(tokenizer: XmlTokenizer, at: VisitTarget): string {
  const form = tokenizer.visit(at, () => {
    const isThere =
      tokenizer.nextElement() === startTag &&
      tokenizer.isNamed("CanonicalizationMethod", signatureNamespace);
    if (!isThere) refuse("signature-malformed", "SignedInfo does not begin with its method");
    return readForm(tokenizer, "CanonicalizationMethod");
  });
  return tokenizer.visit(at, () => canonicalize(tokenizer, form, signedInfoLengthMax));
}
