/**
 * The elements that references are to, found in one pass over the whole document. An Id that
 * stands twice, whatever the attribute is called, is none: that is how signatures are wrapped.
 */
import { startTag, endOfDocument, type VisitTarget, XmlTokenizer } from "#formats/xml/tokenizer.ts";
import { xmlNamespace } from "#formats/xml/namespace-scope.ts";
import type { XmlLimits } from "#formats/xml/limits.ts";
import { refuse } from "./refuse.ts";

/** Attributes that some reader takes for an Id. */
const idNames: ReadonlySet<string> = new Set(["Id", "ID", "id", "AssertionID"]);

/**
 * Throws DocumentFailure, also when the document is not well-formed to its end.
 * @param idNamespace of the attribute Id; in no namespace, as XML Signature's own elements have it,
 * it counts on any element, because signers put it there.
 */
export function findElements(
  text: string,
  ids: ReadonlySet<string>,
  idNamespace: string,
  limits: XmlLimits,
): ReadonlyMap<string, VisitTarget> {
  const tokenizer = new XmlTokenizer(text, limits);
  const found = new Map<string, VisitTarget>();
  const seen = new Set<string>();
  while (tokenizer.next() !== endOfDocument) {
    if (tokenizer.token !== startTag || tokenizer.attributes.count === 0) continue;
    const { attributes } = tokenizer;
    for (let index = 0; index < attributes.count; index += 1) {
      const value = attributes.value(index);
      const name = attributes.name(index);
      const namespace = attributes.namespace(index);
      if (!ids.has(value) || !isIdName(name, namespace, idNamespace)) continue;
      if (seen.has(value)) {
        const shown = JSON.stringify(value.slice(0, 100));
        refuse("signature-malformed", `the Id ${shown} stands twice in the message`);
      }
      seen.add(value);
      if (name !== "Id" || namespace === xmlNamespace) continue;
      found.set(value, { offset: tokenizer.tagStart, scope: tokenizer.outerScope() });
    }
  }
  return found;
}

function isIdName(name: string, namespace: string, idNamespace: string): boolean {
  if (namespace === "" || namespace === idNamespace) return idNames.has(name);
  return namespace === xmlNamespace && name === "id";
}
