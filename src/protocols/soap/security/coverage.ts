/**
 * Whether a signature covers what the face reads: not something of the same name or Id, but the
 * very elements, by where they stand.
 */
import type { SignedPart } from "#extension/message-security.ts";
import { checkReferences } from "#formats/xml-signature/check-signature.ts";
import { findElements } from "#formats/xml-signature/find-elements.ts";
import type { XmlSignature } from "#formats/xml-signature/read-signature.ts";
import { utilityNamespace } from "#protocols/soap/versions.ts";
import { checked, fail } from "./fail.ts";
import { addressingNamespaces } from "./names.ts";
import type { SecurityHeader } from "./read-header.ts";
import type { ReceivedMessage } from "./verifier.ts";

/** Throws DocumentFailure. */
export function checkCoverage(
  message: ReceivedMessage,
  header: SecurityHeader,
  signature: XmlSignature,
  parts: readonly SignedPart[],
): void {
  const { text, limits } = message;
  const ids = new Set(signature.signedInfo.references.map(({ id }) => id));
  const elements = checked(() => findElements(text, ids, utilityNamespace, limits));
  checked(() => checkReferences(text, signature, elements, limits));
  const covered = new Set([...elements.values()].map(({ offset }) => offset));
  for (const part of parts) {
    for (const { name, offset } of elementsOf(part, message, header)) {
      if (offset !== undefined && covered.has(offset)) continue;
      const what = offset === undefined ? "is missing" : "is not signed";
      fail("soap-security-check", `${name} ${what}; the signature has to cover it`);
    }
  }
}

interface Part {
  readonly name: string;
  /** Of its start tag; undefined: it has to be there, and is not. */
  readonly offset: number | undefined;
}

function elementsOf(
  part: SignedPart,
  { envelope, declaresHeader }: ReceivedMessage,
  { timestamp, usernameToken }: SecurityHeader,
): readonly Part[] {
  const { blocks, bodyOffset } = envelope;
  switch (part) {
    case "body":
      return [{ name: "the Body", offset: bodyOffset }];
    case "timestamp":
      return [{ name: "wsu:Timestamp", offset: timestamp?.offset }];
    case "username-token":
      return usernameToken ? [{ name: "wsse:UsernameToken", offset: usernameToken.offset }] : [];
    case "headers":
      return blocks.filter((block) => block.isOurs && declaresHeader(block)).map(nameBlock);
    case "addressing":
      return blocks.filter(({ namespace }) => addressingNamespaces.has(namespace)).map(nameBlock);
  }
}

function nameBlock({ name, offset }: { readonly name: string; readonly offset: number }): Part {
  return { name: `the header block ${name.slice(0, 100)}`, offset };
}
