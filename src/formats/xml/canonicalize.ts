/**
 * Canonical XML of one element with all that is in it: Exclusive Canonicalization 1.0 with its
 * InclusiveNamespaces, and Canonical XML 1.0; both without comments. It works on the tokens of the
 * document as it came, so that what is signed is what is read.
 */
import { DocumentFailure } from "#contract/document-fault.ts";
import { lookUp, type NamespaceScope } from "./namespace-scope.ts";
import { endTag, startTag, type XmlTokenizer } from "./tokenizer.ts";

export interface CanonicalForm {
  /** Whether only prefixes that an element itself uses are declared at it. */
  readonly exclusive: boolean;
  /** Exclusive: prefixes that are declared wherever they are in scope; "" is the default one. */
  readonly inclusivePrefixes: readonly string[];
}

/**
 * From a start tag; reads its end tag. Throws DocumentFailure: what is longer than `lengthMax`,
 * processing instructions, and the inclusive form behind attributes of xml:, which might have to be
 * inherited, are refused.
 */
export function canonicalize(
  tokenizer: XmlTokenizer,
  form: CanonicalForm,
  lengthMax: number = 2 * tokenizer.limits.documentBytesMax,
): string {
  const { depth, source, tagStart } = tokenizer;
  // Canonical XML §2.4: those of elements around would have to be handed down.
  if (!form.exclusive && /\sxml:/.test(source.slice(0, tagStart))) {
    const message = "attributes of xml: stand before what is signed in the inclusive form";
    throw new DocumentFailure({ kind: "fault", code: "malformed-xml", message, place: "" });
  }
  const rendered: NamespaceScope = { prefixes: [], uris: [] };
  /** Of the open elements: their names as written, and how many declarations held outside. */
  const names: string[] = [];
  const outer: number[] = [];
  let text = "";
  let isApex = true;
  for (;;) {
    if (tokenizer.token === startTag) {
      outer.push(rendered.prefixes.length);
      const name = qualified(tokenizer.prefix, tokenizer.name);
      names.push(name);
      text += `<${name}${declarations(tokenizer, form, rendered, isApex)}${attributes(tokenizer)}>`;
      isApex = false;
    } else if (tokenizer.token === endTag) {
      text += `</${names.pop() as string}>`;
      const count = outer.pop() as number;
      rendered.prefixes.length = count;
      rendered.uris.length = count;
      if (tokenizer.depth < depth) return text;
    } else text += escapeText(tokenizer.text);
    if (text.length > lengthMax) {
      tokenizer.failLimit(`the canonical form is longer than ${lengthMax}`, "documentBytesMax");
    }
    refuseInstructions(tokenizer);
    tokenizer.next();
  }
}

/** Those that stand where reading goes on; the tokenizer would read over them. */
function refuseInstructions({ source, position }: XmlTokenizer): void {
  let at = position;
  while (source.startsWith("<!--", at)) {
    const close = source.indexOf("-->", at + 4);
    if (close < 0) return;
    at = close + 3;
  }
  if (!source.startsWith("<?", at)) return;
  const message = "a processing instruction stands in what is signed; expected none";
  throw new DocumentFailure({ kind: "fault", code: "malformed-xml", message, place: "" });
}

/** Exclusive §3, Canonical XML §2.3: those that no element around it has written already. */
function declarations(
  tokenizer: XmlTokenizer,
  form: CanonicalForm,
  rendered: NamespaceScope,
  isApex: boolean,
): string {
  const { scope } = tokenizer;
  const fresh: (readonly [prefix: string, uri: string])[] = [];
  for (const prefix of wantedPrefixes(tokenizer, form, isApex)) {
    const uri = lookUp(scope, prefix, 0, prefix.length);
    if (uri === undefined || prefix === "xml") continue;
    const before = lookUp(rendered, prefix, 0, prefix.length);
    if (uri !== (before ?? (prefix === "" ? "" : undefined))) fresh.push([prefix, uri]);
  }
  if (fresh.length > 1) fresh.sort(([a], [b]) => compareCodePoints(a, b));
  let text = "";
  for (const [prefix, uri] of fresh) {
    rendered.prefixes.push(prefix);
    rendered.uris.push(uri);
    text += ` xmlns${prefix === "" ? "" : `:${prefix}`}="${escapeValue(uri)}"`;
  }
  return text;
}

function wantedPrefixes(
  tokenizer: XmlTokenizer,
  { exclusive, inclusivePrefixes }: CanonicalForm,
  isApex: boolean,
): Iterable<string> {
  if (!exclusive) return new Set(isApex ? tokenizer.scope.prefixes : tokenizer.ownPrefixes());
  const { attributes: found, prefix } = tokenizer;
  if (inclusivePrefixes.length === 0 && found.count === 0) return [prefix];
  const wanted = new Set(inclusivePrefixes).add(prefix);
  for (let index = 0; index < found.count; index += 1) {
    // An attribute without a prefix is in no namespace, whatever the default one is.
    const own = found.prefix(index);
    if (own !== "") wanted.add(own);
  }
  return wanted;
}

/** In the order of their namespaces, then of their names. */
function attributes({ attributes: found }: XmlTokenizer): string {
  if (found.count === 0) return "";
  const order = Array.from({ length: found.count }, (_, index) => index);
  if (order.length > 1) {
    order.sort(
      (a, b) =>
        compareCodePoints(found.namespace(a), found.namespace(b)) ||
        compareCodePoints(found.name(a), found.name(b)),
    );
  }
  let text = "";
  for (const index of order) {
    const name = qualified(found.prefix(index), found.name(index));
    text += ` ${name}="${escapeValue(found.value(index))}"`;
  }
  return text;
}

function qualified(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}:${name}`;
}

/** UTF-16 units have another order than the characters beyond U+FFFF that they stand for. */
function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    if (a.charCodeAt(index) === b.charCodeAt(index)) continue;
    return orderOf(a.charCodeAt(index)) - orderOf(b.charCodeAt(index));
  }
  return a.length - b.length;
}

function orderOf(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}

const textEscapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\r": "&#xD;",
};

const valueEscapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  '"': "&quot;",
  "\t": "&#x9;",
  "\n": "&#xA;",
  "\r": "&#xD;",
};

function escapeText(text: string): string {
  if (!/[&<>\r]/.test(text)) return text;
  return text.replace(/[&<>\r]/g, (character) => textEscapes[character] as string);
}

function escapeValue(text: string): string {
  if (!/[&<"\t\n\r]/.test(text)) return text;
  return text.replace(/[&<"\t\n\r]/g, (character) => valueEscapes[character] as string);
}
