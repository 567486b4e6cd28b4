/**
 * Room for entries to come: zeros ahead of the frames of the present part, and the part of the next
 * segment before it is needed. All of it may fail without any entry being lost.
 */
import { segmentEntries } from "./layout.ts";
import { closePart, zeroAhead, zeroSliceBytes, zeroStepBytes, type PartFile } from "./part-file.ts";

export interface NextPart {
  /** A share of the work, for `added` entries since the last call. */
  advance(present: PartFile, written: number, added: number): void;
  /** The part that was prepared, under its name; undefined: there is none. */
  take(): PartFile | undefined;
  /** Closes what was prepared. */
  drop(): void;
}

interface Making {
  /** Of the segment whose first entry has this index. */
  readonly begin: (first: number) => PartFile;
  /** Fills up with zeros what is missing, and gives the part its name. */
  readonly publish: (part: PartFile) => void;
}

/** Over what entries took so far. */
const roomFactor = 1.05;
const preparedBytesMax = 64 << 20;

export function createNextPart({ begin, publish }: Making): NextPart {
  let part: PartFile | undefined;
  let isReady = false;

  function prepare(present: PartFile, wanted: number, slices: number): void {
    part ??= begin((present.head.segment + 1) * segmentEntries);
    const before = part.zeroed;
    for (let slice = 0; slice < slices; slice++) {
      if (zeroAhead(part, wanted)) break;
    }
    if (part.zeroed > before) return part.file.startSync();
    publish(part);
    isReady = true;
  }

  function drop(): void {
    if (part !== undefined) closePart(part);
    part = undefined;
    isReady = false;
  }

  return {
    advance(present, written, added) {
      const own = Math.max(1, written - present.head.first);
      const entryBytes = (present.position * roomFactor) / own;
      const rest = segmentEntries - 1 - ((written - 1) % segmentEntries);
      zeroAhead(present, Math.min(zeroStepBytes, entryBytes * rest));
      if (isReady || rest > segmentEntries / 2) return;
      const wanted = Math.max(zeroStepBytes, entryBytes * segmentEntries);
      // Twice what comes in, so that it is ready in time.
      const slices = 1 + Math.ceil((2 * entryBytes * added) / zeroSliceBytes);
      try {
        prepare(present, Math.min(preparedBytesMax, wanted), slices);
      } catch (error) {
        drop();
        throw error;
      }
    },
    take() {
      const taken = part;
      if (taken !== undefined && !isReady) publish(taken);
      part = undefined;
      isReady = false;
      return taken;
    },
    drop,
  };
}
