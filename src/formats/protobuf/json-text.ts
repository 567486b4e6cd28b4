/**
 * JSON of any shape on its way into google.protobuf.Struct and its like, which hold numbers of 64
 * bits, strings of characters, and each name once: what would become something else is refused.
 */
import type { Value } from "#contract/value.ts";
import { ProtoRefusal } from "./proto-cursor.ts";

export interface JsonText {
  readonly value: unknown;
  /** Of all objects in it, as they are written. */
  readonly members: number;
}

/** What comes from dialects without JSON may be any text, and is a string. */
export function readJsonText(value: Value): JsonText {
  const text = value as string;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { value: text, members: 0 };
  }
  return { value: parsed, members: lookThrough(text) };
}

const quote = 0x22;
const colon = 0x3a;
const minus = 0x2d;
const backslash = 0x5c;

/** Of a text that is JSON: how many members are in it, its numbers looked at by the way. */
function lookThrough(text: string): number {
  let members = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (code === colon) members++;
    else if (code === minus || isDigit(code)) {
      const end = endOfNumber(text, at);
      checkNumber(text.slice(at, end));
      at = end - 1;
    }
  }
  return members;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** @returns where the quote stands that closes it. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1;
  return at;
}

function endOfNumber(text: string, from: number): number {
  let at = from;
  while (at < text.length && "0123456789+-.eE".includes(text.charAt(at))) at++;
  return at;
}

/** Whole numbers are often ids; all others are the nearest of 64 bits, as any float is. */
function checkNumber(source: string): void {
  const value = Number(source);
  if (Number.isSafeInteger(value)) return;
  const isKept =
    !/^-?\d+$/.test(source) || source === String(value) || BigInt(source) === BigInt(value);
  if (Number.isFinite(value) && isKept) return;
  const expected = "expected a number that 64 bits of floating point hold";
  throw new ProtoRefusal(`${expected}, found \`${source.slice(0, 100)}\``, "invalid-value");
}
