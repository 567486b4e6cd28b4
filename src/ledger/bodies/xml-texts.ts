/**
 * Texts between the tags of XML, that may be documents themselves: escaped, in CDATA sections (XML
 * 1.0 §2.7), or in comments. Old interfaces wrap messages so.
 */
import type { Edit } from "./edits.ts";
import { findWithin } from "./mask-json.ts";
import { withoutReferences } from "./names-in-text.ts";

export interface XmlTexts {
  /** What is to be told of a text that is to be masked. */
  find(octets: string): Pick<Edit, "field"> | undefined;
  /** References and all. */
  text(octets: string): void;
  /** A CDATA section, a comment or an instruction, with its marks. */
  marked(octets: string, at: number): void;
  /** What is to be masked of all this, which ends here, with a tag. */
  take(from: number, to: number): readonly Edit[];
}

const beyondAscii = /[\x80-\xff]/;

/** @param readings of octets as text, as readers that differ in what they believe have them. */
export function createXmlTexts(
  isSensitive: (name: string) => boolean,
  readings: (octets: string) => readonly string[],
): XmlTexts {
  const find: XmlTexts["find"] = (octets) => {
    if (!/[{<&]/.test(octets)) return undefined;
    for (const reading of beyondAscii.test(octets) ? readings(octets) : [octets]) {
      const found = findWithin(Buffer.from(withoutReferences(reading)), isSensitive);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  let joined = "";
  let asides: Edit[] = [];
  return {
    find,
    text(octets) {
      joined += octets;
    },
    marked(octets, at) {
      if (octets.startsWith("<![CDATA[")) {
        joined += octets.slice(9, -3);
        return;
      }
      if (octets.startsWith("<?xml ")) return;
      const isComment = octets.startsWith("<!--");
      const from = isComment ? 4 : 2;
      const inner = octets.slice(from, isComment ? -3 : -2);
      // `=` of what stands in an instruction as attributes would.
      const found = /[{<&=]/.test(inner) ? find(`< ${inner}`) : undefined;
      if (found === undefined) return;
      const edit = { from: at + from, to: at + from + inner.length, ...found };
      asides.push({ ...edit, text: isComment ? " *** " : "masked ***" });
    },
    take(from, to) {
      const found = find(joined);
      const edits = found === undefined ? asides : [{ from, to, text: "***", ...found }];
      joined = "";
      asides = [];
      return edits;
    },
  };
}
