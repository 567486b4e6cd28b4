/**
 * Finds the values of sensitive members in JSON text (RFC 8259), also in several texts behind each
 * other. What is no JSON is refused, since another reader may see another structure in it.
 */
import type { Edit } from "./edits.ts";
import {
  closes,
  endOfScalar,
  endOfString,
  isSpace,
  json,
  memberName,
  textStart,
} from "./json-tokens.ts";
import { namedIn, namedInMarkup, withoutReferences } from "./names-in-text.ts";

/** Texts in texts: what is deeper is masked without a look, since each costs as the first does. */
const depthMax = 8;

/** What may come next: a value; its end; the first or a later name; a colon; comma or close. */
type Expected = "value" | "first-value" | "first-name" | "name" | "colon" | "behind";

/**
 * @param depth how many texts this text stands in.
 * @returns undefined: it cannot be told for sure what is to be masked.
 */
export function findInJson(
  bytes: Buffer,
  isSensitive: (name: string) => boolean,
  isCut: boolean,
  depth = 0,
): readonly Edit[] | undefined {
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
          const found = isOpen
            ? findNamed(value.toString("utf8"), isSensitive, true)
            : findWithin(value, isSensitive, depth);
          if (found !== undefined) mask.string(at, Math.min(end, bytes.length), found.field);
        }
        expected = end > bytes.length ? "behind" : mask.endValue(end, open.length);
      }
    }
    at = end;
  }
  const isWhole = open.length === 0 && expected === "value" && at === bytes.length;
  return isWhole || isCut ? mask.end(bytes.length) : undefined;
}

/**
 * Of a text that is JSON, XML or a document of GraphQL, in which names stand themselves.
 * @returns what is to be told of the text, which is to be masked as a whole.
 */
export function findWithin(
  value: Buffer,
  isSensitive: (name: string) => boolean,
  depth = 0,
): Pick<Edit, "field"> | undefined {
  const hasMembers = value.includes("{");
  if (!hasMembers && !value.includes("<") && !value.includes("&")) return undefined;
  if (depth === depthMax) return { field: undefined };
  const edits = hasMembers ? findInJson(value, isSensitive, true, depth + 1) : undefined;
  if (edits !== undefined) return edits[0] && { field: edits[0].field };
  return findNamed(value.toString("utf8"), isSensitive, false);
}

/** @param isCut braces may stand in what is not here. */
function findNamed(
  text: string,
  isSensitive: (name: string) => boolean,
  isCut: boolean,
): Pick<Edit, "field"> | undefined {
  const plain = withoutReferences(text);
  const mayHaveMembers = isCut || plain.includes("{");
  const field =
    (mayHaveMembers ? namedIn(plain, isSensitive) : undefined) ?? namedInMarkup(plain, isSensitive);
  return field === undefined ? undefined : { field };
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
    string(start: number, end: number, within: string | undefined): void {
      edits.push({ from: start, to: end, text: '"***"', field: within });
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
