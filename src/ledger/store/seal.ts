/**
 * Turns the parts of a full segment into one compressed file beside one of hashes. Works in slices
 * of one bundle, so that whoever drives it can write entries in between. When it ends, both files
 * are on the disk under their names, and the parts may be removed.
 */
import { constants, crc32, zstdCompressSync } from "node:zlib";
import { join } from "node:path";
import type { Disk, DiskFile } from "#base/disk.ts";
import { enlarged } from "#base/enlarged.ts";
import { walkBundle } from "#ledger/tree/entry-bundle.ts";
import { hashBytes } from "#ledger/tree/hashes.ts";
import { tileWidth } from "#ledger/tree/tile.ts";
import { listFolder, writeFully } from "./disk-files.ts";
import { exchangeRowBytes } from "./exchange-index.ts";
import { partsOf, readHead, type NamedPart } from "./find-parts.ts";
import type { Frame } from "./frame.ts";
import { sealedName, segmentEntries, unfinished, type Layout } from "./layout.ts";
import { damaged } from "./problems.ts";
import { createScanner, startOf } from "./scan.ts";
import { buildSearchFacts } from "./search-facts.ts";
import * as format from "./sealed-format.ts";
import { writeHashes, type HashesWriter } from "./segment-hashes.ts";

export interface SealOptions {
  readonly disk: Disk;
  readonly layout: Layout;
  readonly segment: number;
  readonly leaves: Buffer;
  /** Its tile of level 1, and the hash above it. */
  readonly roots: Buffer;
  readonly root: Buffer;
}

/** Level 1 packs real entries as well as 3 does, in two thirds of the time. */
const packing = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
/** Brought to disk in the background, so that the sync at the end is short. */
const bundlesPerSync = 8;
/** Slices for the background to end in, before that sync. */
const pauseSlices = 64;
/** Two bundles of usual entries; more where they are larger. */
const pendingBytes = 128 * 1024;
const tileBytes = tileWidth * hashBytes;

/** One slice for each `next`; every error of the disk comes out of it as it is. */
export function* sealSegment(options: SealOptions): Generator<undefined, void> {
  const { disk, layout, segment } = options;
  const path = join(layout.segments, sealedName(segment));
  const fresh = path + unfinished;
  if (disk.stat(fresh) !== undefined) disk.remove(fresh);
  const file = disk.open(fresh, "create");
  let hashes: HashesWriter | undefined;
  try {
    hashes = writeHashes(disk, layout.hashes, segment);
    yield* writeSealed(options, file, hashes);
    hashes.publish(options.root, options.roots);
    disk.syncFolder(layout.hashes);
    yield;
    disk.rename(fresh, path);
    disk.syncFolder(layout.segments);
  } finally {
    hashes?.close();
    file.close();
  }
}

function* writeSealed(
  { disk, layout, segment, leaves }: SealOptions,
  file: DiskFile,
  hashes: HashesWriter,
): Generator<undefined, void> {
  const search = buildSearchFacts();
  let bytes = 0;
  let position = 0;
  const bundles: format.BundlePlace[] = [];
  for (const bundle of bundlesOf(disk, layout, segment)) {
    walkBundle(bundle, format.bundleEntries, (entry, from, to) => {
      search.note(bundle, from, to, bundles.length * format.bundleEntries + entry);
    });
    const packed = zstdCompressSync(bundle, packing);
    writeFully(file, packed, 0, packed.length, position);
    const place = { position, packedBytes: packed.length, checksum: crc32(packed) };
    const tile = bundles.length;
    hashes.leaves(tile, leaves.subarray(tile * tileBytes, (tile + 1) * tileBytes));
    bundles.push({ ...place, bytes: bundle.length });
    position += packed.length;
    bytes += bundle.length;
    yield;
    if (bundles.length % bundlesPerSync > 0) continue;
    file.startSync();
    hashes.startSync();
  }
  const { index: rows, ...ranges } = search.finish();
  yield;
  writeFully(file, rows, 0, rows.length, position);
  const indexRows = rows.length / exchangeRowBytes;
  const indexFacts = { indexPosition: position, indexRows, indexChecksum: crc32(rows) };
  const facts = { segment, bytes, ...indexFacts, ...ranges };
  const end = format.encodeSealedEnd(facts, bundles);
  writeFully(file, end, 0, end.length, position + rows.length);
  file.startSync();
  for (let slice = 0; slice < pauseSlices; slice++) yield;
  file.sync();
  yield;
}

/**
 * The entries of a full segment, 256 at a time, as entry bundles: views that are good until the
 * next one is asked for. A buffer made for each would have V8 collect its whole heap every few
 * seconds, for it counts them.
 */
function* bundlesOf(disk: Disk, layout: Layout, segment: number): Generator<Buffer> {
  const parts = ownParts(disk, layout, segment);
  const heads = parts.map(({ path, name }) => readHead(disk, path, name));
  const first = segment * segmentEntries;
  // What follows would be taken for the entries that are missing.
  if (heads[0]?.first !== first) {
    throw damaged(`${layout.segments}: the file that begins with entry ${first} is missing`);
  }
  const scanner = createScanner();
  /** Frames, and where their entries begin: those that are not given yet. */
  let pending: Buffer = Buffer.allocUnsafeSlow(pendingBytes);
  let filled = 0;
  let starts: number[] = [];
  function keep(frame: Frame, bytes: Buffer, from: number, to: number): void {
    const length = to - from;
    if (filled + length > pending.length) pending = enlarged(pending, filled, length);
    bytes.copy(pending, filled, from, to);
    const payload = pending.subarray(filled, filled + length);
    walkBundle(payload, frame.count, (_, entryFrom) => starts.push(filled + entryFrom - 2));
    filled += length;
  }
  for (const [at, { path }] of parts.entries()) {
    const head = heads[at] as (typeof heads)[number];
    const limit = heads[at + 1]?.first ?? (segment + 1) * segmentEntries;
    const file = disk.open(path, "read");
    try {
      for (const place = startOf(head); place.next < limit;) {
        const before = place.next;
        const wanted = Math.min(limit, place.next + format.bundleEntries - starts.length);
        scanner.scan(file, head, place, wanted, keep);
        if (place.next === before) {
          throw damaged(`${path}: entry ${before} at byte ${place.position} is damaged`);
        }
        while (starts.length >= format.bundleEntries) {
          const end = starts[format.bundleEntries] ?? filled;
          yield pending.subarray(0, end);
          pending.copyWithin(0, end, filled);
          filled -= end;
          starts = starts.slice(format.bundleEntries).map((start) => start - end);
        }
      }
    } finally {
      file.close();
    }
  }
}

function ownParts(disk: Disk, { segments }: Layout, segment: number): readonly NamedPart[] {
  return partsOf(segments, listFolder(disk, segments)).get(segment) ?? [];
}
