/** Types of google.protobuf that have a JSON form of their own, but Any. */
import { compileScalarText } from "#contract/check-scalar.ts";
import type { Value } from "#contract/value.ts";
import {
  JsonRefusal,
  leftBrace,
  leftBracket,
  peek,
  quote,
  unexpected,
} from "#formats/json/cursor.ts";
import type { Read } from "#formats/json/read-scalar.ts";
import { readString } from "#formats/json/read-string.ts";
import { skipValue } from "#formats/json/skip.ts";
import { writeRaw } from "#formats/json/write-raw.ts";
import { writeString } from "#formats/json/write-string.ts";
import { fieldMask } from "#formats/protobuf/field-mask.ts";
import { fromDuration, fromTimestamp, toDuration, toTimestamp } from "#formats/protobuf/moments.ts";
import { ProtoRefusal } from "#formats/protobuf/proto-cursor.ts";
import type { WellKnownForm } from "#formats/protobuf/well-known.ts";
import { compileScalar, compileScalarWrite, type Write } from "./proto-json-scalars.ts";

/** Times are as they are when they come in bytes. */
export function compileWellKnown(form: WellKnownForm): Read {
  switch (form.kind) {
    case "timestamp":
      return compileMoment("2026-11-25T13:20:00Z", (text) => {
        return timestamp.read(text) === undefined ? undefined : fromTimestamp(toTimestamp(text));
      });
    case "duration":
      return compileMoment("3.5s", (text) => {
        const match = /^(-?)(\d{1,12}(?:\.\d{1,9})?)s$/.exec(text);
        return match === null ? undefined : fromDuration(toDuration(`${match[1]}PT${match[2]}S`));
      });
    case "field-mask":
      return compileMoment("title,author.fullName", (text) => mask.read(text));
    case "wrapper":
      return compileScalar(form.scalar, undefined, ofContract);
    case "struct":
      return compileJson("an object", leftBrace);
    case "list-value":
      return compileJson("an array", leftBracket);
    default:
      return compileJson("a value", undefined);
  }
}

/** Wrappers hold no enum. */
function ofContract(): undefined {
  return undefined;
}

const timestamp = compileScalarText({ kind: "dateTime", zone: "required" });
const mask = compileScalarText(fieldMask);

/** @param read throws ProtoRefusal for what is beyond its range. */
function compileMoment(example: string, read: (text: string) => Value | undefined): Read {
  const expected = `text such as ${example}`;
  return (cursor) => {
    const { at } = cursor;
    if (peek(cursor) !== quote) throw unexpected(cursor, expected);
    const text = readString(cursor);
    const value = within(at, () => read(text));
    if (value !== undefined) return value;
    const message = `expected ${expected}, found \`${text.slice(0, 100)}\``;
    throw new JsonRefusal(message, at, "invalid-value");
  };
}

function within<T>(at: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ProtoRefusal)) throw error;
    throw new JsonRefusal(error.message, at, "invalid-value");
  }
}

/** JSON of any shape is kept as its text. */
function compileJson(expected: string, opening: number | undefined): Read {
  return (cursor) => {
    const code = peek(cursor);
    if (opening !== undefined && code !== opening) throw unexpected(cursor, expected);
    const { at } = cursor;
    skipValue(cursor);
    return cursor.text.slice(at, cursor.at);
  };
}

export function compileWellKnownWrite(form: WellKnownForm): Write {
  switch (form.kind) {
    case "timestamp":
      return (value) => `"${thirds(fromTimestamp(toTimestamp(value as string)))}"`;
    case "duration":
      return (value) => `"${durationText(value as string)}"`;
    case "field-mask":
      return (value) => writeString(value as string);
    case "wrapper":
      return compileScalarWrite(form.scalar, undefined, ofContract);
    default:
      return writeRaw;
  }
}

function durationText(text: string): string {
  const { seconds, nanos } = toDuration(text);
  const minus = seconds < 0 || nanos < 0 ? "-" : "";
  const digits = String(Math.abs(nanos)).padStart(9, "0").replace(/0+$/, "");
  return thirds(`${minus}${Math.abs(seconds)}${digits === "" ? "" : `.${digits}`}s`);
}

/** Written are 0, 3, 6 or 9 digits behind the point. */
function thirds(text: string): string {
  return text.replace(/\.(\d+)/, (_, digits: string) => {
    return `.${digits.padEnd(Math.ceil(digits.length / 3) * 3, "0")}`;
  });
}
