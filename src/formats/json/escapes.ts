/** Strings that hold escapes (RFC 8259 §7). A lone surrogate is no character and is refused. */
import { badStringCharacter, backslash, JsonRefusal, quote, type Cursor } from "./cursor.ts";

const plain: { readonly [code: number]: string } = {
  0x22: '"',
  0x2f: "/",
  0x5c: "\\",
  0x62: "\b",
  0x66: "\f",
  0x6e: "\n",
  0x72: "\r",
  0x74: "\t",
};

const hexadecimal = /^[0-9A-Fa-f]{4}$/;

/** The rest of a string that begins at `from`, from its first backslash on. */
export function readEscaped(cursor: Cursor, from: number, firstEscape: number): string {
  const { text } = cursor;
  let out = text.slice(from, firstEscape);
  let at = firstEscape;
  let chunk = at;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      cursor.at = at + 1;
      return out + text.slice(chunk, at);
    }
    if (code === backslash) {
      out += text.slice(chunk, at);
      const next = text.charCodeAt(at + 1);
      const character = plain[next];
      if (character !== undefined) {
        out += character;
        at += 2;
      } else {
        const unit = unitAt(cursor, at);
        if (unit >= 0xdc00 && unit <= 0xdfff) throw lone(at);
        out += String.fromCharCode(unit);
        at += 6;
        if (unit >= 0xd800 && unit <= 0xdbff) {
          if (text.charCodeAt(at) !== backslash) throw lone(at - 6);
          const low = unitAt(cursor, at);
          if (low < 0xdc00 || low > 0xdfff) throw lone(at - 6);
          out += String.fromCharCode(low);
          at += 6;
        }
      }
      chunk = at;
    } else if (!(code >= 0x20)) throw badStringCharacter(cursor, at);
    else at++;
  }
}

function unitAt({ text }: Cursor, at: number): number {
  const digits = text.slice(at + 2, at + 6);
  if (text.charCodeAt(at + 1) !== 0x75 || !hexadecimal.test(digits)) {
    const shown = text.slice(at, at + 2);
    const expected = '\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX';
    const message = `\`${shown}\` begins no escape; expected one of ${expected}`;
    throw new JsonRefusal(message, at);
  }
  return Number.parseInt(digits, 16);
}

function lone(at: number): JsonRefusal {
  return new JsonRefusal("a lone surrogate is no character; expected a pair \\uD8XX\\uDCXX", at);
}
