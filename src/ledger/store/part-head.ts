/** The first bytes of a part: which part of which segment it is, and the run of its frames. */
import { crc32 } from "node:zlib";
import { formatVersion, type PartName } from "./layout.ts";
import { readIndex, runBytes, writeIndex } from "./frame.ts";

/** magic 8, checksum 4, version 4, run 8, segment 8, part 8, first index 8, settled 8, zeros. */
export const partHeadBytes = 64;

const magic = Buffer.from("PARLPART", "latin1");
const at = { checksum: 8, version: 12, run: 16, segment: 24, part: 32, first: 40, settled: 48 };

export interface PartHead extends PartName {
  readonly run: Buffer;
  /** Index of its first entry. */
  readonly first: number;
  /** All before this index was on disk when the part got its name. */
  readonly settled: number;
  /** What its first frame is chained to. */
  readonly checksum: number;
}

export function encodePartHead(head: Omit<PartHead, "checksum">): Buffer {
  const bytes = Buffer.alloc(partHeadBytes);
  magic.copy(bytes);
  bytes.writeUInt32BE(formatVersion, at.version);
  bytes.set(head.run, at.run);
  writeIndex(bytes, head.segment, at.segment);
  writeIndex(bytes, head.part, at.part);
  writeIndex(bytes, head.first, at.first);
  writeIndex(bytes, head.settled, at.settled);
  bytes.writeUInt32BE(crc32(bytes.subarray(at.version)), at.checksum);
  return bytes;
}

/** Undefined: no head, or not as it was written. */
export function parsePartHead(bytes: Buffer): PartHead | undefined {
  if (bytes.length < partHeadBytes || !bytes.subarray(0, 8).equals(magic)) return undefined;
  const checksum = bytes.readUInt32BE(at.checksum);
  if (crc32(bytes.subarray(at.version, partHeadBytes)) !== checksum) return undefined;
  return {
    run: Buffer.from(bytes.subarray(at.run, at.run + runBytes)),
    segment: readIndex(bytes, at.segment),
    part: readIndex(bytes, at.part),
    first: readIndex(bytes, at.first),
    settled: readIndex(bytes, at.settled),
    checksum,
  };
}
