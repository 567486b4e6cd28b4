/**
 * The envelope round headers and body: SOAP 1.1 §4, SOAP 1.2 Part 1 §5, as the Basic Profile
 * narrows them (nothing behind the Body). Header blocks are found here and read later, when the
 * body has said which operation they are for.
 */
import type { NamespaceScope } from "#formats/xml/namespace-scope.ts";
import type { XmlLimits } from "#formats/xml/limits.ts";
import { endTag, startTag, XmlTokenizer } from "#formats/xml/tokenizer.ts";
import { isEnvelopeNamespace, type SoapDialect, utilityNamespace } from "./versions.ts";

export interface HeaderBlock {
  readonly name: string;
  readonly namespace: string;
  /** Where to visit it. */
  readonly offset: number;
  readonly scope: NamespaceScope;
  readonly mustUnderstand: boolean;
  /** Whether its actor or role is one of ours. */
  readonly isOurs: boolean;
}

export interface OpenEnvelope {
  /** At the first element of the Body, or at the end tag of an empty one. */
  readonly tokenizer: XmlTokenizer;
  readonly blocks: readonly HeaderBlock[];
  /** Of the start tag of the Body. */
  readonly bodyOffset: number;
  /** In force where the body's first element begins; undefined: none was said. */
  readonly encodingStyle: string | undefined;
}

const headerBlocksMax = 100;

export function openEnvelope(text: string, dialect: SoapDialect, limits: XmlLimits): OpenEnvelope {
  const tokenizer = new XmlTokenizer(text, limits);
  tokenizer.next();
  checkEnvelope(tokenizer, dialect);
  let encodingStyle = styleAt(tokenizer, dialect, undefined);
  let blocks: readonly HeaderBlock[] = [];
  tokenizer.nextElement();
  if (isStart(tokenizer, "Header", dialect)) {
    blocks = readBlocks(tokenizer, dialect);
    tokenizer.nextElement();
  }
  if (!isStart(tokenizer, "Body", dialect)) {
    failStructure(tokenizer, `expected <Body> in ${dialect.namespace}`);
  }
  const bodyOffset = tokenizer.tagStart;
  encodingStyle = styleAt(tokenizer, dialect, encodingStyle);
  if (tokenizer.nextElement() === startTag) {
    encodingStyle = styleAt(tokenizer, dialect, encodingStyle);
  }
  return { tokenizer, blocks, bodyOffset, encodingStyle };
}

/** From the end tag of the Body to the end of the document. */
export function closeEnvelope(tokenizer: XmlTokenizer): void {
  if (tokenizer.nextElement() !== endTag) {
    failStructure(tokenizer, "expected the end of the Envelope behind the Body");
  }
  tokenizer.finish();
}

function isStart(tokenizer: XmlTokenizer, name: string, { namespace }: SoapDialect): boolean {
  return tokenizer.token === startTag && tokenizer.isNamed(name, namespace);
}

function failStructure(tokenizer: XmlTokenizer, what: string): never {
  const found = tokenizer.token === startTag ? `<${tokenizer.name}>` : "an end tag";
  return tokenizer.fail("soap-envelope", `${what}, found ${found}`);
}

function checkEnvelope(tokenizer: XmlTokenizer, { namespace, version }: SoapDialect): void {
  if (tokenizer.isNamed("Envelope", namespace)) return;
  if (tokenizer.name !== "Envelope") failStructure(tokenizer, "expected <Envelope>");
  const { namespace: found } = tokenizer;
  const hint = isEnvelopeNamespace(found) ? ", which the Content-Type does not say" : "";
  tokenizer.fail(
    "soap-version-mismatch",
    `expected the envelope of SOAP ${version} (${namespace}), found ${found || "none"}${hint}`,
  );
}

/** encodingStyle of the start tag at hand, or else the one that holds around it. */
function styleAt(
  tokenizer: XmlTokenizer,
  dialect: SoapDialect,
  outer: string | undefined,
): string | undefined {
  const { attributes } = tokenizer;
  const index = attributes.count === 0 ? -1 : attributes.find("encodingStyle", dialect.namespace);
  if (index < 0) return outer;
  // SOAP 1.2 Part 1 §5.1.1: on no element of the envelope itself.
  if (dialect.version === "1.2" && tokenizer.namespace === dialect.namespace) {
    tokenizer.fail("soap-envelope", `encodingStyle may not stand on <${tokenizer.name}>`);
  }
  return attributes.value(index).trim();
}

function readBlocks(tokenizer: XmlTokenizer, dialect: SoapDialect): readonly HeaderBlock[] {
  const blocks: HeaderBlock[] = [];
  while (tokenizer.nextElement() === startTag) {
    if (tokenizer.namespace === "") {
      const rule = "SOAP 1.1 §4.2.1, 1.2 Part 1 §5.2.1";
      tokenizer.fail("soap-envelope", `a header block must be in a namespace (${rule})`);
    }
    if (blocks.length >= headerBlocksMax) {
      const limit = `${headerBlocksMax} header blocks (headerBlocksMax)`;
      tokenizer.fail("soap-envelope", `the message has more than ${limit}`);
    }
    const { name, namespace, tagStart: offset } = tokenizer;
    const scope = tokenizer.outerScope();
    const mustUnderstand = readMustUnderstand(tokenizer, dialect);
    const isOurs = dialect.ourRoles.has(valueOf(tokenizer, dialect.roleAttribute, dialect) ?? "");
    blocks.push({ name, namespace, offset, scope, mustUnderstand, isOurs });
    tokenizer.skipElement();
  }
  return blocks;
}

function valueOf(
  { attributes }: XmlTokenizer,
  name: string,
  { namespace }: SoapDialect,
): string | undefined {
  const index = attributes.find(name, namespace);
  return index < 0 ? undefined : attributes.value(index).trim();
}

function readMustUnderstand(tokenizer: XmlTokenizer, dialect: SoapDialect): boolean {
  const value = valueOf(tokenizer, "mustUnderstand", dialect);
  if (value === "1" || value === "true") return true;
  if (value === undefined || value === "0" || value === "false") return false;
  const found = JSON.stringify(value.slice(0, 40));
  return tokenizer.fail("soap-envelope", `expected 0 or 1, found ${found}`, "@mustUnderstand");
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/**
 * `headers` and `body` are XML that declares its own prefixes, but for `soap` of the envelope.
 * @param bodyId Id of the Body, for a signature.
 */
export function writeEnvelope(
  { namespace }: SoapDialect,
  headers: string,
  body: string,
  bodyId?: string,
): Buffer {
  const header = headers === "" ? "" : `<soap:Header>${headers}</soap:Header>`;
  const open = `${declaration}<soap:Envelope xmlns:soap="${namespace}">${header}`;
  const id = bodyId === undefined ? "" : ` xmlns:wsu="${utilityNamespace}" wsu:Id="${bodyId}"`;
  return Buffer.from(`${open}<soap:Body${id}>${body}</soap:Body></soap:Envelope>`);
}
