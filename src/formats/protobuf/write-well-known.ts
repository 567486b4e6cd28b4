/** Writes the messages of google.protobuf that stand for values of the model. */
import type { Value } from "#contract/value.ts";
import { ExactNumber, readExactValue, type ExactValue } from "#formats/json/exact-value.ts";
import { toPaths } from "./field-mask.ts";
import { toDuration, toTimestamp, type Moment } from "./moments.ts";
import { ProtoRefusal, wire } from "./proto-cursor.ts";
import type { ProtoOutput } from "./proto-output.ts";
import type { WellKnownForm } from "./well-known.ts";

type Write = (out: ProtoOutput, value: Value) => void;

type Members = { readonly [name: string]: ExactValue };

const depthMax = 64;

export function compileWellKnownWrite(form: WellKnownForm): Write {
  switch (form.kind) {
    case "timestamp":
      return (out, value) => writeMoment(out, toTimestamp(value as string));
    case "duration":
      return (out, value) => writeMoment(out, toDuration(value as string));
    case "field-mask":
      return (out, value) => writeTexts(out, toPaths(value as string));
    case "any":
      return (out, value) => {
        const bytes = value as Uint8Array;
        out.reserve(bytes.length);
        out.bytes.set(bytes, out.at);
        out.at += bytes.length;
      };
    case "wrapper": {
      const { wireType, write, zero } = form.scalar;
      return (out, value) => {
        if (Object.is(value, zero)) return;
        out.varint((1 << 3) | wireType);
        write(out, value);
      };
    }
    case "struct":
      return (out, value) => writeStruct(out, objectOf(value), 0);
    case "value":
      return (out, value) => writeValue(out, parse(value), 0);
    case "list-value":
      return (out, value) => writeList(out, listOf(value), 0);
  }
}

function writeMoment(out: ProtoOutput, { seconds, nanos }: Moment): void {
  if (seconds !== 0) {
    out.varint((1 << 3) | wire.varint);
    const high = Math.floor(seconds / 0x1_0000_0000);
    out.varint64(seconds - high * 0x1_0000_0000, high);
  }
  if (nanos === 0) return;
  out.varint((2 << 3) | wire.varint);
  out.varint64(nanos, nanos < 0 ? -1 : 0);
}

function writeTexts(out: ProtoOutput, texts: readonly string[]): void {
  for (const text of texts) {
    out.varint((1 << 3) | wire.bytes);
    out.text(text);
  }
}

/**
 * Names that stand twice and lone surrogates would be something else in a message, or nothing. What
 * comes from dialects without JSON may be any text, and is a string.
 */
function parse(value: Value): ExactValue {
  const text = value as string;
  const read = readExactValue(text);
  if (read.kind === "value") return read.value;
  const { code, message } = read;
  if (code === "limit-exceeded") throw new ProtoRefusal(message, code);
  if (!isJson(text)) return text;
  throw new ProtoRefusal(`as JSON: ${message}`, "invalid-value");
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** As a message holds it. */
function doubleOf(number: number | ExactNumber): number {
  if (typeof number === "number") return number;
  const { text } = number;
  const value = Number(text);
  // JSON has larger numbers than doubles are.
  if (Number.isFinite(value) && isKept(text, value)) return value;
  const expected = "expected a number that 64 bits of floating point hold";
  throw new ProtoRefusal(`${expected}, found \`${text.slice(0, 100)}\``, "invalid-value");
}

/** Whole numbers are often ids; all others are the nearest of 64 bits, as any float is. */
function isKept(source: string, value: number): boolean {
  if (Number.isSafeInteger(value) || !Number.isFinite(value) || !/^-?\d+$/.test(source))
    return true;
  return source === String(value) || BigInt(source) === BigInt(value);
}

function objectOf(value: Value): Members {
  const parsed = parse(value);
  if (isObject(parsed)) return parsed;
  throw new ProtoRefusal("expected a JSON object", "invalid-value");
}

function isObject(value: ExactValue): value is Members {
  if (typeof value !== "object" || value === null) return false;
  return !Array.isArray(value) && !(value instanceof ExactNumber);
}

function listOf(value: Value): readonly ExactValue[] {
  const parsed = parse(value);
  if (Array.isArray(parsed)) return parsed as readonly ExactValue[];
  throw new ProtoRefusal("expected a JSON array", "invalid-value");
}

/** Opens a field that holds a message or a map's entry. */
function nested(out: ProtoOutput, number: number, write: () => void): void {
  out.varint((number << 3) | wire.bytes);
  const begun = out.begin();
  write();
  out.end(begun);
}

function deeper(depth: number): number {
  if (depth < depthMax) return depth + 1;
  throw new ProtoRefusal(`JSON nested deeper than ${depthMax} levels`, "limit-exceeded");
}

function writeStruct(out: ProtoOutput, struct: Members, depth: number): void {
  for (const [key, value] of Object.entries(struct)) {
    nested(out, 1, () => {
      out.varint((1 << 3) | wire.bytes);
      out.text(key);
      nested(out, 2, () => writeValue(out, value, deeper(depth)));
    });
  }
}

/** Of a oneof, so zeros are written, too. */
function writeValue(out: ProtoOutput, value: ExactValue, depth: number): void {
  if (value === null) {
    out.varint((1 << 3) | wire.varint);
    out.varint(0);
  } else if (typeof value === "number" || value instanceof ExactNumber) {
    out.varint((2 << 3) | wire.fixed64);
    out.double(doubleOf(value));
  } else if (typeof value === "string") {
    out.varint((3 << 3) | wire.bytes);
    out.text(value);
  } else if (typeof value === "boolean") {
    out.varint((4 << 3) | wire.varint);
    out.varint(value ? 1 : 0);
  } else if (Array.isArray(value)) {
    nested(out, 6, () => writeList(out, value, deeper(depth)));
  } else nested(out, 5, () => writeStruct(out, value as Members, deeper(depth)));
}

function writeList(out: ProtoOutput, items: readonly ExactValue[], depth: number): void {
  for (const item of items) nested(out, 1, () => writeValue(out, item, deeper(depth)));
}
