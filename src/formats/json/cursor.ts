/**
 * The lexical level of JSON (RFC 8259): a place in a text, and what can be read from there. Strict;
 * what is refused is thrown as a `JsonRefusal`, which the compiled reader turns into a value.
 */
import type { DocumentLimits } from "#base/limits.ts";

export interface Cursor {
  readonly text: string;
  readonly limits: DocumentLimits;
  /** Whether "@type" stands anywhere. */
  readonly mentionsTypes: boolean;
  at: number;
  depth: number;
  nodes: number;
}

export type RefusalCode =
  | "malformed-json"
  | "limit-exceeded"
  | "invalid-value"
  | "unexpected-member"
  | "duplicate-member"
  | "missing-member";

/** Never leaves a reader. */
export class JsonRefusal extends Error {
  readonly at: number;
  readonly code: RefusalCode;
  /** Member of the object at `at` that is meant. */
  readonly member: string | undefined;

  constructor(message: string, at: number, code: RefusalCode = "malformed-json", member?: string) {
    super(message);
    this.at = at;
    this.code = code;
    this.member = member;
  }
}

export const quote = 0x22;
export const comma = 0x2c;
export const minus = 0x2d;
export const colon = 0x3a;
export const leftBracket = 0x5b;
export const backslash = 0x5c;
export const rightBracket = 0x5d;
export const leftBrace = 0x7b;
export const rightBrace = 0x7d;

/** Skips white space. @returns the character there; NaN at the end. */
export function peek(cursor: Cursor): number {
  const { text } = cursor;
  let code = text.charCodeAt(cursor.at);
  while (code <= 0x20 && (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09)) {
    code = text.charCodeAt(++cursor.at);
  }
  return code;
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

export function enter(cursor: Cursor): void {
  if (++cursor.depth > cursor.limits.depthMax) {
    const { depthMax } = cursor.limits;
    throw new JsonRefusal(
      `nested deeper than depthMax, ${depthMax} levels`,
      cursor.at,
      "limit-exceeded",
    );
  }
}

export function countNode(cursor: Cursor): void {
  if (++cursor.nodes > cursor.limits.nodesMax) {
    const { nodesMax } = cursor.limits;
    throw new JsonRefusal(`more than nodesMax, ${nodesMax} values`, cursor.at, "limit-exceeded");
  }
}

export function badStringCharacter({ text }: Cursor, at: number): JsonRefusal {
  if (at >= text.length) return new JsonRefusal("the document ends inside a string", at);
  const code = text.charCodeAt(at).toString(16).padStart(4, "0").toUpperCase();
  return new JsonRefusal(`the control character U+${code} must be escaped in a string`, at);
}

/** RFC 8259 §6, at a digit or a minus. Its size is not looked at; the text is bounded. */
export function readNumberText(cursor: Cursor): string {
  const { text } = cursor;
  const from = cursor.at;
  let at = from;
  if (text.charCodeAt(at) === minus) at++;
  if (text.charCodeAt(at) === 0x30) {
    if (isDigit(text.charCodeAt(++at))) {
      throw new JsonRefusal("a number may not begin with superfluous zeros", from);
    }
  } else at = digits(text, at, from);
  if (text.charCodeAt(at) === 0x2e) at = digits(text, at + 1, from);
  const code = text.charCodeAt(at) | 0x20;
  if (code === 0x65) {
    const sign = text.charCodeAt(at + 1);
    at = digits(text, sign === 0x2b || sign === minus ? at + 2 : at + 1, from);
  }
  const { digitsMax } = cursor.limits;
  if (at - from > digitsMax) {
    const message = `a number longer than digitsMax, ${digitsMax} characters`;
    throw new JsonRefusal(message, from, "limit-exceeded");
  }
  cursor.at = at;
  return text.slice(from, at);
}

function digits(text: string, from: number, numberAt: number): number {
  let at = from;
  while (isDigit(text.charCodeAt(at))) at++;
  if (at === from) throw new JsonRefusal("a number lacks digits", numberAt);
  return at;
}

export function expectWord(cursor: Cursor, word: string, expected: string): void {
  if (!cursor.text.startsWith(word, cursor.at)) throw unexpected(cursor, expected);
  cursor.at += word.length;
}

/** Whatever stands here is not what was expected: not JSON, or JSON of another kind. */
export function unexpected(cursor: Cursor, expected: string): JsonRefusal {
  const code = peek(cursor);
  const kind = kindOf(cursor.text, cursor.at);
  const isValue = kind !== undefined && !expected.startsWith("`");
  const found = kind ?? describe(code, cursor);
  const message = `expected ${expected}, found ${found}`;
  return new JsonRefusal(message, cursor.at, isValue ? "invalid-value" : "malformed-json");
}

function kindOf(text: string, at: number): string | undefined {
  const code = text.charCodeAt(at);
  if (code === quote) return "a string";
  if (code === leftBrace) return "an object";
  if (code === leftBracket) return "an array";
  if (code === minus || isDigit(code)) return "a number";
  return ["true", "false", "null"].find((word) => text.startsWith(word, at));
}

function describe(code: number, { text, at }: Cursor): string {
  if (at >= text.length) return "the end of the document";
  if (code < 0x20) return "a control character";
  return `\`${String.fromCodePoint(text.codePointAt(at) ?? 0)}\``;
}
