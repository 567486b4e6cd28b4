/**
 * XOP (W3C, 2005): bytes that travel beside the envelope are put back where xop:Include stands, as
 * base64, so that everything behind this reads one document.
 */
import type { XmlLimits } from "#formats/xml/limits.ts";
import { endOfDocument, startTag, XmlTokenizer } from "#formats/xml/tokenizer.ts";
import { findPart, type MimePart } from "./multipart.ts";
import { refuse } from "./refuse.ts";
import { xopNamespace } from "./versions.ts";

export interface Inlined {
  readonly text: string;
  readonly included: ReadonlySet<MimePart>;
}

export function inlineXop(text: string, parts: readonly MimePart[], limits: XmlLimits): Inlined {
  const included = new Set<MimePart>();
  if (!text.includes(xopNamespace)) return { text, included };
  const tokenizer = new XmlTokenizer(text, limits);
  const pieces: string[] = [];
  let from = 0;
  let length = 0;
  for (let token = tokenizer.next(); token !== endOfDocument; token = tokenizer.next()) {
    if (token !== startTag || !tokenizer.isNamed("Include", xopNamespace)) continue;
    const { attributes, tagStart } = tokenizer;
    const place = tokenizer.place();
    const index = attributes.find("href", "");
    const href = index < 0 ? "" : attributes.value(index);
    const part = findPart(parts, href);
    if (part === undefined) {
      const message = `no part has the Content-ID of ${JSON.stringify(href.slice(0, 200))}`;
      return refuse("soap-attachment", message, place);
    }
    included.add(part);
    tokenizer.skipElement();
    pieces.push(text.slice(from, tagStart), part.content.toString("base64"));
    from = tokenizer.position;
    // One part may be included many times.
    length += (part.content.length * 4) / 3;
    if (length > limits.documentBytesMax) {
      const limit = `${limits.documentBytesMax} (documentBytesMax)`;
      return refuse("soap-attachment", `the included parts are longer than ${limit}`, place);
    }
  }
  pieces.push(text.slice(from));
  return { text: pieces.join(""), included };
}
