/**
 * The wire level of Protocol Buffers: varints, fixed numbers, lengths, and what is skipped
 * (protobuf.dev/programming-guides/encoding). What is refused is thrown and becomes a value where
 * a compiled reader ends.
 */
import { isUtf8 } from "node:buffer";
import type { DocumentLimits } from "#base/limits.ts";

export const wire = { varint: 0, fixed64: 1, bytes: 2, groupStart: 3, groupEnd: 4, fixed32: 5 };

export type ProtoCode = "malformed-protobuf" | "limit-exceeded" | "invalid-value" | "missing-field";

/** Never leaves this folder. Places are put before each other on the way up. */
export class ProtoRefusal extends Error {
  readonly code: ProtoCode;
  place = "";

  constructor(message: string, code: ProtoCode = "malformed-protobuf") {
    super(message);
    this.code = code;
  }

  /** The same, inside of `name`. */
  within(name: string | number): this {
    this.place = `/${name}${this.place}`;
    return this;
  }
}

export interface ProtoCursor {
  readonly bytes: Buffer;
  readonly limits: DocumentLimits;
  at: number;
  /** Of the message that is being read. */
  end: number;
  /** Number of the group that is being entered; 0: what is read ends at `end`. */
  group: number;
  depth: number;
  nodes: number;
  /** The upper half of the last varint, unsigned. */
  high: number;
}

export function createProtoCursor(bytes: Buffer, limits: DocumentLimits): ProtoCursor {
  return { bytes, limits, at: 0, end: bytes.length, group: 0, depth: 0, nodes: 0, high: 0 };
}

function truncated(cursor: ProtoCursor): ProtoRefusal {
  return new ProtoRefusal(`the message ends inside a field, at byte ${cursor.at}`);
}

/** @returns the lower 32 bits, unsigned; the upper ones stand in `high`. */
export function readVarint(cursor: ProtoCursor): number {
  const { bytes, end } = cursor;
  let { at } = cursor;
  if (at < end) {
    const first = bytes[at] as number;
    if (first < 0x80) {
      cursor.at = at + 1;
      cursor.high = 0;
      return first;
    }
  }
  let low = 0;
  let high = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    if (at >= end) throw truncated(cursor);
    const byte = bytes[at++] as number;
    const bits = byte & 0x7f;
    if (shift < 28) low |= bits << shift;
    else if (shift === 28) {
      low |= bits << 28;
      high = bits >>> 4;
    } else high |= bits << (shift - 32);
    if (byte < 0x80) {
      cursor.at = at;
      cursor.high = high >>> 0;
      return low >>> 0;
    }
  }
  throw new ProtoRefusal(`a number of more than 10 bytes, at byte ${cursor.at}`);
}

export function readFixed32(cursor: ProtoCursor): number {
  const { at } = cursor;
  if (at + 4 > cursor.end) throw truncated(cursor);
  cursor.at = at + 4;
  return cursor.bytes.readUInt32LE(at);
}

/** As `readVarint`. */
export function readFixed64(cursor: ProtoCursor): number {
  const low = readFixed32(cursor);
  cursor.high = readFixed32(cursor);
  return low;
}

export function readDouble(cursor: ProtoCursor): number {
  const { at } = cursor;
  if (at + 8 > cursor.end) throw truncated(cursor);
  cursor.at = at + 8;
  return cursor.bytes.readDoubleLE(at);
}

export function readFloat(cursor: ProtoCursor): number {
  const { at } = cursor;
  if (at + 4 > cursor.end) throw truncated(cursor);
  cursor.at = at + 4;
  return cursor.bytes.readFloatLE(at);
}

/** @returns where what follows ends. */
export function readLength(cursor: ProtoCursor): number {
  const length = readVarint(cursor);
  const end = cursor.at + length;
  if (cursor.high !== 0 || end > cursor.end) {
    const left = cursor.end - cursor.at;
    const message = `a length beyond the message's end: ${left} bytes are left`;
    throw new ProtoRefusal(`${message}, at byte ${cursor.at}`);
  }
  return end;
}

export function readText(cursor: ProtoCursor): string {
  const end = readLength(cursor);
  const { bytes, at } = cursor;
  const { textLengthMax } = cursor.limits;
  if (end - at > textLengthMax) {
    const message = `a text of more than textLengthMax, ${textLengthMax} bytes`;
    throw new ProtoRefusal(message, "limit-exceeded");
  }
  cursor.at = end;
  if (end - at < 24) {
    const short = readAscii(bytes, at, end);
    if (short !== undefined) return short;
  }
  if (!isUtf8(bytes.subarray(at, end))) {
    throw new ProtoRefusal("a text is not UTF-8", "invalid-value");
  }
  return bytes.toString("utf8", at, end);
}

/** A call into the runtime costs more than a few characters do. */
function readAscii(bytes: Buffer, from: number, to: number): string | undefined {
  let text = "";
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    if (byte >= 0x80) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

export function countNode(cursor: ProtoCursor): void {
  if (++cursor.nodes > cursor.limits.nodesMax) {
    const { nodesMax } = cursor.limits;
    throw new ProtoRefusal(`more than nodesMax, ${nodesMax} values`, "limit-exceeded");
  }
}

export function enter(cursor: ProtoCursor): void {
  if (++cursor.depth > cursor.limits.depthMax) {
    const { depthMax } = cursor.limits;
    throw new ProtoRefusal(`nested deeper than depthMax, ${depthMax} levels`, "limit-exceeded");
  }
}

/** Passes over a field of no interest; its tag was read. Groups may hold anything. */
export function skipField(cursor: ProtoCursor, number: number, wireType: number): void {
  switch (wireType) {
    case wire.varint:
      readVarint(cursor);
      return;
    case wire.fixed64:
      readFixed64(cursor);
      return;
    case wire.bytes:
      cursor.at = readLength(cursor);
      return;
    case wire.fixed32:
      readFixed32(cursor);
      return;
    case wire.groupStart:
      skipGroup(cursor, number);
      return;
    default:
      throw new ProtoRefusal(`wire type ${wireType} cannot stand here, before byte ${cursor.at}`);
  }
}

/** @returns where the tag stands that ends it. */
export function skipGroup(cursor: ProtoCursor, number: number): number {
  enter(cursor);
  for (;;) {
    const { at } = cursor;
    const tag = readTag(cursor);
    const inner = tag >>> 3;
    if ((tag & 7) === wire.groupEnd) {
      if (inner === number) {
        cursor.depth--;
        return at;
      }
      throw new ProtoRefusal(`the end of a group ${inner} inside of a group ${number}`);
    }
    skipField(cursor, inner, tag & 7);
  }
}

/** Field number and wire type: `tag >>> 3`, `tag & 7`. */
export function readTag(cursor: ProtoCursor): number {
  const tag = readVarint(cursor);
  if (cursor.high !== 0 || tag >>> 3 === 0) {
    throw new ProtoRefusal(`no field has such a number, before byte ${cursor.at}`);
  }
  return tag;
}
