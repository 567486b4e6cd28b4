/** JSON's spelling of scalars, compiled per type: exact numbers come from the source text. */
import type { EnumType, IntType, ScalarType } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import {
  expectWord,
  isDigit,
  JsonRefusal,
  minus,
  peek,
  quote,
  readNumberText,
  unexpected,
  type Cursor,
} from "./cursor.ts";
import { readString } from "./read-string.ts";
import type { JsonReadOptions } from "./options.ts";
import { plainDecimal, wholeDigits } from "./plain-number.ts";
import { isExact } from "./resolve.ts";
import { compileScalarText, type ScalarText } from "#contract/check-scalar.ts";

/** Reads the value at the cursor, white space before it passed; throws JsonRefusal. */
export type Read = (cursor: Cursor) => Value;

export function compileScalarRead(type: ScalarType | EnumType, options: JsonReadOptions): Read {
  const text = compileScalarText(type);
  switch (type.kind) {
    case "bool":
      return readBool;
    case "int":
      return isExact(type) ? readExact(text, true) : readSmallInt(type, text);
    case "decimal":
      return readExact(text, false);
    case "float":
      return readFloat(type.bits, options.floatSpecials !== false);
    case "enum":
      return type.spelling === "number" ? readExact(text, false) : readText(text);
    case "string":
      return isFree(type) ? readAnyString : readText(text);
    default:
      return readText(text);
  }
}

function isFree(type: ScalarType & { kind: "string" }): boolean {
  const { lengthMin = 0, lengthMax, pattern, patternsAlso = [], whitespace } = type;
  const bounded = lengthMin > 0 || lengthMax !== undefined;
  const patterned = pattern !== undefined || patternsAlso.length > 0;
  return !bounded && !patterned && whitespace === "preserve";
}

function readBool(cursor: Cursor): boolean {
  const isTrue = cursor.text.charCodeAt(cursor.at) === 0x74;
  expectWord(cursor, isTrue ? "true" : "false", "true or false");
  return isTrue;
}

function readAnyString(cursor: Cursor): string {
  if (cursor.text.charCodeAt(cursor.at) !== quote) throw unexpected(cursor, "a string");
  return readString(cursor);
}

function readText({ read, expected }: ScalarText): Read {
  return (cursor) => {
    const { at } = cursor;
    if (cursor.text.charCodeAt(at) !== quote) {
      throw unexpected(cursor, `${expected}, as a string`);
    }
    const text = readString(cursor);
    return read(text) ?? refuseText(text, expected, at);
  };
}

function refuseText(text: string, expected: string, at: number): never {
  const shown = text.length > 100 ? `${text.slice(0, 100)}...` : text;
  throw new JsonRefusal(`expected ${expected}, found \`${shown}\``, at, "invalid-value");
}

function atNumber(cursor: Cursor): boolean {
  const code = cursor.text.charCodeAt(cursor.at);
  return isDigit(code) || code === minus;
}

/** As a string, or as a number whose text is taken as it stands. */
function readExact({ read, expected }: ScalarText, whole: boolean): Read {
  return (cursor) => {
    const { at } = cursor;
    if (cursor.text.charCodeAt(at) === quote) {
      const text = readString(cursor);
      checkDigits(cursor, text, at);
      return read(text) ?? refuseText(text, expected, at);
    }
    if (!atNumber(cursor)) throw unexpected(cursor, `${expected}, as a string or a number`);
    const source = readNumberText(cursor);
    const plain = plainOf(cursor, source, at);
    const digits = whole ? wholeDigits(plain) : plain;
    return (digits === undefined ? undefined : read(digits)) ?? refuseText(source, expected, at);
  };
}

function checkDigits({ limits }: Cursor, text: string, at: number): void {
  if (text.length > limits.digitsMax) throw tooLong(limits.digitsMax, at);
}

function plainOf({ limits }: Cursor, source: string, at: number): string {
  const plain = plainDecimal(source, limits.digitsMax);
  if (plain === undefined) throw tooLong(limits.digitsMax, at);
  return plain;
}

function tooLong(digitsMax: number, at: number): JsonRefusal {
  const message = `a number of more than digitsMax, ${digitsMax} digits`;
  return new JsonRefusal(message, at, "limit-exceeded");
}

function readSmallInt(type: IntType, { read, expected }: ScalarText): Read {
  const bits = type.bits as 8 | 16 | 32;
  const low = Math.max(type.signed ? -(2 ** (bits - 1)) : 0, Number(type.minimum ?? -Infinity));
  const top = 2 ** (type.signed ? bits - 1 : bits) - 1;
  const high = Math.min(top, Number(type.maximum ?? Infinity));
  return (cursor) => {
    const { at } = cursor;
    if (!atNumber(cursor)) throw unexpected(cursor, `${expected}, as a number`);
    const source = readNumberText(cursor);
    const value = Number(source);
    const isPlain = source.length <= 11 && Number.isInteger(value) && value !== 0;
    if (isPlain && value >= low && value <= high) return value;
    const digits = wholeDigits(plainOf(cursor, source, at));
    return (digits === undefined ? undefined : read(digits)) ?? refuseText(source, expected, at);
  };
}

function readFloat(bits: 32 | 64, specials: boolean): Read {
  const expected = specials ? 'a number, or "NaN", "Infinity" or "-Infinity"' : "a number";
  const limit = bits === 32 ? 3.402_823_466_385_288_6e38 : Number.MAX_VALUE;
  return (cursor) => {
    const { at } = cursor;
    if (specials && peek(cursor) === quote) {
      const text = readString(cursor);
      if (text === "NaN") return NaN;
      if (text === "Infinity") return Infinity;
      if (text === "-Infinity") return -Infinity;
      return refuseText(text, expected, at);
    }
    if (!atNumber(cursor)) throw unexpected(cursor, expected);
    const source = readNumberText(cursor);
    const value = Number(source);
    if (value < -limit || value > limit) refuseText(source, `a number of ${bits} bits`, at);
    return value;
  };
}
