/**
 * Verifies a whole log: every segment by itself, maybe many at once, and then that together they
 * make the tree that each signed checkpoint is of. So all checkpoints are of one growing log.
 */
import { isProblem } from "#base/problem.ts";
import { openCheckpoint } from "#ledger/tree/checkpoint.ts";
import type { NoteVerifier } from "#ledger/tree/note-keys.ts";
import type { LogSegment, LogSource } from "./log-source.ts";
import { gapIn, rootOfReports, treeDamages, type Signed } from "./verify-roots.ts";
import type { Damage, SegmentReport } from "./verify-segment.ts";

/** A checkpoint that the log is held against. */
export interface FoundCheckpoint {
  /** Where it was found, as messages are to say it. */
  readonly place: string;
  readonly bytes: Buffer;
}

export interface VerifyOptions {
  /** Here or in another thread; in the order in which it likes. */
  readonly verifySegment: (
    segment: LogSegment,
    marks: ReadonlySet<number>,
  ) => Promise<SegmentReport>;
  readonly checkpoints: readonly FoundCheckpoint[];
  /** Keys of all epochs; their names are the origins. */
  readonly verifiers: readonly NoteVerifier[];
  readonly onProgress?: (entries: number, size: number) => void;
}

export interface Verification {
  readonly origin: string;
  readonly size: number;
  /** Undefined: too much is damaged to tell. */
  readonly root: Buffer | undefined;
  /** Entries that were read; the others are dropped. */
  readonly entries: number;
  readonly dropped: number;
  /** Index behind the last one that was dropped before it was looked. */
  readonly droppedTo: number;
  /** Index behind the last one of which an entry says that it goes. */
  readonly toldTo: number;
  readonly bytes: number;
  readonly checkpoints: number;
  /** Entries behind the last checkpoint: read, but signed by nobody yet. */
  readonly unsigned: number;
  /** The first one. */
  readonly damage: Damage | undefined;
}

export async function verifyLog(source: LogSource, options: VerifyOptions): Promise<Verification> {
  const { origin, size } = source;
  const opened = options.checkpoints.map((found) => openFound(found, options.verifiers));
  const signed = opened.filter(isSigned).sort((a, b) => a.size - b.size);
  const marks = new Set(signed.map((one) => one.size).filter((at) => at <= size));
  const segments = source.segments();
  const reports = await allReports(source, segments, options, marks);
  const inParts = [
    ...opened.map((one) => ("damage" in one ? one.damage : undefined)),
    gapIn(reports, size),
    ...reports.map((one) => one.damage),
  ];
  const isWhole = inParts.every((one) => one === undefined);
  // Roots say nothing more once something below them is damaged.
  const inTree = isWhole ? treeDamages(source, signed, reports) : [];
  const dropped = reports.reduce((sum, one) => sum + (one.dropped ? one.count : 0), 0);
  return {
    // By the word of who signed it, where somebody did.
    origin: signed.at(-1)?.origin ?? origin,
    ...{ size, entries: size - dropped, dropped },
    droppedTo: Math.max(0, ...segments.map((one) => (one.dropped ? one.first + one.count : 0))),
    toldTo: Math.max(0, ...reports.map((one) => one.toldTo)),
    root: isWhole ? rootOfReports(size, reports) : undefined,
    bytes: reports.reduce((sum, { bytes }) => sum + bytes, 0),
    checkpoints: signed.length,
    unsigned: size - Math.min(size, signed.at(-1)?.size ?? 0),
    damage: [...inParts, ...inTree]
      .filter((one) => one !== undefined)
      .reduce<Damage | undefined>(
        (a, b) => (a !== undefined && a.entry <= b.entry ? a : b),
        undefined,
      ),
  };
}

type Opened = Signed | { readonly damage: Damage };

function isSigned(one: Opened): one is Signed {
  return !("damage" in one);
}

function openFound({ place, bytes }: FoundCheckpoint, verifiers: readonly NoteVerifier[]): Opened {
  const checkpoint = openCheckpoint(bytes, verifiers);
  if (!isProblem(checkpoint)) return { ...checkpoint, place };
  return { damage: { entry: 0, detail: `${place}: ${checkpoint.detail}` } };
}

async function allReports(
  source: LogSource,
  segments: readonly LogSegment[],
  { verifySegment, onProgress }: VerifyOptions,
  marks: ReadonlySet<number>,
): Promise<readonly SegmentReport[]> {
  let done = 0;
  return Promise.all(
    segments.map(async (segment) => {
      const report = await verifySegment(segment, marks);
      done += segment.count;
      onProgress?.(done, source.size);
      return report;
    }),
  );
}
