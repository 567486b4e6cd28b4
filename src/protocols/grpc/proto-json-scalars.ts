/**
 * Scalars in the JSON form of Protocol Buffers: numbers as numbers or texts, enums by name or
 * number, bytes in either alphabet of base64.
 */
import type { EnumType } from "#contract/types.ts";
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
} from "#formats/json/cursor.ts";
import { plainDecimal, wholeDigits } from "#formats/json/plain-number.ts";
import { readNull } from "#formats/json/reader-scope.ts";
import type { Read } from "#formats/json/read-scalar.ts";
import { readString } from "#formats/json/read-string.ts";
import { writeString } from "#formats/json/write-string.ts";
import { enumNumbers, type ScalarForm } from "#formats/protobuf/scalar-form.ts";

/** Whether it is google.protobuf.NullValue. */
export function isNullValue(type: EnumType | undefined): boolean {
  return type?.values.length === 1 && type.values[0]?.value === "NULL_VALUE";
}

/** What values of an enum are called in JSON, by their names in the contract; undefined: so. */
export type ValueNames = (type: EnumType) => ReadonlyMap<string, string> | undefined;

export function compileScalar(
  form: ScalarForm,
  type: EnumType | undefined,
  valueNames: ValueNames,
): Read {
  if (type !== undefined) return compileEnum(form, type, valueNames(type));
  switch (form.protoType) {
    case "bool":
      return readBool;
    case "float":
    case "double":
      return compileFloat(form);
    case "string":
      return compileText(form);
    case "bytes":
      return compileBytes(form);
    default:
      return compileInt(form);
  }
}

function readBool(cursor: Cursor): boolean {
  const isTrue = cursor.text.charCodeAt(cursor.at) === 0x74;
  expectWord(cursor, isTrue ? "true" : "false", "true or false");
  return isTrue;
}

function compileText({ text: { read, expected } }: ScalarForm): Read {
  return (cursor) => {
    const { at } = cursor;
    if (peek(cursor) !== quote) throw unexpected(cursor, `${expected}, as a string`);
    const text = readString(cursor);
    return read(text) ?? refuse(expected, text, at);
  };
}

/** The text of a number, as a number or in quotes. */
function numberText(cursor: Cursor, expected: string): string {
  const code = peek(cursor);
  if (code === quote) return readString(cursor);
  if (code !== minus && !isDigit(code)) throw unexpected(cursor, expected);
  return readNumberText(cursor);
}

const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function compileInt({ text: { read, expected } }: ScalarForm): Read {
  return (cursor) => {
    const { at, limits } = cursor;
    const source = numberText(cursor, `${expected}, as a number or a string`);
    const plain = number.test(source) ? plainDecimal(source, limits.digitsMax) : undefined;
    const digits = plain === undefined ? undefined : wholeDigits(plain);
    return (digits === undefined ? undefined : read(digits)) ?? refuse(expected, source, at);
  };
}

const specials: Readonly<Record<string, number>> = {
  NaN,
  Infinity,
  "-Infinity": -Infinity,
};

function compileFloat({ protoType }: ScalarForm): Read {
  const isSingle = protoType === "float";
  const expected = 'a number, or "NaN", "Infinity" or "-Infinity"';
  const fits = (value: number): boolean => Number.isFinite(isSingle ? Math.fround(value) : value);
  return (cursor) => {
    const { at } = cursor;
    const isQuoted = peek(cursor) === quote;
    const source = numberText(cursor, expected);
    const special = isQuoted && Object.hasOwn(specials, source) ? specials[source] : undefined;
    if (special !== undefined) return special;
    const value = number.test(source) ? Number(source) : NaN;
    if (!fits(value)) refuse(`${expected} of ${isSingle ? 32 : 64} bits`, source, at);
    return value;
  };
}

function compileBytes({ text: { write } }: ScalarForm): Read {
  return (cursor) => {
    const { at } = cursor;
    if (peek(cursor) !== quote) throw unexpected(cursor, "bytes in base64, as a string");
    const text = readString(cursor);
    const bytes = fromBase64(text);
    if (bytes !== undefined && write(bytes) !== undefined) return bytes;
    return refuse("bytes in base64", text, at);
  };
}

/** Of either alphabet, padded or not. */
function fromBase64(text: string): Uint8Array | undefined {
  const core = text.replace(/={1,2}$/, "");
  const isPadded = core.length < text.length;
  if (!/^[A-Za-z0-9_+/-]*$/.test(core) || core.length % 4 === 1) return undefined;
  if (isPadded && text.length % 4 !== 0) return undefined;
  return new Uint8Array(Buffer.from(core, "base64url"));
}

function compileEnum(
  { text: lexical }: ScalarForm,
  type: EnumType,
  told: ReadonlyMap<string, string> | undefined,
): Read {
  const numbers = enumNumbers(type);
  const byName = new Map(
    [...numbers.keys()].flatMap((name) => [[name, name] as const, [told?.get(name) ?? name, name]]),
  );
  const expected = told === undefined ? lexical.expected : listed([...told.values()]);
  const names = new Map<number, string>();
  for (const [name, own] of numbers) if (!names.has(own)) names.set(own, name);
  const isNull = isNullValue(type);
  return (cursor) => {
    const { at } = cursor;
    const code = peek(cursor);
    if (isNull && readNull(cursor, code)) return "NULL_VALUE";
    if (code === quote) {
      const text = readString(cursor);
      return byName.get(text) ?? refuse(expected, text, at);
    }
    if (code !== minus && !isDigit(code)) {
      throw unexpected(cursor, `${expected}, as a string or a number`);
    }
    const source = readNumberText(cursor);
    const value = Number(source);
    if (value !== (value | 0)) refuse(`${expected}, or a number of 32 bits`, source, at);
    const name = names.get(value);
    if (name !== undefined) return name;
    return type.open ? String(value) : refuse(expected, source, at);
  };
}

/** How many values a message lists. */
const shownMax = 12;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, shownMax).join(", ");
  const rest = names.length > shownMax ? `, ... (${names.length} values)` : "";
  return `one of ${shown}${rest}`;
}

/** @returns the key of the record for a member's name. */
export function compileMapKey({
  protoType,
  text,
}: ScalarForm): (name: string, at: number) => string {
  return (name, at) => {
    const isBool = protoType === "bool";
    if (isBool && name !== "true" && name !== "false") refuse("true or false", name, at);
    const value = text.read(name);
    const key = value === undefined ? undefined : text.write(value);
    return key ?? refuse(`${text.expected} as the name of a member`, name, at);
  };
}

function refuse(expected: string, found: string, at: number): never {
  const shown = found.length > 100 ? `${found.slice(0, 100)}...` : found;
  throw new JsonRefusal(`expected ${expected}, found \`${shown}\``, at, "invalid-value");
}

export type Write = (value: Value) => string;

export function compileScalarWrite(
  { protoType }: ScalarForm,
  type: EnumType | undefined,
  valueNames: ValueNames,
): Write {
  if (type !== undefined) return compileEnumWrite(type, valueNames(type));
  switch (protoType) {
    case "bool":
      return (value) => (value === true ? "true" : "false");
    case "float":
    case "double":
      return (value) => writeFloat(value as number);
    case "string":
      return (value) => writeString(value as string);
    case "bytes":
      return (value) => `"${Buffer.from(value as Uint8Array).toString("base64")}"`;
    default:
      return protoType.endsWith("64")
        ? (value) => `"${value as string}"`
        : (value) => `${value as number}`;
  }
}

function writeFloat(value: number): string {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}

function compileEnumWrite(type: EnumType, told: ReadonlyMap<string, string> | undefined): Write {
  if (isNullValue(type)) return () => "null";
  const names = enumNumbers(type);
  return (value) => {
    const text = value as string;
    if (!names.has(text) && /^-?\d{1,10}$/.test(text)) return text;
    return writeString(told?.get(text) ?? text);
  };
}
