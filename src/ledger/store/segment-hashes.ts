/**
 * The hashes of a sealed segment, which stay when its entries are dropped: head with the segment's
 * root, its tile of level 1, its 256 tiles of level 0.
 */
import { crc32 } from "node:zlib";
import { join } from "node:path";
import type { Disk } from "#base/disk.ts";
import { hashBytes } from "#ledger/tree/hashes.ts";
import { tileWidth } from "#ledger/tree/tile.ts";
import { withFile, writeFully } from "./disk-files.ts";
import { readIndex, writeIndex } from "./frame.ts";
import { hashesName, unfinished } from "./layout.ts";
import { damaged } from "./problems.ts";
import type { SegmentHashes } from "./tree-hashes.ts";

/** magic 8, checksum 4, zeros 4, segment 8, zeros 8, root 32. The checksum is of what follows. */
const headBytes = 64;
const magic = Buffer.from("PARLHASH", "latin1");
const at = { checksum: 8, segment: 16, root: 32 };
const tileBytes = tileWidth * hashBytes;
const leavesAt = headBytes + tileBytes;
const fileBytes = leavesAt + tileWidth * tileBytes;

/** A file that is written one tile of leaves after the other. */
export interface HashesWriter {
  leaves(tile: number, hashes: Buffer): void;
  startSync(): void;
  /** Gives the file its name; the folder is still to be synced. */
  publish(root: Buffer, roots: Buffer): void;
  close(): void;
}

export function writeHashes(disk: Disk, folder: string, segment: number): HashesWriter {
  const path = join(folder, hashesName(segment));
  const fresh = path + unfinished;
  if (disk.stat(fresh) !== undefined) disk.remove(fresh);
  const file = disk.open(fresh, "create");
  return {
    leaves: (tile, hashes) => writeFully(file, hashes, 0, tileBytes, leavesAt + tile * tileBytes),
    startSync: () => file.startSync(),
    publish(root, roots) {
      const head = Buffer.alloc(headBytes);
      magic.copy(head);
      writeIndex(head, segment, at.segment);
      root.copy(head, at.root);
      head.writeUInt32BE(crc32(head.subarray(at.segment)), at.checksum);
      writeFully(file, head, 0, headBytes, 0);
      writeFully(file, roots, 0, tileBytes, headBytes);
      file.sync();
      disk.rename(fresh, path);
    },
    close: () => file.close(),
  };
}

/** The root that the head of a file tells. */
export function readSegmentRoot(disk: Disk, folder: string, segment: number): Buffer {
  const path = join(folder, hashesName(segment));
  const head = Buffer.alloc(headBytes);
  return withFile(disk, path, (file) => {
    const isWhole = file.size() === fileBytes && file.read(head, 0, headBytes, 0) === headBytes;
    const isOwn =
      isWhole &&
      head.subarray(0, magic.length).equals(magic) &&
      head.readUInt32BE(at.checksum) === crc32(head.subarray(at.segment)) &&
      readIndex(head, at.segment) === segment;
    if (!isOwn) throw damaged(`${path}: not the hashes of segment ${segment}, or damaged`);
    return Buffer.from(head.subarray(at.root, at.root + hashBytes));
  });
}

/** @param root of the segment, read before. */
export function hashesInFile(
  disk: Disk,
  folder: string,
  segment: number,
  root: Buffer,
): SegmentHashes {
  const path = join(folder, hashesName(segment));
  const read = (position: number, width: number): Buffer =>
    withFile(disk, path, (file) => {
      const bytes = Buffer.alloc(width * hashBytes);
      if (file.read(bytes, 0, bytes.length, position) === bytes.length) return bytes;
      throw damaged(`${path} is cut off before byte ${position + bytes.length}`);
    });
  return {
    leaves: (tile, width) => read(leavesAt + tile * tileBytes, width),
    roots: (width) => read(headBytes, width),
    root: () => root,
  };
}
