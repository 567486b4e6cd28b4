/**
 * One exchange in a file of bodies. All numbers are big-endian.
 *
 *     magic "PLB1" ‖ length of the record 4 ‖ exchange id 16 ‖ pseudonym 16 ‖ lengths of the four
 *     sealed parts 4 each, 0: not kept ‖ sealed parts ‖ CRC-32 of all before 4
 */
import { crc32 } from "node:zlib";
import { partCount } from "./parts.ts";

const magic = Buffer.from("PLB1", "latin1");
const idAt = 8;
const pseudonymAt = 24;
const lengthsAt = 40;
const partsAt = lengthsAt + 4 * partCount;
const crcBytes = 4;

export interface BodyRecord {
  /** 32 hexadecimal digits each. */
  readonly exchange: string;
  readonly pseudonym: string;
  /** By part; undefined: not kept. */
  readonly sealed: readonly (Buffer | undefined)[];
}

export function encodeRecord({ exchange, pseudonym, sealed }: BodyRecord): Buffer {
  const partsBytes = sealed.reduce((sum, one) => sum + (one?.length ?? 0), 0);
  const out = Buffer.alloc(partsAt + partsBytes + crcBytes);
  out.set(magic);
  out.writeUInt32BE(out.length, 4);
  out.write(exchange, idAt, "hex");
  out.write(pseudonym, pseudonymAt, "hex");
  let at = partsAt;
  for (const [which, one] of sealed.entries()) {
    if (one === undefined) continue;
    out.writeUInt32BE(one.length, lengthsAt + 4 * which);
    out.set(one, at);
    at += one.length;
  }
  out.writeUInt32BE(crc32(out.subarray(0, at)), at);
  return out;
}

/** A string says what is wrong. */
export function decodeRecord(bytes: Buffer): BodyRecord | string {
  if (bytes.length < partsAt + crcBytes) return `a record has ${partsAt + crcBytes} bytes or more`;
  const crcAt = bytes.length - crcBytes;
  if (!bytes.subarray(0, magic.length).equals(magic)) return "no record begins here";
  if (bytes.readUInt32BE(4) !== bytes.length) return "its length is another one";
  if (crc32(bytes.subarray(0, crcAt)) !== bytes.readUInt32BE(crcAt)) {
    return "its checksum does not match";
  }
  const sealed: (Buffer | undefined)[] = [];
  let at = partsAt;
  for (let which = 0; which < partCount; which++) {
    const length = bytes.readUInt32BE(lengthsAt + 4 * which);
    if (length > crcAt - at) return "its parts are longer than it is";
    sealed.push(length === 0 ? undefined : bytes.subarray(at, at + length));
    at += length;
  }
  if (at !== crcAt) return "its parts are shorter than it is";
  const exchange = bytes.toString("hex", idAt, pseudonymAt);
  return { exchange, pseudonym: bytes.toString("hex", pseudonymAt, lengthsAt), sealed };
}
