import assert from "node:assert/strict";
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import test from "node:test";
import { DocumentFailure } from "#contract/document-fault.ts";
import { canonicalize, type CanonicalForm } from "#formats/xml/canonicalize.ts";
import { defaultXmlLimits } from "#formats/xml/limits.ts";
import { startTag, XmlTokenizer, type VisitTarget } from "#formats/xml/tokenizer.ts";
import { checkReferences, checkValue } from "./check-signature.ts";
import { findElements } from "./find-elements.ts";
import { readSignature } from "./read-signature.ts";
import { writeSignature } from "./write-signature.ts";

const ids = "urn:ids";
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const curves = ["P-256", "P-384", "P-521"].map((namedCurve) =>
  generateKeyPairSync("ec", { namedCurve }),
);

/** Throws what is wrong with the first Signature of a document. */
function check(text: string, key: KeyObject, sha1 = false): readonly string[] {
  const tokenizer = new XmlTokenizer(text);
  let at: VisitTarget | undefined;
  while (at === undefined) {
    tokenizer.next();
    if (tokenizer.token === startTag && tokenizer.name === "Signature") {
      at = { offset: tokenizer.tagStart, scope: tokenizer.outerScope() };
    }
  }
  const signature = readSignature(new XmlTokenizer(text), at);
  checkValue(signature, key, { sha1 });
  const wanted = new Set(signature.signedInfo.references.map(({ id }) => id));
  const elements = findElements(text, wanted, ids, defaultXmlLimits);
  checkReferences(text, signature, elements, defaultXmlLimits);
  return [...elements.keys()];
}

const content =
  `<r xmlns:i="${ids}" xmlns="urn:r"><a i:Id="one"><!-- c -->x&amp;<b/></a>` +
  `<c i:Id="two" z="1" y="2">]]&gt;</c>`;

function canonicalOf(text: string, id: string, form: CanonicalForm): string {
  const at = findElements(text, new Set([id]), ids, defaultXmlLimits).get(id);
  assert.ok(at !== undefined);
  const tokenizer = new XmlTokenizer(text);
  return tokenizer.visit(at, () => canonicalize(tokenizer, form));
}

const exclusive = { exclusive: true, inclusivePrefixes: [] };

function signed(key: KeyObject): string {
  const elements = ["one", "two"].map((id) => ({
    id,
    canonical: canonicalOf(`${content}</r>`, id, exclusive),
  }));
  return `${content}${writeSignature(elements, key, "")}</r>`;
}

test("what is signed by any kind of key is found as it was signed", () => {
  for (const { privateKey, publicKey } of [rsa, ...curves]) {
    assert.deepEqual(check(signed(privateKey), publicKey), ["one", "two"]);
  }
});

test("another key, another document and another order are refused", () => {
  const text = signed(rsa.privateKey);
  const refuses = (changed: string, key: KeyObject, pattern: RegExp) => {
    assert.throws(
      () => check(changed, key),
      (error) => error instanceof DocumentFailure && pattern.test(error.message),
    );
  };
  const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey;
  refuses(text, other, /not made with the key/);
  refuses(text, curves[0]?.publicKey as KeyObject, /by rsa, the key by ec/);
  refuses(text.replace("<b/>", "<b />x"), rsa.publicKey, /"one" is not as it was signed/);
  assert.ok(check(text.replace("<b/>", "<b></b>").replace("<!-- c -->", ""), rsa.publicKey));
  assert.ok(check(text.replace('z="1" y="2"', "y='2'   z='1'"), rsa.publicKey));
});

const dsig = "http://www.w3.org/2000/09/xmldsig#";

/** A signature by hand, for what `writeSignature` does not write. */
function byHand(id: string, transforms: string, digest: string, value = ""): string {
  const info =
    `<SignedInfo xmlns="${dsig}">` +
    `<CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></CanonicalizationMethod>` +
    `<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></SignatureMethod>` +
    `<Reference URI="#${id}"><Transforms>${transforms}</Transforms>` +
    `<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></DigestMethod>` +
    `<DigestValue>${digest}</DigestValue></Reference></SignedInfo>`;
  const made = sign("sha256", Buffer.from(info), rsa.privateKey).toString("base64");
  const rest = `<SignatureValue>${made}</SignatureValue>${value}`;
  return `<Signature xmlns="${dsig}">${info}${rest}</Signature>`;
}

const transform = (algorithm: string) => `<Transform Algorithm="${algorithm}"></Transform>`;
const exclusiveForm = transform("http://www.w3.org/2001/10/xml-exc-c14n#");
const enveloped = transform(`${dsig}enveloped-signature`);
const zero = Buffer.alloc(32).toString("base64");

test("a signature may not be inside what it covers", () => {
  const text = `<r xmlns:i="${ids}" i:Id="r">${byHand("r", enveloped + exclusiveForm, zero)}</r>`;
  assert.throws(() => check(text, rsa.publicKey), /holds the signature itself/);
});

test("transforms, algorithms and base64 that are not known are refused, though they are signed", () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    [byHand("one", "", zero), /<Transform> is missing/],
    [byHand("one", exclusiveForm + exclusiveForm, zero), /<Transform> stands in SignedInfo/],
    [byHand("one", transform(`${dsig}base64`), zero), /Transform ".*base64" is not known/],
    [
      byHand("one", transform("http://www.w3.org/2001/10/xml-exc-c14n#WithComments"), zero),
      /WithComments" is not known/,
    ],
    [byHand("one", exclusiveForm, "AAA"), /DigestValue is no base64/],
    [byHand("one", exclusiveForm, "!!!!"), /DigestValue is no base64/],
    [byHand("absent", exclusiveForm, zero), /covers "absent", and no element has that Id/],
    [byHand("one", exclusiveForm, zero, "<Object/>"), /Signature has .*Object/],
    [byHand("one", exclusiveForm, zero), /"one" is not as it was signed/],
  ];
  for (const [signature, pattern] of cases) {
    assert.throws(() => check(`${content}${signature}</r>`, rsa.publicKey), pattern);
  }
});
