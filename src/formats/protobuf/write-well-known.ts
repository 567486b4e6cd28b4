/** Writes the messages of google.protobuf that stand for values of the model. */
import type { Value } from "#contract/value.ts";
import { toPaths } from "./field-mask.ts";
import { toDuration, toTimestamp, type Moment } from "./moments.ts";
import { ProtoRefusal, wire } from "./proto-cursor.ts";
import type { ProtoOutput } from "./proto-output.ts";
import type { WellKnownForm } from "./well-known.ts";

type Write = (out: ProtoOutput, value: Value) => void;

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

/** JSON whose strings and numbers all stand in a message as they are goes without a closer look. */
const remarkable = /[\d.]{16}|\\u[dD][89a-fA-F]/;

function parse(value: Value): unknown {
  const text = value as string;
  return remarkable.test(text) ? JSON.parse(text, exactMember) : JSON.parse(text);
}

/** What would become another number or other characters in a message is refused. */
function exactMember(key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value === "number" && !isKept(context?.source ?? "", value)) {
    const expected = "expected a number that 64 bits of floating point hold";
    throw new ProtoRefusal(`${expected}, found \`${context?.source}\``, "invalid-value");
  }
  for (const text of [key, value]) {
    if (typeof text !== "string" || text.isWellFormed()) continue;
    throw new ProtoRefusal("a lone surrogate is no character", "invalid-value");
  }
  return value;
}

/** Whole numbers are often ids; all others are the nearest of 64 bits, as any float is. */
function isKept(source: string, value: number): boolean {
  if (Number.isSafeInteger(value) || !Number.isFinite(value) || !/^-?\d+$/.test(source))
    return true;
  return source === String(value) || BigInt(source) === BigInt(value);
}

function objectOf(value: Value): object {
  const parsed = parse(value);
  if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return parsed;
  throw new ProtoRefusal("expected a JSON object", "invalid-value");
}

function listOf(value: Value): readonly unknown[] {
  const parsed = parse(value);
  if (Array.isArray(parsed)) return parsed;
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

function writeStruct(out: ProtoOutput, struct: object, depth: number): void {
  for (const [key, value] of Object.entries(struct)) {
    nested(out, 1, () => {
      out.varint((1 << 3) | wire.bytes);
      out.text(key);
      nested(out, 2, () => writeValue(out, value, deeper(depth)));
    });
  }
}

/** Of a oneof, so zeros are written, too. */
function writeValue(out: ProtoOutput, value: unknown, depth: number): void {
  if (value === null) {
    out.varint((1 << 3) | wire.varint);
    out.varint(0);
  } else if (typeof value === "number") {
    // JSON has larger numbers than doubles are.
    if (!Number.isFinite(value))
      throw new ProtoRefusal("expected a number of 64 bits, found a larger one", "invalid-value");
    out.varint((2 << 3) | wire.fixed64);
    out.double(value);
  } else if (typeof value === "string") {
    out.varint((3 << 3) | wire.bytes);
    out.text(value);
  } else if (typeof value === "boolean") {
    out.varint((4 << 3) | wire.varint);
    out.varint(value ? 1 : 0);
  } else if (Array.isArray(value)) {
    nested(out, 6, () => writeList(out, value, deeper(depth)));
  } else nested(out, 5, () => writeStruct(out, value as object, deeper(depth)));
}

function writeList(out: ProtoOutput, items: readonly unknown[], depth: number): void {
  for (const item of items) nested(out, 1, () => writeValue(out, item, deeper(depth)));
}
