/**
 * The end of a sealed segment: where its compressed bundles stand, which exchanges it has entries
 * of, and its range of time. In the file: bundles, exchange index, table of bundles, foot.
 */
import { crc32 } from "node:zlib";
import { readIndex, writeIndex } from "./frame.ts";
import { formatVersion } from "./layout.ts";

export const bundleEntries = 256;
const bundlesPerSegment = 256;
/** position 8, compressed bytes 4, bytes 4, checksum of the compressed 4. */
const rowBytes = 20;
const tableBytes = bundlesPerSegment * rowBytes;
const footBytes = 96;
/** Table and foot. */
export const sealedEndBytes = tableBytes + footBytes;

/**
 * magic 8, checksum 4, version 4, segment 8, index position 8, index rows 8, index checksum 4,
 * zeros 4, first time 8, last time 8, bytes 8, lowest id 8, highest id 8, zeros 8. The checksum
 * covers the table, too.
 */
const magic = Buffer.from("PARLSEAL", "latin1");
const at = {
  ...{ checksum: 8, version: 12, segment: 16, index: 24, rows: 32, indexChecksum: 40 },
  ...{ minMs: 48, maxMs: 56, bytes: 64, minId: 72, maxId: 80 },
};
/** Of an id's first bytes, which are its time (RFC 9562 §5.7). */
export const idTimeBytes = 6;

export interface BundlePlace {
  readonly position: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly checksum: number;
}

export interface SealedFacts {
  readonly segment: number;
  readonly indexPosition: number;
  readonly indexRows: number;
  readonly indexChecksum: number;
  /** NaN: no entry has a time. */
  readonly minMs: number;
  readonly maxMs: number;
  /** Of the entries as bundles, before compression. */
  readonly bytes: number;
  /** The first bytes of the lowest and highest exchange id. */
  readonly minId: Buffer;
  readonly maxId: Buffer;
}

export function encodeSealedEnd(facts: SealedFacts, bundles: readonly BundlePlace[]): Buffer {
  const end = Buffer.alloc(sealedEndBytes);
  for (const [row, bundle] of bundles.entries()) {
    writeIndex(end, bundle.position, row * rowBytes);
    end.writeUInt32BE(bundle.packedBytes, row * rowBytes + 8);
    end.writeUInt32BE(bundle.bytes, row * rowBytes + 12);
    end.writeUInt32BE(bundle.checksum, row * rowBytes + 16);
  }
  const foot = end.subarray(tableBytes);
  magic.copy(foot);
  foot.writeUInt32BE(formatVersion, at.version);
  writeIndex(foot, facts.segment, at.segment);
  writeIndex(foot, facts.indexPosition, at.index);
  writeIndex(foot, facts.indexRows, at.rows);
  foot.writeUInt32BE(facts.indexChecksum, at.indexChecksum);
  foot.writeDoubleBE(facts.minMs, at.minMs);
  foot.writeDoubleBE(facts.maxMs, at.maxMs);
  writeIndex(foot, facts.bytes, at.bytes);
  facts.minId.copy(foot, at.minId, 0, idTimeBytes);
  facts.maxId.copy(foot, at.maxId, 0, idTimeBytes);
  foot.writeUInt32BE(checksumOf(end), at.checksum);
  return end;
}

/** Undefined: not the end of a sealed segment, or damaged. */
export function parseSealedEnd(end: Buffer): SealedFacts | undefined {
  if (end.length !== sealedEndBytes) return undefined;
  const foot = end.subarray(tableBytes);
  const isWhole =
    foot.subarray(0, magic.length).equals(magic) &&
    foot.readUInt32BE(at.checksum) === checksumOf(end) &&
    foot.readUInt32BE(at.version) === formatVersion;
  if (!isWhole) return undefined;
  return {
    segment: readIndex(foot, at.segment),
    indexPosition: readIndex(foot, at.index),
    indexRows: readIndex(foot, at.rows),
    indexChecksum: foot.readUInt32BE(at.indexChecksum),
    minMs: foot.readDoubleBE(at.minMs),
    maxMs: foot.readDoubleBE(at.maxMs),
    bytes: readIndex(foot, at.bytes),
    minId: Buffer.from(foot.subarray(at.minId, at.minId + idTimeBytes)),
    maxId: Buffer.from(foot.subarray(at.maxId, at.maxId + idTimeBytes)),
  };
}

/** Of one of the 256 bundles, from the end of the file. */
export function bundlePlace(end: Buffer, bundle: number): BundlePlace {
  const row = bundle * rowBytes;
  return {
    position: readIndex(end, row),
    packedBytes: end.readUInt32BE(row + 8),
    bytes: end.readUInt32BE(row + 12),
    checksum: end.readUInt32BE(row + 16),
  };
}

function checksumOf(end: Buffer): number {
  const foot = end.subarray(tableBytes + at.version);
  return crc32(foot, crc32(end.subarray(0, tableBytes)));
}
