/**
 * SignedInfo (XML Signature 1.1 §4.4), read from its canonical octets, which are what the key
 * signed: nothing that only the document shows counts. Of each reference one canonical form and
 * one digest; no other transforms, but that of an enveloped signature where there is none.
 */
import type { CanonicalForm } from "#formats/xml/canonicalize.ts";
import { endTag, startTag, XmlTokenizer } from "#formats/xml/tokenizer.ts";
import {
  canonicalizations,
  digestMethods,
  envelopedTransform,
  exclusiveNamespace,
  type HashName,
  type SignatureMethod,
  signatureMethods,
  signatureNamespace,
} from "./algorithms.ts";
import { decodeBase64, refuse } from "./refuse.ts";

export interface SignedInfo {
  readonly form: CanonicalForm;
  readonly method: SignatureMethod;
  readonly references: readonly Reference[];
}

export interface Reference {
  /** Of the element in the same document. */
  readonly id: string;
  readonly form: CanonicalForm;
  readonly hash: HashName;
  readonly digest: Buffer;
}

const referencesMax = 32;
const prefixesMax = 64;
const digestBytesMax = 64;

export function readSignedInfo(canonical: string): SignedInfo {
  const tokenizer = new XmlTokenizer(canonical);
  tokenizer.next();
  expect(tokenizer, "CanonicalizationMethod");
  const form = readForm(tokenizer, "CanonicalizationMethod");
  expect(tokenizer, "SignatureMethod");
  const method = known(signatureMethods, algorithmOf(tokenizer), "SignatureMethod");
  expectEnd(tokenizer);
  const references: Reference[] = [];
  while (nextChild(tokenizer)) {
    requireNamed(tokenizer, "Reference");
    if (references.length >= referencesMax) {
      refuse("signature-malformed", `SignedInfo has more than ${referencesMax} references`);
    }
    references.push(readReference(tokenizer));
  }
  const ids = new Set(references.map(({ id }) => id));
  if (ids.size < references.length) {
    refuse("signature-malformed", "two references of SignedInfo are to the same Id");
  }
  return { form, method, references };
}

function readReference(tokenizer: XmlTokenizer): Reference {
  const uri = attributeOf(tokenizer, "URI") ?? "";
  // XML Signature 1.1 §4.4.3.2: a bare name; nothing else is dereferenced.
  if (!/^#[^\s#()]+$/.test(uri)) {
    const shown = JSON.stringify(uri.slice(0, 100));
    refuse("signature-malformed", `the reference ${shown} is to no Id: expected #Id`);
  }
  expect(tokenizer, "Transforms");
  expect(tokenizer, "Transform");
  // It takes out a signature inside the element, and the element may have none in it.
  if (algorithmOf(tokenizer) === envelopedTransform) {
    expectEnd(tokenizer);
    expect(tokenizer, "Transform");
  }
  const form = readForm(tokenizer, "Transform");
  expectEnd(tokenizer);
  expect(tokenizer, "DigestMethod");
  const hash = known(digestMethods, algorithmOf(tokenizer), "DigestMethod");
  expectEnd(tokenizer);
  expect(tokenizer, "DigestValue");
  const digest = decodeBase64(tokenizer.readText(), "DigestValue", digestBytesMax);
  expectEnd(tokenizer);
  return { id: uri.slice(1), form, hash, digest };
}

/** From the start tag of a method or transform to its end tag. */
export function readForm(tokenizer: XmlTokenizer, of: string): CanonicalForm {
  const exclusive = known(canonicalizations, algorithmOf(tokenizer), of);
  let inclusivePrefixes: readonly string[] = [];
  if (nextChild(tokenizer)) {
    const isList = tokenizer.isNamed("InclusiveNamespaces", exclusiveNamespace);
    if (!isList || !exclusive) refuseElement(tokenizer, `an empty ${of}`);
    const listed = (attributeOf(tokenizer, "PrefixList") ?? "").split(/[ \t\r\n]+/);
    const found = listed.filter((prefix) => prefix !== "");
    if (found.length > prefixesMax) {
      refuse("signature-malformed", `a PrefixList has more than ${prefixesMax} prefixes`);
    }
    inclusivePrefixes = found.map((prefix) => (prefix === "#default" ? "" : prefix));
    expectEnd(tokenizer);
    expectEnd(tokenizer);
  }
  return { exclusive, inclusivePrefixes };
}

function known<T>(table: ReadonlyMap<string, T>, algorithm: string, of: string): T {
  const found = table.get(algorithm);
  if (found !== undefined) return found;
  const shown = JSON.stringify(algorithm.slice(0, 200));
  const names = [...table.keys()].filter((name) => !name.endsWith("sha1")).join(", ");
  return refuse("signature-algorithm", `the ${of} ${shown} is not known; expected ${names}`);
}

function algorithmOf(tokenizer: XmlTokenizer): string {
  return attributeOf(tokenizer, "Algorithm") ?? "";
}

export function attributeOf({ attributes }: XmlTokenizer, name: string): string | undefined {
  const index = attributes.find(name, "");
  return index < 0 ? undefined : attributes.value(index);
}

/** The next child element; false: the end tag of the element that it would be in. */
function nextChild(tokenizer: XmlTokenizer): boolean {
  return tokenizer.nextElement() === startTag;
}

function expect(tokenizer: XmlTokenizer, name: string): void {
  if (!nextChild(tokenizer)) refuse("signature-malformed", `<${name}> is missing`);
  requireNamed(tokenizer, name);
}

function expectEnd(tokenizer: XmlTokenizer): void {
  if (tokenizer.nextElement() !== endTag) refuseElement(tokenizer, "no more");
}

function requireNamed(tokenizer: XmlTokenizer, name: string): void {
  if (!tokenizer.isNamed(name, signatureNamespace)) refuseElement(tokenizer, `<${name}>`);
}

function refuseElement({ name }: XmlTokenizer, expected: string): never {
  const found = name.slice(0, 100);
  return refuse("signature-malformed", `<${found}> stands in SignedInfo; expected ${expected}`);
}
