/**
 * A frame: entries that were written at once. Its checksum covers the run of its part and the
 * checksum of the frame before, so that neither a stale frame nor one out of order is ever taken.
 * What was not yet on disk when it was written is told, too: that tells damage from a power cut.
 */
import { crc32 } from "node:zlib";

/**
 * magic 4, checksum 4, run 8, first index 8, entries 4, payload bytes 4, unsynced 4, previous 4.
 * The checksum covers all that follows it, the payload included.
 */
export const frameHeadBytes = 40;
/** More begins a new frame. A payload may be longer by one entry. */
export const framePayloadAim = 1 << 20;
export const framePayloadMax = framePayloadAim + 2 + 65_535;
export const runBytes = 8;

const magic = 0x504c4631;
const at = { checksum: 4, run: 8, first: 16, count: 24, length: 28, unsynced: 32, previous: 36 };

export interface FrameFacts {
  readonly run: Uint8Array;
  /** Index of its first entry. */
  readonly first: number;
  readonly count: number;
  /** Bytes behind its head. */
  readonly length: number;
  /** Entries before its first one that were written but not yet synced. */
  readonly unsynced: number;
  /** Checksum of the frame before, or of the part's head. */
  readonly previous: number;
}

export interface Frame extends FrameFacts {
  readonly checksum: number;
}

/** Fills in the head in front of a payload that stands there already; @returns the checksum. */
export function writeFrameHead(bytes: Buffer, start: number, facts: FrameFacts): number {
  bytes.writeUInt32BE(magic, start);
  bytes.set(facts.run, start + at.run);
  writeIndex(bytes, facts.first, start + at.first);
  bytes.writeUInt32BE(facts.count, start + at.count);
  bytes.writeUInt32BE(facts.length, start + at.length);
  bytes.writeUInt32BE(facts.unsynced, start + at.unsynced);
  bytes.writeUInt32BE(facts.previous, start + at.previous);
  const checksum = checksumOf(bytes, start, facts.length);
  bytes.writeUInt32BE(checksum, start + at.checksum);
  return checksum;
}

/** Bytes of the frame that a head begins; undefined: no head of this run. */
export function frameLength(bytes: Buffer, start: number, run: Uint8Array): number | undefined {
  if (start + frameHeadBytes > bytes.length || bytes.readUInt32BE(start) !== magic)
    return undefined;
  for (let index = 0; index < runBytes; index++) {
    if (bytes[start + at.run + index] !== run[index]) return undefined;
  }
  const length = bytes.readUInt32BE(start + at.length);
  return length > framePayloadMax ? undefined : frameHeadBytes + length;
}

/** Undefined: not a frame of this run, or not as it was written. */
export function readFrame(bytes: Buffer, start: number, run: Uint8Array): Frame | undefined {
  const whole = frameLength(bytes, start, run);
  if (whole === undefined || start + whole > bytes.length) return undefined;
  const length = whole - frameHeadBytes;
  const checksum = bytes.readUInt32BE(start + at.checksum);
  if (checksumOf(bytes, start, length) !== checksum) return undefined;
  return {
    run,
    first: readIndex(bytes, start + at.first),
    count: bytes.readUInt32BE(start + at.count),
    length,
    unsynced: bytes.readUInt32BE(start + at.unsynced),
    previous: bytes.readUInt32BE(start + at.previous),
    checksum,
  };
}

/** Of the run, in a head. */
export const frameRunAt = at.run;

function checksumOf(bytes: Buffer, start: number, length: number): number {
  return crc32(bytes.subarray(start + at.run, start + frameHeadBytes + length));
}

/** Indexes are safe integers; 64 bits on disk. */
export function writeIndex(bytes: Buffer, index: number, start: number): void {
  bytes.writeUInt32BE(Math.floor(index / 2 ** 32), start);
  bytes.writeUInt32BE(index % 2 ** 32, start + 4);
}

export function readIndex(bytes: Buffer, start: number): number {
  return bytes.readUInt32BE(start) * 2 ** 32 + bytes.readUInt32BE(start + 4);
}
