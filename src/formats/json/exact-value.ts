/**
 * JSON of any shape as plain values, for dialects whose documents decide by themselves what is read
 * (GraphQL's variables): a number that a binary fraction would change keeps its text.
 */
import { defaultDocumentLimits, type DocumentLimits } from "#base/limits.ts";
import type { DocumentFault } from "#contract/document-fault.ts";
import { createRecord } from "#contract/value.ts";
import {
  colon,
  comma,
  countNode,
  type Cursor,
  enter,
  expectWord,
  isDigit,
  JsonRefusal,
  leftBrace,
  leftBracket,
  minus,
  peek,
  quote,
  readNumberText,
  rightBrace,
  rightBracket,
  unexpected,
} from "./cursor.ts";
import { readDocument } from "./read-document.ts";
import { readString } from "./read-string.ts";

export type ExactValue =
  | null
  | boolean
  | number
  | string
  | ExactNumber
  | readonly ExactValue[]
  | { readonly [name: string]: ExactValue };

/** A number by its text, which JSON.stringify writes as it stands. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    return rawJson(this.text);
  }
}

const { rawJSON: rawJson } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };

/** The number, or its text where the number alone would be written otherwise. */
export function exactNumber(text: string): number | ExactNumber {
  const number = Number(text);
  return String(number) === text ? number : new ExactNumber(text);
}

export function readExactValue(
  text: string,
  limits: DocumentLimits = defaultDocumentLimits,
): { readonly kind: "value"; readonly value: ExactValue } | DocumentFault {
  return readDocument(text, limits, readAny);
}

function readAny(cursor: Cursor): ExactValue {
  const code = peek(cursor);
  countNode(cursor);
  if (code === quote) return readString(cursor);
  if (code === leftBrace) return readMembers(cursor);
  if (code === leftBracket) return readItems(cursor);
  if (code === minus || isDigit(code)) return exactNumber(readNumberText(cursor));
  const word = code === 0x74 ? "true" : code === 0x66 ? "false" : "null";
  expectWord(cursor, word, "a value");
  return word === "null" ? null : word === "true";
}

function readMembers(cursor: Cursor): ExactValue {
  const record = createRecord() as { [name: string]: ExactValue };
  enter(cursor);
  cursor.at++;
  let code = peek(cursor);
  while (code !== rightBrace) {
    if (code !== quote) throw unexpected(cursor, "a member's name in quotes");
    const { at } = cursor;
    const name = readString(cursor);
    if (Object.hasOwn(record, name)) {
      throw new JsonRefusal(`the member \`${name}\` stands here twice`, at, "duplicate-member");
    }
    if (peek(cursor) !== colon) throw unexpected(cursor, "`:`");
    cursor.at++;
    record[name] = readAny(cursor);
    code = peek(cursor);
    if (code === comma) {
      cursor.at++;
      code = peek(cursor);
      if (code === rightBrace) throw unexpected(cursor, "a member's name in quotes");
    } else if (code !== rightBrace) throw unexpected(cursor, "`,` or `}`");
  }
  cursor.at++;
  cursor.depth--;
  return record;
}

function readItems(cursor: Cursor): ExactValue {
  const items: ExactValue[] = [];
  enter(cursor);
  cursor.at++;
  let code = peek(cursor);
  while (code !== rightBracket) {
    items.push(readAny(cursor));
    code = peek(cursor);
    if (code === comma) {
      cursor.at++;
      code = peek(cursor);
      if (code === rightBracket) throw unexpected(cursor, "a value");
    } else if (code !== rightBracket) throw unexpected(cursor, "`,` or `]`");
  }
  cursor.at++;
  cursor.depth--;
  return items;
}
