/** XML that is carried, not understood: cut out of a document, checked on its way into one. */
import type { XmlLimits } from "./limits.ts";
import { prefixesInScope } from "./namespace-scope.ts";
import { startTag, XmlTokenizer } from "./tokenizer.ts";

/**
 * From a start tag: the element as its text, with the declarations of all prefixes that it may
 * mean, in content as well. Reads its end tag.
 */
export function readOpaque(tokenizer: XmlTokenizer): string {
  const outside = prefixesInScope(tokenizer.outerScope());
  const own = tokenizer.ownPrefixes();
  const from = tokenizer.tagStart;
  const nameEnd = tokenizer.nameEnd;
  tokenizer.skipElement();
  const text = tokenizer.source.slice(nameEnd, tokenizer.position);
  const name = tokenizer.source.slice(from, nameEnd);
  let declarations = "";
  for (const [prefix, uri] of outside) {
    if (own.includes(prefix) || prefix === "xml") continue;
    if (
      prefix === "" ? uri !== "" : name.startsWith(`<${prefix}:`) || text.includes(`${prefix}:`)
    ) {
      declarations += ` xmlns${prefix === "" ? "" : `:${prefix}`}="${escapeUri(uri)}"`;
    }
  }
  return name + declarations + text;
}

function escapeUri(uri: string): string {
  return uri.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
}

/** One element that can stand anywhere: its text without what is around it, and its name. */
export interface OpaqueElement {
  readonly text: string;
  readonly name: string;
  readonly namespace: string;
}

/** Throws DocumentFailure when the text is no well-formed element on its own. */
export function checkOpaque(text: string, limits: XmlLimits): OpaqueElement {
  const tokenizer = new XmlTokenizer(text, limits);
  if (tokenizer.next() !== startTag) tokenizer.fail("malformed-xml", "expected an element");
  const { name, namespace, tagStart } = tokenizer;
  tokenizer.skipElement();
  const end = tokenizer.position;
  tokenizer.finish();
  return { text: text.slice(tagStart, end), name, namespace };
}

export interface OpaqueAttribute {
  readonly name: string;
  readonly namespace: string;
  readonly value: string;
}

/** Attributes as they stand in a start tag, with the declarations that they need. */
export function checkOpaqueAttributes(text: string, limits: XmlLimits): readonly OpaqueAttribute[] {
  const tokenizer = new XmlTokenizer(`<a ${text}/>`, limits);
  if (tokenizer.next() !== startTag || !tokenizer.isEmptyTag) {
    tokenizer.fail("malformed-xml", "expected attributes");
  }
  const { attributes } = tokenizer;
  const found = Array.from({ length: attributes.count }, (_, index) => ({
    name: attributes.name(index),
    namespace: attributes.namespace(index),
    value: attributes.value(index),
  }));
  tokenizer.skipElement();
  tokenizer.finish();
  return found;
}
