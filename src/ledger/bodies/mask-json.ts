/**
 * Finds the values of sensitive members in JSON text (RFC 8259), also in several texts behind each
 * other. What is no JSON is refused, since another reader may see another structure in it.
 */
import type { Edit, FindEdits } from "./edits.ts";
import {
  closes,
  endOfScalar,
  endOfString,
  isSpace,
  json,
  memberName,
  textStart,
} from "./json-tokens.ts";

/** What may come next: a value; its end; the first or a later name; a colon; comma or close. */
type Expected = "value" | "first-value" | "first-name" | "name" | "colon" | "behind";

export const findInJson: FindEdits = (bytes, isSensitive, isCut) => {
  const mask = createMask(isSensitive);
  const open: number[] = [];
  let expected: Expected = "value";
  let at = textStart(bytes);
  for (;;) {
    while (isSpace(bytes[at])) at++;
    if (at >= bytes.length) break;
    const byte = bytes[at] as number;
    let end: number | undefined = at + 1;
    if (mayClose(expected) && closes(open.at(-1), byte)) {
      open.pop();
      expected = mask.endValue(end, open.length);
    } else if (expected === "behind") {
      if (byte !== json.comma) return undefined;
      expected = open.at(-1) === json.openObject ? "name" : "value";
    } else if (expected === "colon") {
      if (byte !== json.colon) return undefined;
      expected = "value";
    } else if (expected === "first-name" || expected === "name") {
      if (byte !== json.quote) return undefined;
      end = endOfString(bytes, at);
      const name = end > bytes.length ? "" : memberName(bytes, at, end);
      if (name === undefined) return undefined;
      mask.name(name);
      expected = "colon";
    } else {
      mask.beginValue(at, open.length);
      if (byte === json.openObject || byte === json.openArray) {
        open.push(byte);
        expected = byte === json.openObject ? "first-name" : "first-value";
      } else {
        end = byte === json.quote ? endOfString(bytes, at) : endOfScalar(bytes, at, isCut);
        if (end === undefined) return undefined;
        if (byte === json.quote && !mask.isOpen()) {
          const isOpen = end > bytes.length;
          const value = stringValue(bytes, at, end);
          const field = isOpen ? namedIn(value, isSensitive) : fieldWithin(value, isSensitive);
          if (field !== undefined) mask.string(at, Math.min(end, bytes.length), field);
        }
        expected = end > bytes.length ? "behind" : mask.endValue(end, open.length);
      }
    }
    at = end;
  }
  const isWhole = open.length === 0 && expected === "value" && at === bytes.length;
  return isWhole || isCut ? mask.end(bytes.length) : undefined;
};

/** Of a text that is JSON, or a document of GraphQL, in which names stand themselves. */
export function fieldWithin(
  value: Buffer,
  isSensitive: (name: string) => boolean,
): string | undefined {
  if (!value.includes("{")) return undefined;
  const edits = findInJson(value, isSensitive, true);
  if (edits !== undefined) return edits[0]?.field;
  return namedIn(value, isSensitive);
}

/** A name that something follows as its value. */
function namedIn(value: Buffer, isSensitive: (name: string) => boolean): string | undefined {
  const text = value.toString("utf8");
  const colon = /[\\"']*[\s,]*[:=#]/y;
  for (const { 0: word, index } of text.matchAll(/[\p{L}\p{N}_-]+/gu)) {
    if (!isSensitive(word)) continue;
    colon.lastIndex = index + word.length;
    if (colon.test(text)) return word;
  }
  return undefined;
}

/** Without its escapes, unless they are no JSON's or it is cut. */
function stringValue(bytes: Buffer, start: number, end: number): Buffer {
  const raw = bytes.subarray(start + 1, end - 1);
  if (!raw.includes("\\")) return raw;
  const text = end > bytes.length ? undefined : memberName(bytes, start, end);
  const unescaped = (_: string, digits: string): string =>
    String.fromCharCode(parseInt(digits, 16));
  return Buffer.from(text ?? raw.toString().replaceAll(/\\u([0-9a-f]{4})/gi, unescaped));
}

function mayClose(expected: Expected): boolean {
  return expected === "behind" || expected === "first-value" || expected === "first-name";
}

/** Follows which value is to be masked, be it a whole object. */
function createMask(isSensitive: (name: string) => boolean) {
  const edits: Edit[] = [];
  let field: string | undefined;
  let from = -1;
  let depth = 0;
  return {
    isOpen: () => from >= 0,
    string(start: number, end: number, name: string): void {
      edits.push({ from: start, to: end, text: '"***"', field: name });
    },
    name(name: string): void {
      if (from < 0) field = isSensitive(name) ? name : undefined;
    },
    beginValue(at: number, openCount: number): void {
      if (field === undefined || from >= 0) return;
      from = at;
      depth = openCount;
    },
    endValue(end: number, openCount: number): Expected {
      if (from >= 0 && openCount === depth) {
        edits.push({ from, to: end, text: '"***"', field });
        from = -1;
        field = undefined;
      }
      return openCount === 0 ? "value" : "behind";
    },
    end(to: number): readonly Edit[] {
      if (from >= 0) edits.push({ from, to, text: '"***', field });
      return edits;
    },
  };
}
