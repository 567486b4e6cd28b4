/** Reads entries of a sealed segment; bundles that were unpacked last are remembered. */
import { crc32, zstdDecompressSync } from "node:zlib";
import type { Disk } from "#base/disk.ts";
import { walkBundle } from "#ledger/tree/entry-bundle.ts";
import { withFile } from "./disk-files.ts";
import { exchangeRowBytes, lookUpExchange } from "./exchange-index.ts";
import { segmentEntries } from "./layout.ts";
import { damaged } from "./problems.ts";
import type { SearchFacts } from "./search-facts.ts";
import * as format from "./sealed-format.ts";

/** The bytes are good during the call only. False: no more are wanted. */
export type VisitEntry = (
  index: number,
  bytes: Buffer,
  from: number,
  to: number,
) => boolean | undefined;

export interface SealedSegment {
  readonly segment: number;
  readonly facts: format.SealedFacts;
  /** Of the file. */
  readonly bytes: number;
  /** @returns false: no more are wanted. */
  scan(from: number, to: number, visit: VisitEntry): boolean;
  /** Indexes of entries that may belong to the exchange, ascending. */
  candidates(id: Buffer): readonly number[];
  /** As they stand in the file, the index whole and not remembered. */
  searchFacts(): SearchFacts;
  /** Forgets what was unpacked; it is read again when it is wanted. */
  forget(): void;
}

const bundlesKept = 2;

/** The file is opened anew for each bundle, so that thousands of segments hold no file. */
export function openSealed(disk: Disk, path: string, segment: number): SealedSegment {
  const { facts, end, size } = withFile(disk, path, (file) => {
    const bytes = file.size();
    const foot = Buffer.alloc(format.sealedEndBytes);
    const count = file.read(foot, 0, foot.length, Math.max(0, bytes - foot.length));
    const parsed = count === foot.length ? format.parseSealedEnd(foot) : undefined;
    if (parsed === undefined || parsed.segment !== segment) {
      throw damaged(`${path}: its end is not that of segment ${segment}, or damaged`);
    }
    return { facts: parsed, end: foot, size: bytes };
  });
  const kept = new Map<number, Buffer>();
  let index: Buffer | undefined;

  function readAt(position: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    const count = withFile(disk, path, (file) => file.read(bytes, 0, length, position));
    if (count < length) throw damaged(`${path} is cut off at byte ${position + count}`);
    return bytes;
  }

  function bundleAt(number: number): Buffer {
    const known = kept.get(number);
    if (known !== undefined) return known;
    const place = format.bundlePlace(end, number);
    const packed = readAt(place.position, place.packedBytes);
    const where = `${path}: the bundle of entry ${indexOf(number)}, at byte ${place.position},`;
    if (crc32(packed) !== place.checksum) throw damaged(`${where} is damaged`);
    const bundle = unpack(packed, place.bytes);
    if (bundle?.length !== place.bytes) throw damaged(`${where} cannot be unpacked`);
    for (const [oldest] of kept) if (kept.size >= bundlesKept) kept.delete(oldest);
    kept.set(number, bundle);
    return bundle;
  }

  function indexOf(bundle: number): number {
    return segment * segmentEntries + bundle * format.bundleEntries;
  }

  function readExchangeIndex(): Buffer {
    const rows = readAt(facts.indexPosition, facts.indexRows * exchangeRowBytes);
    if (crc32(rows) === facts.indexChecksum) return rows;
    throw damaged(`${path}: its index of exchanges is damaged`);
  }

  return {
    segment,
    facts,
    bytes: size,
    scan(from, to, visit) {
      const start = segment * segmentEntries;
      const last = Math.min(to, start + segmentEntries);
      for (let at = Math.max(from, start); at < last;) {
        const number = Math.floor((at - start) / format.bundleEntries);
        const bundle = bundleAt(number);
        const first = indexOf(number);
        let goesOn = true;
        const fault = walkBundle(bundle, format.bundleEntries, (entry, entryFrom, entryTo) => {
          if (!goesOn || first + entry < at || first + entry >= last) return;
          goesOn = visit(first + entry, bundle, entryFrom, entryTo) !== false;
        });
        if (fault !== undefined) throw damaged(`${path}, entry ${first}: ${fault.detail}`);
        if (!goesOn) return false;
        at = first + format.bundleEntries;
      }
      return true;
    },
    candidates(id) {
      const time = id.subarray(0, format.idTimeBytes);
      if (time.compare(facts.minId) < 0 || time.compare(facts.maxId) > 0) return [];
      index ??= readExchangeIndex();
      return lookUpExchange(index, id).map((slot) => segment * segmentEntries + slot);
    },
    forget() {
      kept.clear();
      index = undefined;
    },
    searchFacts() {
      const { minMs, maxMs, minId, maxId } = facts;
      return { minMs, maxMs, minId, maxId, index: readExchangeIndex() };
    },
  };
}

/** Checked before: what cannot be unpacked was packed by something else. */
function unpack(packed: Buffer, bytes: number): Buffer | undefined {
  try {
    return zstdDecompressSync(packed, { maxOutputLength: Math.max(1, bytes) });
  } catch {
    return undefined;
  }
}
