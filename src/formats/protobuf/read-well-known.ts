/** Reads the messages of google.protobuf that stand for values of the model. */
import { createRecord, type Value } from "#contract/value.ts";
import { fromPaths } from "./field-mask.ts";
import { fromDuration, fromTimestamp } from "./moments.ts";
import {
  enter,
  ProtoRefusal,
  readDouble,
  readLength,
  readTag,
  readText,
  readVarint,
  skipField,
  wire,
  type ProtoCursor,
} from "./proto-cursor.ts";
import type { WellKnownForm } from "./well-known.ts";

/** Up to `cursor.end`. */
type Read = (cursor: ProtoCursor, into: Value | undefined) => Value;

export function compileWellKnownRead(form: WellKnownForm): Read {
  switch (form.kind) {
    case "timestamp":
      return (cursor) => fromTimestamp(readMoment(cursor));
    case "duration":
      return (cursor) => fromDuration(readMoment(cursor));
    case "field-mask":
      return (cursor, before) => {
        // Of a message that comes in several parts, lists are joined.
        const told = typeof before === "string" && before !== "" ? [before] : [];
        const text = fromPaths(readTexts(cursor));
        return [...told, ...(text === "" ? [] : [text])].join(",");
      };
    case "any":
      return (cursor) => {
        const { bytes, at, end } = cursor;
        cursor.at = end;
        return new Uint8Array(bytes.subarray(at, end));
      };
    case "wrapper": {
      const { wireType: own, read, zero } = form.scalar;
      return (cursor) => {
        let value = zero;
        eachField(cursor, (number, wireType) => {
          if (number !== 1 || wireType !== own) return false;
          value = read(cursor);
          return true;
        });
        return value;
      };
    }
    case "struct":
      return (cursor) => JSON.stringify(readStruct(cursor));
    case "value":
      return (cursor) => JSON.stringify(readValue(cursor));
    case "list-value":
      return (cursor) => JSON.stringify(readList(cursor));
  }
}

function eachField(cursor: ProtoCursor, take: (number: number, wireType: number) => boolean): void {
  while (cursor.at < cursor.end) {
    const tag = readTag(cursor);
    if (!take(tag >>> 3, tag & 7)) skipField(cursor, tag >>> 3, tag & 7);
  }
}

function readTexts(cursor: ProtoCursor): readonly string[] {
  const texts: string[] = [];
  eachField(cursor, (number, wireType) => {
    if (number !== 1 || wireType !== wire.bytes) return false;
    texts.push(readText(cursor));
    return true;
  });
  return texts;
}

function readMoment(cursor: ProtoCursor): { seconds: number; nanos: number } {
  const moment = { seconds: 0, nanos: 0 };
  eachField(cursor, (number, wireType) => {
    if (wireType !== wire.varint || (number !== 1 && number !== 2)) return false;
    const low = readVarint(cursor);
    if (number === 2) moment.nanos = low | 0;
    // Beyond 2^53 it is no moment that is allowed, however it is rounded.
    else moment.seconds = (cursor.high | 0) * 0x1_0000_0000 + low;
    return true;
  });
  return moment;
}

type Json = null | boolean | number | string | readonly Json[] | { [name: string]: Json };

function nested<T>(cursor: ProtoCursor, read: (cursor: ProtoCursor) => T): T {
  const { end } = cursor;
  cursor.end = readLength(cursor);
  enter(cursor);
  const value = read(cursor);
  cursor.depth--;
  cursor.end = end;
  return value;
}

/** google/protobuf/struct.proto: fields = 1, a map of texts to values. */
function readStruct(cursor: ProtoCursor): Json {
  const struct = createRecord() as { [name: string]: Json };
  eachField(cursor, (number, wireType) => {
    if (number !== 1 || wireType !== wire.bytes) return false;
    nested(cursor, () => {
      let key = "";
      let value: Json = null;
      eachField(cursor, (part, partType) => {
        if (partType !== wire.bytes || (part !== 1 && part !== 2)) return false;
        if (part === 1) key = readText(cursor);
        else value = nested(cursor, readValue);
        return true;
      });
      struct[key] = value;
    });
    return true;
  });
  return struct;
}

/** null = 1, number = 2, string = 3, bool = 4, struct = 5, list = 6; the last one holds. */
function readValue(cursor: ProtoCursor): Json {
  let value: Json = null;
  eachField(cursor, (number, wireType) => {
    if (number < 1 || number > 6 || wireType !== valueWireTypes[number]) return false;
    if (number === 1) value = (readVarint(cursor), null);
    else if (number === 2) value = finite(readDouble(cursor));
    else if (number === 3) value = readText(cursor);
    else if (number === 4) value = readVarint(cursor) !== 0;
    else value = nested(cursor, number === 5 ? readStruct : readList);
    return true;
  });
  return value;
}

const { varint, fixed64, bytes } = wire;
const valueWireTypes = [-1, varint, fixed64, bytes, varint, bytes, bytes];

function finite(number: number): number {
  if (Number.isFinite(number)) return number;
  throw new ProtoRefusal(`${number} is no number of JSON`, "invalid-value");
}

function readList(cursor: ProtoCursor): Json {
  const items: Json[] = [];
  eachField(cursor, (number, wireType) => {
    if (number !== 1 || wireType !== wire.bytes) return false;
    items.push(nested(cursor, readValue));
    return true;
  });
  return items;
}
