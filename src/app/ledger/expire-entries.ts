/**
 * Retention: whole sealed segments that are older, or the ledger larger, than is wanted go, and
 * with them the bodies of their entries. That they went is on record before they do.
 */
import type { Disk } from "#base/disk.ts";
import type { Log } from "#base/log.ts";
import { dropBodies } from "#ledger/bodies/drop-bodies.ts";
import { decodeEntry } from "#ledger/entry/decode-entry.ts";
import type { LogReader, LogWriter } from "#ledger/store/log.ts";
import { LedgerProblem } from "#ledger/store/problems.ts";
import type { Expired, Retention } from "#ledger/store/retention.ts";
import type { OwnEntry } from "./ledger-messages.ts";

export interface ExpiryOptions {
  readonly disk: Disk;
  readonly log: Log;
  /** Of the ledger. */
  readonly path: string;
  readonly retention: Retention;
  readonly writer: Pick<LogWriter, "expired" | "drop" | "size">;
  readonly openReader: () => LogReader;
  readonly clock: { readonly nowMs: () => number; readonly monotonicMs: () => number };
}

export interface Expiry {
  /** What is to go now: its entry, and what to do when that is durable. Looks once a minute. */
  due(): { readonly entry: OwnEntry; readonly drop: () => void } | undefined;
}

const lookMs = 60_000;

export function createExpiry(options: ExpiryOptions): Expiry {
  const { retention, writer, clock, log } = options;
  const isWanted = retention.days > 0 || retention.bytesMax > 0;
  let lookAtMs = 0;
  return {
    due() {
      if (!isWanted || clock.monotonicMs() < lookAtMs) return undefined;
      lookAtMs = clock.monotonicMs() + lookMs;
      const expired = orTell(log, () => writer.expired(retention, clock.nowMs()));
      if (expired === undefined) return undefined;
      return {
        entry: entryOf(expired, retention),
        drop: () => orTell(log, () => drop(options, expired)),
      };
    },
  };
}

function entryOf({ first, end }: Expired, { days, bytesMax }: Retention): OwnEntry {
  return {
    kind: "erasure",
    count: end - first,
    reason: `retention: days ${days}, bytesMax ${bytesMax}`,
    query: `entries ${first} to ${end - 1}`,
  };
}

function drop(options: ExpiryOptions, expired: Expired): void {
  const { disk, path, writer, clock, log } = options;
  writer.drop(expired);
  const { first, end } = expired;
  const oldestMs = timeOf(options, end);
  const bodies =
    oldestMs === undefined
      ? { files: 0, bytes: 0 }
      : dropBodies(disk, path, oldestMs, clock.nowMs());
  const message = `retention dropped entries ${first} to ${end - 1}; their hashes stay`;
  const bytes = expired.bytes + bodies.bytes;
  log.info("ledger-dropped", message, { first, end, bytes, bodyFiles: bodies.files });
}

function timeOf({ openReader, writer }: ExpiryOptions, index: number): number | undefined {
  const reader = openReader();
  try {
    reader.refresh(writer.size);
    const entry = decodeEntry(reader.entry(index));
    return "timeUs" in entry ? entry.timeUs / 1_000 : undefined;
  } finally {
    reader.close();
  }
}

/** The ledger goes on when nothing can be dropped. */
function orTell<Result>(log: Log, run: () => Result): Result | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof LedgerProblem)) throw error;
    log.warn("ledger-not-dropped", `retention could not be applied: ${error.message}`);
    return undefined;
  }
}
