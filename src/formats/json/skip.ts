/** Passes over values without building them: for opaque JSON, unknown members, and tags. */
import {
  backslash,
  badStringCharacter,
  colon,
  comma,
  countNode,
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
  type Cursor,
} from "./cursor.ts";
import { readString } from "./read-string.ts";

/** Accepts what RFC 8259's grammar accepts, within the limits; recursion is bounded by depthMax. */
export function skipValue(cursor: Cursor): void {
  const code = peek(cursor);
  countNode(cursor);
  if (code === quote) skipString(cursor);
  else if (code === leftBrace) skipMembers(cursor);
  else if (code === leftBracket) skipItems(cursor);
  else if (code === minus || isDigit(code)) readNumberText(cursor);
  else if (code === 0x74) expectWord(cursor, "true", "a value");
  else if (code === 0x66) expectWord(cursor, "false", "a value");
  else expectWord(cursor, "null", "a value");
}

function skipString(cursor: Cursor): void {
  const { text } = cursor;
  for (let at = cursor.at + 1; ; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      cursor.at = at + 1;
      return;
    }
    if (code === backslash) {
      const next = text.charCodeAt(++at);
      if (next === 0x75) {
        if (!/^[0-9A-Fa-f]{4}$/.test(text.slice(at + 1, at + 5))) throw badEscape(at - 1);
        at += 4;
      } else if (!'"\\/bfnrt'.includes(text.charAt(at)) || at >= text.length) {
        throw badEscape(at - 1);
      }
    } else if (!(code >= 0x20)) throw badStringCharacter(cursor, at);
  }
}

function badEscape(at: number): JsonRefusal {
  return new JsonRefusal("a backslash that begins no escape", at);
}

function skipMembers(cursor: Cursor): void {
  enter(cursor);
  cursor.at++;
  let code = peek(cursor);
  if (code !== rightBrace) {
    for (;;) {
      if (code !== quote) throw unexpected(cursor, "a member's name in quotes");
      skipString(cursor);
      if (peek(cursor) !== colon) throw unexpected(cursor, "`:`");
      cursor.at++;
      skipValue(cursor);
      code = peek(cursor);
      if (code === rightBrace) break;
      if (code !== comma) throw unexpected(cursor, "`,` or `}`");
      cursor.at++;
      code = peek(cursor);
    }
  }
  cursor.at++;
  cursor.depth--;
}

function skipItems(cursor: Cursor): void {
  enter(cursor);
  cursor.at++;
  if (peek(cursor) !== rightBracket) {
    for (;;) {
      skipValue(cursor);
      const code = peek(cursor);
      if (code === rightBracket) break;
      if (code !== comma) throw unexpected(cursor, "`,` or `]`");
      cursor.at++;
    }
  }
  cursor.at++;
  cursor.depth--;
}

/**
 * Looks through the object at the cursor for a member, and comes back.
 * @returns where its value begins, or -1.
 */
export function findMember(cursor: Cursor, name: string): number {
  const { at: start, depth } = cursor;
  let valueAt = -1;
  cursor.at++;
  let code = peek(cursor);
  while (code === quote && valueAt < 0) {
    const key = readString(cursor);
    if (peek(cursor) !== colon) throw unexpected(cursor, "`:`");
    cursor.at++;
    if (key === name) {
      peek(cursor);
      valueAt = cursor.at;
    } else {
      skipValue(cursor);
      if (peek(cursor) !== comma) break;
      cursor.at++;
      code = peek(cursor);
    }
  }
  cursor.at = start;
  cursor.depth = depth;
  return valueAt;
}
