/** The members of a JSON object as they stand in its text, to be put into another object. */
import { defaultDocumentLimits } from "#base/limits.ts";
import { comma, JsonRefusal, leftBrace, peek, quote, type Cursor } from "./cursor.ts";
import { readString } from "./read-string.ts";
import { skipValue } from "./skip.ts";

export interface MemberSpan {
  readonly name: string;
  /** `"name":value`. */
  readonly text: string;
}

/** Undefined: this is no object. */
export function memberSpans(text: string): readonly MemberSpan[] | undefined {
  const limits = { ...defaultDocumentLimits, depthMax: 500 };
  const cursor: Cursor = { text, limits, mentionsTypes: false, at: 0, depth: 0, nodes: 0 };
  if (peek(cursor) !== leftBrace) return undefined;
  const spans: MemberSpan[] = [];
  cursor.at++;
  try {
    for (let code = peek(cursor); code === quote; code = peek(cursor)) {
      const from = cursor.at;
      const name = readString(cursor);
      peek(cursor);
      cursor.at++;
      skipValue(cursor);
      spans.push({ name, text: text.slice(from, cursor.at) });
      if (peek(cursor) !== comma) break;
      cursor.at++;
    }
  } catch (error) {
    if (error instanceof JsonRefusal) return undefined;
    throw error;
  }
  return spans;
}
