/** Writes the messages of google.protobuf that stand for values of the model. */
import type { Value } from "#contract/value.ts";
import { toPaths } from "./field-mask.ts";
import { readJsonText } from "./json-text.ts";
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
      return (out, value) =>
        writeJson(value, (json, tally) => writeStruct(out, objectOf(json), tally, 0));
    case "value":
      return (out, value) => writeJson(value, (json, tally) => writeValue(out, json, tally, 0));
    case "list-value":
      return (out, value) =>
        writeJson(value, (json, tally) => writeList(out, listOf(json), tally, 0));
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

/** What has been written of one text. */
interface Tally {
  members: number;
}

function writeJson(value: Value, write: (json: unknown, tally: Tally) => void): void {
  const { value: json, members } = readJsonText(value);
  const tally = { members: 0 };
  write(json, tally);
  // Of two members of one name, which JSON may have, only one is there.
  if (tally.members === members) return;
  throw new ProtoRefusal("the name of a member stands twice in an object", "invalid-value");
}

function objectOf(json: unknown): object {
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json;
  throw new ProtoRefusal("expected a JSON object", "invalid-value");
}

function listOf(json: unknown): readonly unknown[] {
  if (Array.isArray(json)) return json;
  throw new ProtoRefusal("expected a JSON array", "invalid-value");
}

/** Of characters, as messages have them. */
function writeText(out: ProtoOutput, text: string): void {
  if (text.isWellFormed()) return out.text(text);
  throw new ProtoRefusal("a lone surrogate is no character", "invalid-value");
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

function writeStruct(out: ProtoOutput, struct: object, tally: Tally, depth: number): void {
  for (const [key, value] of Object.entries(struct)) {
    tally.members++;
    nested(out, 1, () => {
      out.varint((1 << 3) | wire.bytes);
      writeText(out, key);
      nested(out, 2, () => writeValue(out, value, tally, deeper(depth)));
    });
  }
}

/** Of a oneof, so zeros are written, too. */
function writeValue(out: ProtoOutput, value: unknown, tally: Tally, depth: number): void {
  if (value === null) {
    out.varint((1 << 3) | wire.varint);
    out.varint(0);
  } else if (typeof value === "number") {
    out.varint((2 << 3) | wire.fixed64);
    out.double(value);
  } else if (typeof value === "string") {
    out.varint((3 << 3) | wire.bytes);
    writeText(out, value);
  } else if (typeof value === "boolean") {
    out.varint((4 << 3) | wire.varint);
    out.varint(value ? 1 : 0);
  } else if (Array.isArray(value)) {
    nested(out, 6, () => writeList(out, value, tally, deeper(depth)));
  } else nested(out, 5, () => writeStruct(out, value as object, tally, deeper(depth)));
}

function writeList(out: ProtoOutput, items: readonly unknown[], tally: Tally, depth: number): void {
  for (const item of items) nested(out, 1, () => writeValue(out, item, tally, deeper(depth)));
}
