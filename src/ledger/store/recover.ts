/**
 * What the unsealed segments hold after a stop of any kind. Reads only. A tail that a power cut
 * tore is normal and is left out; anything missing before what was synced is damage.
 */
import type { Disk, DiskFile } from "#base/disk.ts";
import { walkBundle } from "#ledger/tree/entry-bundle.ts";
import { hashBytes, leafHashInto } from "#ledger/tree/hashes.ts";
import { listFolder } from "./disk-files.ts";
import { partsOf, readHead, type NamedPart } from "./find-parts.ts";
import { parsePartName, segmentEntries, type Layout, type PartName } from "./layout.ts";
import { partHeadBytes, type PartHead } from "./part-head.ts";
import { damaged, trying } from "./problems.ts";
import { createScanner, startOf, type ScanPlace } from "./scan.ts";

export interface FoundPart {
  readonly path: string;
  readonly head: PartHead;
  /** Bytes of its head and its good frames. */
  end: number;
}

export interface UnsealedSegment {
  readonly segment: number;
  /** Hashes of its leaves, with room for all. */
  readonly leaves: Buffer;
  readonly parts: FoundPart[];
}

export interface Recovery {
  readonly segments: readonly UnsealedSegment[];
  /** Of the log. */
  readonly size: number;
  /** Entries before this index were synced for certain. */
  readonly proven: number;
  /** The others, which are to be written again. */
  readonly tail: readonly Buffer[];
  /** Bytes behind the last good frame that are not zero. */
  readonly tornBytes: number;
  /** Parts that were prepared and hold nothing. */
  readonly empty: readonly string[];
}

export function createLeaves(): Buffer {
  return Buffer.allocUnsafeSlow(segmentEntries * hashBytes);
}

/** @param sealed how many segments are sealed; parts of theirs are not looked at. */
export function recover(disk: Disk, { segments: folder }: Layout, sealed: number): Recovery {
  const scanner = createScanner();
  const segments: UnsealedSegment[] = [];
  const empty: string[] = [];
  let next = sealed * segmentEntries;
  let proven = next;
  let tornBytes = 0;
  let tail: Buffer[] = [];
  /** Set once a segment is not full: nothing that was ever synced may follow. */
  let ended: { path: string; position: number } | undefined;

  for (const [segment, names] of partsOf(folder, listFolder(disk, folder))) {
    if (segment < sealed) continue;
    if (ended !== undefined || segment !== Math.floor(next / segmentEntries)) {
      for (const { path } of names) readBehind(path);
    } else readSegment(segment, names);
  }
  return { segments, size: next, proven, tail, tornBytes, empty };

  function readSegment(segment: number, names: readonly NamedPart[]): void {
    const found: UnsealedSegment = { segment, leaves: createLeaves(), parts: [] };
    segments.push(found);
    const heads = names.map(({ path, name }) => readHead(disk, path, name));
    for (const [at, { path }] of names.entries()) {
      const head = heads[at] as PartHead;
      if (head.first !== next) {
        throw damaged(`${path} begins with entry ${head.first}; expected ${next}`);
      }
      const limit = heads[at + 1]?.first ?? (segment + 1) * segmentEntries;
      withFile(path, (file) => {
        const place = startOf(head);
        readPart(file, head, place, limit, found.leaves);
        found.parts.push({ path, head, end: place.position });
        if (next >= limit) return;
        if (at + 1 < names.length) {
          const missing = `entries ${next} to ${limit - 1}`;
          throw damaged(`${path}: ${missing} are missing or damaged at byte ${place.position}`);
        }
        ended = { path, position: place.position };
        refuseDamage(path, file, head, place.position);
        tornBytes = countTorn(file, place.position);
      });
    }
  }

  function readPart(
    file: DiskFile,
    head: PartHead,
    place: ScanPlace,
    limit: number,
    leaves: Buffer,
  ): void {
    prove(place.proven);
    scanner.scan(file, head, place, limit, (frame, bytes, from, to) => {
      // A segment is synced before the next one gets its first entry.
      if (frame.first % segmentEntries === 0) prove(frame.first);
      prove(frame.first - frame.unsynced);
      const payload = bytes.subarray(from, to);
      const fault = walkBundle(payload, frame.count, (entry, entryFrom, entryTo) => {
        const index = frame.first + entry;
        leafHashInto(payload, entryFrom, entryTo, leaves, (index % segmentEntries) * hashBytes);
        if (index >= proven) tail.push(Buffer.from(payload.subarray(entryFrom, entryTo)));
      });
      if (fault !== undefined) throw damaged(`frame of entry ${frame.first}: ${fault.detail}`);
      next = frame.first + frame.count;
    });
  }

  /** All before this index was synced: of the entries read, only the others are to be kept. */
  function prove(index: number): void {
    if (index <= proven) return;
    proven = index;
    tail = tail.slice(Math.max(0, tail.length - Math.max(0, next - index)));
  }

  /** Frames of the same run that say the first bad one had been synced. */
  function refuseDamage(path: string, file: DiskFile, head: PartHead, position: number): void {
    const later = scanner.find(file, head.run, position, (frame) => {
      return frame.first - frame.unsynced > next;
    });
    if (later === undefined) return;
    throw damaged(
      `${path}: entry ${next} at byte ${position} is damaged; entries from ${later.first} on ` +
        "behind it are whole, so this is no torn end. Restore the file from a copy. " +
        "Nothing was changed",
    );
  }

  /** A part behind the end of the log: prepared for later, or proof of damage. */
  function readBehind(path: string): void {
    const name = parsePartName(path.slice(folder.length + 1)) as PartName;
    const head = readHead(disk, path, name);
    withFile(path, (file) => {
      const isProof = (frame: { first: number; unsynced: number }): boolean =>
        frame.first - frame.unsynced > next;
      if (scanner.find(file, head.run, partHeadBytes, isProof) === undefined) empty.push(path);
      else {
        const where = ended === undefined ? "" : ` (${ended.path}, byte ${ended.position})`;
        throw damaged(
          `${path} holds entries from ${head.first} on, but ${next} is missing${where}`,
        );
      }
    });
  }

  function withFile(path: string, run: (file: DiskFile) => void): void {
    trying(`read ${path}`, () => {
      const file = disk.open(path, "read");
      try {
        run(file);
      } finally {
        file.close();
      }
    });
  }
}

/** Up to the last byte that is not zero. */
function countTorn(file: DiskFile, position: number): number {
  const zeros = Buffer.alloc(64 * 1024);
  const block = Buffer.allocUnsafe(zeros.length);
  let torn = 0;
  for (let from = position; ; from += block.length) {
    const count = file.read(block, 0, block.length, from);
    if (block.compare(zeros, 0, count, 0, count) !== 0) {
      let last = count - 1;
      while (block[last] === 0) last--;
      torn = from + last + 1 - position;
    }
    if (count < block.length) return torn;
  }
}
