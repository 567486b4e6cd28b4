/**
 * The parts of a JSON text as their own texts, exact to the digit: for envelopes whose contents
 * have a contract, and which themselves have none (JSON-RPC, GraphQL, MCP).
 */
import { defaultDocumentLimits, type DocumentLimits } from "#base/limits.ts";
import type { DocumentFault } from "#contract/document-fault.ts";
import {
  colon,
  comma,
  countNode,
  type Cursor,
  enter,
  JsonRefusal,
  leftBrace,
  leftBracket,
  peek,
  quote,
  rightBrace,
  rightBracket,
  unexpected,
} from "./cursor.ts";
import { readDocument } from "./read-document.ts";
import { readString } from "./read-string.ts";
import { skipValue } from "./skip.ts";

export type ValueSpans =
  | { readonly kind: "object"; readonly members: ReadonlyMap<string, string> }
  | { readonly kind: "array"; readonly items: readonly string[] }
  /** Text, number, boolean or null. */
  | { readonly kind: "scalar"; readonly text: string };

/** One level of it; what is within is checked to be JSON. A name that comes twice is refused. */
export function readValueSpans(
  source: Buffer | string,
  limits: DocumentLimits = defaultDocumentLimits,
): ValueSpans | DocumentFault {
  const read = readDocument(source, limits, readSpans);
  return read.kind === "value" ? read.value : read;
}

function readSpans(cursor: Cursor): ValueSpans {
  const code = peek(cursor);
  if (code === leftBrace) return readMembers(cursor);
  if (code === leftBracket) return readItems(cursor);
  return { kind: "scalar", text: readPart(cursor) };
}

function readPart(cursor: Cursor): string {
  peek(cursor);
  const { at } = cursor;
  skipValue(cursor);
  return cursor.text.slice(at, cursor.at);
}

function readMembers(cursor: Cursor): ValueSpans {
  const members = new Map<string, string>();
  enter(cursor);
  cursor.at++;
  let code = peek(cursor);
  while (code !== rightBrace) {
    if (code !== quote) throw unexpected(cursor, "a member's name in quotes");
    const { at } = cursor;
    countNode(cursor);
    const name = readString(cursor);
    if (members.has(name)) {
      throw new JsonRefusal(`the member \`${name}\` stands here twice`, at, "duplicate-member");
    }
    if (peek(cursor) !== colon) throw unexpected(cursor, "`:`");
    cursor.at++;
    members.set(name, readPart(cursor));
    code = peek(cursor);
    if (code === comma) {
      cursor.at++;
      code = peek(cursor);
      if (code === rightBrace) throw unexpected(cursor, "a member's name in quotes");
    } else if (code !== rightBrace) throw unexpected(cursor, "`,` or `}`");
  }
  cursor.at++;
  cursor.depth--;
  return { kind: "object", members };
}

function readItems(cursor: Cursor): ValueSpans {
  const items: string[] = [];
  enter(cursor);
  cursor.at++;
  let code = peek(cursor);
  while (code !== rightBracket) {
    items.push(readPart(cursor));
    code = peek(cursor);
    if (code === comma) {
      cursor.at++;
      code = peek(cursor);
      if (code === rightBracket) throw unexpected(cursor, "a value");
    } else if (code !== rightBracket) throw unexpected(cursor, "`,` or `]`");
  }
  cursor.at++;
  cursor.depth--;
  return { kind: "array", items };
}
