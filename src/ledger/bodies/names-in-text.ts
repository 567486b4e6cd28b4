/** Whether a text holds sensitive names as a document within would, without taking it apart. */

/** Ampersands may be written over and over: what is wrapped twice is escaped twice. */
const reference =
  /&(?:(?:amp|#0*38|#x0*26);)*(?:(lt|gt|quot|apos)|#0*(\d{1,7})|#x0*([\da-f]{1,6}));/gi;
const characters: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'" };
const nameCharacters = String.raw`\p{L}\p{M}\p{N}_.\-`;
/** The local name of an element; the name of an attribute. */
const nameInMarkup = new RegExp(
  String.raw`</?(?:[${nameCharacters}]+:)?([${nameCharacters}]+)` +
    String.raw`|(?<![${nameCharacters}])([${nameCharacters}]+)\s*=`,
  "gu",
);

/** A name that something follows as its value, as in JSON and GraphQL. */
export function namedIn(text: string, isSensitive: (name: string) => boolean): string | undefined {
  const colon = /[\\"']*[\s,]*[:=#]/y;
  for (const { 0: word, index } of text.matchAll(/[\p{L}\p{N}_-]+/gu)) {
    if (!isSensitive(word)) continue;
    colon.lastIndex = index + word.length;
    if (colon.test(text)) return word;
  }
  return undefined;
}

/** Of a text with tags, of XML or HTML, well-formed or not. */
export function namedInMarkup(
  text: string,
  isSensitive: (name: string) => boolean,
): string | undefined {
  if (!text.includes("<")) return undefined;
  for (const [, element, attribute] of text.matchAll(nameInMarkup)) {
    const name = element ?? attribute ?? "";
    if (isSensitive(name)) return name;
  }
  return undefined;
}

/** References to characters are the characters (XML 1.0 §4.1), however often they are escaped. */
export function withoutReferences(text: string): string {
  return text.replaceAll(reference, (whole, named?: string, decimal?: string, hex?: string) => {
    if (named !== undefined) return characters[named.toLowerCase()] ?? whole;
    const code = decimal === undefined ? parseInt(hex ?? "", 16) : Number(decimal);
    return code > 0x10_ffff ? whole : String.fromCodePoint(code);
  });
}
