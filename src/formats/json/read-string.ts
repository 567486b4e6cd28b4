/** Strings, most of which hold no escape and are a part of the document's text as they stand. */
import { backslash, badStringCharacter, JsonRefusal, quote, type Cursor } from "./cursor.ts";
import { readEscaped } from "./escapes.ts";

/** At the opening quote. */
export function readString(cursor: Cursor): string {
  const { text } = cursor;
  const from = cursor.at + 1;
  for (let at = from; ; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      cursor.at = at + 1;
      checkLength(cursor, from, at);
      return text.slice(from, at);
    }
    if (code === backslash) {
      const read = readEscaped(cursor, from, at);
      checkLength(cursor, from, cursor.at);
      return read;
    }
    if (!(code >= 0x20)) throw badStringCharacter(cursor, at);
  }
}

function checkLength({ limits }: Cursor, from: number, to: number): void {
  if (to - from > limits.textLengthMax) {
    const message = `a string longer than textLengthMax, ${limits.textLengthMax} characters`;
    throw new JsonRefusal(message, from, "limit-exceeded");
  }
}
