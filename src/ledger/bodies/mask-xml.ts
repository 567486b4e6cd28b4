/**
 * Finds what is sensitive in XML: elements and attributes by local name, texts that hold such
 * names. Refused: broken XML, document types (entities hide all), encodings that are no ASCII,
 * XML-RPC (other names), content that stands elsewhere (SOAP 1.1 §5.4.1, 1.2 Part 2 §3.1.5.2).
 */
import type { Edit } from "./edits.ts";
import { createXmlTexts, type XmlTexts } from "./xml-texts.ts";

/** In which all of ASCII is itself. */
export const asciiEncodings =
  /^(?:utf-?8|(?:us-)?ascii|latin1|iso-8859-\d+|windows-125\d|cp1252)$/i;
const declaredEncoding = /^<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']/;
/** Spaces in ASCII only: other octets that `\s` takes for them belong to letters of UTF-8. */
const space = String.raw`[\t-\r ]`;
const setting = String.raw`([^\t-\r <>/="']+)${space}*=${space}*("[^"<]*"|'[^'<]*')`;
const settings = `(?:${space}+${setting.replaceAll("(", "(?:")})*`;
/** A start tag, with its attributes. */
const startTag = new RegExp(String.raw`^<([^\t-\r <>/=!?"']+)(${settings})${space}*(/?)>`);
const attribute = new RegExp(setting, "g");
/** An id or a reference that may be written in more than one way. */
const spelledOtherwise = /[&%]/;
const xmlRpcRoots: ReadonlySet<string> = new Set(["methodCall", "methodResponse"]);
const endTag = new RegExp(String.raw`^</([^\t-\r <>/=]+)${space}*>`);

/** @param charsets what is said beside the document of its encoding. */
export function findInXml(
  bytes: Buffer,
  isSensitiveName: (name: string) => boolean,
  isCut: boolean,
  charsets: readonly string[],
): readonly Edit[] | undefined {
  // Octets as characters: places in the text are places in the bytes.
  const text = bytes.toString("latin1").replace(/^\xef\xbb\xbf/, "   ");
  const encoding = declaredEncoding.exec(text.trimStart())?.[1] ?? "utf-8";
  if (!asciiEncodings.test(encoding) || text.includes("\0")) return undefined;
  const decoders = [encoding, ...charsets].map(decoderFor);
  if (decoders.includes(undefined)) return undefined;
  // Readers differ in what they believe.
  const isSensitive = (octets: string): boolean =>
    isSensitiveName(utf8(octets)) || decoders.some((one) => one && isSensitiveName(one(octets)));
  const texts = createXmlTexts(isSensitiveName, (octets) => [
    utf8(octets),
    ...decoders.flatMap((one) => one?.(octets) ?? []),
  ]);
  let textFrom = 0;
  const edits: Edit[] = [];
  const open: string[] = [];
  const ids = new Set<string>();
  const references: string[] = [];
  /** Begins the first element in clear that others may refer to. */
  let targetFrom = -1;
  let root: string | undefined;
  let maskFrom = -1;
  let maskDepth = 0;
  let field: string | undefined;
  let at = 0;
  for (;;) {
    const next = text.indexOf("<", at);
    const between = text.slice(at, next < 0 ? text.length : next);
    if (open.length === 0 && between.trim() !== "") return undefined;
    if (maskFrom < 0) texts.text(between);
    if (next < 0) break;
    const end = behindMarkup(text, next);
    if (end === undefined) return undefined;
    if (end > text.length) {
      // Cut within markup: an attribute could be half there.
      if (!isCut) return undefined;
      if (maskFrom < 0) {
        edits.push(...texts.take(textFrom, next));
        edits.push({ from: next, to: text.length, text: "", field: undefined });
      }
      break;
    }
    at = end;
    const markup = text.slice(next, end);
    if (markup.startsWith("<!") || markup.startsWith("<?")) {
      if (maskFrom < 0) texts.marked(markup, next);
      continue;
    }
    edits.push(...texts.take(textFrom, next));
    textFrom = end;
    const closing = endTag.exec(markup)?.[1];
    if (closing !== undefined) {
      if (open.pop() !== closing) return undefined;
      if (maskFrom < 0 || open.length !== maskDepth) continue;
      if (next > maskFrom) edits.push({ from: maskFrom, to: next, text: "***", field });
      maskFrom = -1;
      continue;
    }
    const [, name, attributes, slash] = startTag.exec(markup) ?? [];
    if (name === undefined || (open.length === 0 && root !== undefined)) return undefined;
    root ??= localName(name);
    if (xmlRpcRoots.has(root)) return undefined;
    const isMasked = maskFrom < 0 && isSensitive(localName(name));
    const isInClear = maskFrom < 0 && !isMasked;
    for (const { isId, value } of linksOf(attributes ?? "")) {
      if (!isId && !isInClear) references.push(value);
      if (isId) ids.add(value);
      if (isId && isInClear && targetFrom < 0) targetFrom = next;
    }
    if (maskFrom < 0) {
      const from = next + 1 + name.length;
      edits.push(...attributeEdits(attributes ?? "", from, isSensitive, isMasked, texts));
    }
    if (slash === "/") continue;
    if (isMasked) {
      maskFrom = end;
      maskDepth = open.length;
      field = utf8(localName(name));
    }
    open.push(name);
  }
  edits.push(...texts.take(textFrom, text.length));
  if (!isCut && open.length > 0) return undefined;
  if (areLinked(references, ids)) return undefined;
  if (isCut && targetFrom >= 0 && root === "Envelope") {
    // What refers to it from a sensitive element may stand in what is not here.
    const kept = edits.filter(({ from }) => from < targetFrom);
    return [...kept, { from: targetFrom, to: text.length, text: "", field: undefined }];
  }
  if (maskFrom >= 0) edits.push({ from: maskFrom, to: text.length, text: "***", field });
  return edits;
}

/** Beyond the end of the text when the markup does not end. */
function behindMarkup(text: string, start: number): number | undefined {
  const until = (closing: string, from: number): number => {
    const found = text.indexOf(closing, from);
    return found < 0 ? text.length + 1 : found + closing.length;
  };
  if (text.startsWith("<!--", start)) return until("-->", start + 4);
  if (text.startsWith("<![CDATA[", start)) return until("]]>", start + 9);
  if (text.startsWith("<?", start)) return until("?>", start + 2);
  const opening = text.slice(start, start + 9);
  if (opening.startsWith("<!")) {
    const isBegun = ["<!--", "<![CDATA["].some((one) => one.startsWith(opening));
    return isBegun ? text.length + 1 : undefined;
  }
  let quote = "";
  for (let at = start + 1; at < text.length; at++) {
    const one = text[at] as string;
    if (quote !== "") {
      if (one === quote) quote = "";
    } else if (one === '"' || one === "'") quote = one;
    else if (one === ">") return at + 1;
    else if (one === "<") return undefined;
  }
  return text.length + 1;
}

function attributeEdits(
  attributes: string,
  from: number,
  isSensitive: (name: string) => boolean,
  isWholeElement: boolean,
  texts: XmlTexts,
): readonly Edit[] {
  const edits: Edit[] = [];
  for (const found of attributes.matchAll(attribute)) {
    const [whole, name = "", value = ""] = found;
    if (name === "xmlns" || name.startsWith("xmlns:")) continue;
    const local = localName(name);
    const masked =
      isWholeElement || isSensitive(local)
        ? { field: utf8(local) }
        : texts.find(value.slice(1, -1));
    if (masked === undefined) continue;
    const end = from + found.index + whole.length;
    edits.push({ from: end - value.length + 1, to: end - 1, text: "***", ...masked });
  }
  return edits;
}

/** Ids of an element that others refer to, and what it refers to itself. */
function* linksOf(
  attributes: string,
): Iterable<{ readonly isId: boolean; readonly value: string }> {
  for (const [, name = "", quoted = ""] of attributes.matchAll(attribute)) {
    const local = localName(name);
    const value = quoted.slice(1, -1).trim();
    if (local === "id") yield { isId: true, value };
    else if (local === "ref") yield { isId: false, value };
    else if (local === "href") yield { isId: false, value: value.replace(/^#/, "") };
  }
}

function areLinked(references: readonly string[], ids: ReadonlySet<string>): boolean {
  if (references.length === 0 || ids.size === 0) return false;
  return (
    references.some((one) => ids.has(one) || spelledOtherwise.test(one)) ||
    [...ids].some((one) => spelledOtherwise.test(one))
  );
}

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

function utf8(octets: string): string {
  return Buffer.from(octets, "latin1").toString("utf8");
}

/** Undefined: there is no such encoding. */
function decoderFor(encoding: string): ((octets: string) => string) | undefined {
  try {
    const decoder = new TextDecoder(encoding);
    return (octets) => decoder.decode(Buffer.from(octets, "latin1"));
  } catch {
    return undefined;
  }
}
