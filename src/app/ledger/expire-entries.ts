/**
 * Retention: whole sealed segments that are older, or the ledger larger, than is wanted go, and
 * with them the bodies of their entries. That they went is on record before they do.
 */
import type { Disk } from "#base/disk.ts";
import type { Log } from "#base/log.ts";
import { dropBodies } from "#ledger/bodies/drop-bodies.ts";
import { dropNotice } from "#ledger/entry/drop-notice.ts";
import { readStamp, type EntryStamp } from "#ledger/entry/entry-stamp.ts";
import type { LogReader, LogWriter } from "#ledger/store/log.ts";
import { LedgerProblem, trying } from "#ledger/store/problems.ts";
import type { Expired, Retention } from "#ledger/store/retention.ts";
import type { OwnEntry } from "./ledger-messages.ts";

export interface ExpiryOptions {
  readonly disk: Disk;
  readonly log: Log;
  /** Of the ledger. */
  readonly path: string;
  readonly retention: Retention;
  /** By how much the clock is ahead already, since the gateway's start. */
  readonly clockAheadMs: number;
  readonly writer: Pick<LogWriter, "expired" | "drop" | "size">;
  readonly openReader: () => LogReader;
  readonly clock: { readonly nowMs: () => number; readonly monotonicMs: () => number };
}

export interface Expiry {
  /** What is to go now: its entry, and what to do when that is durable. Looks once a minute. */
  due(): { readonly entry: OwnEntry; readonly drop: () => void } | undefined;
}

const lookMs = 60_000;
/** How far the clock may go ahead of the time that has passed since the start. */
const aheadMsMax = 86_400_000;
/** From the start on: a machine that has just booted may have its time set right only now. */
const waitMs = 600_000;

export function createExpiry(options: ExpiryOptions): Expiry {
  const { retention, writer, clock, log } = options;
  const isWanted = retention.days > 0 || retention.bytesMax > 0;
  const wallAtZeroMs = clock.nowMs() - clock.monotonicMs() - options.clockAheadMs;
  const waitUntilMs = clock.monotonicMs() + waitMs;
  let lookAtMs = 0;
  let isTold = false;
  /** Of what is on record as dropped, some may be there: the disk failed, or the gateway died. */
  let mayBeLeft = true;

  function finish(): void {
    writer.drop({ end: 0 });
    removeBodies(options);
    mayBeLeft = false;
  }

  /** By a clock that is years ahead, everything is too old; what was dropped does not come back. */
  function isClockAhead(): boolean {
    const aheadMs = clock.nowMs() - clock.monotonicMs() - wallAtZeroMs;
    if (aheadMs <= aheadMsMax) isTold = false;
    else if (!isTold) {
      isTold = true;
      const days = Math.floor(aheadMs / aheadMsMax);
      const message =
        `the clock went ahead by ${days} days since the start: nothing is dropped by age until ` +
        "it is back, or the gateway is started again";
      log.warn("ledger-clock-ahead", message, { days });
    }
    return isTold;
  }

  return {
    due() {
      if (!isWanted || clock.monotonicMs() < lookAtMs) return undefined;
      lookAtMs = clock.monotonicMs() + lookMs;
      const isTimeUnsure = isClockAhead() || clock.monotonicMs() < waitUntilMs;
      const wanted = isTimeUnsure ? { ...retention, days: 0 } : retention;
      const expired = orTell(log, () => writer.expired(wanted, clock.nowMs()));
      if (expired === undefined) {
        if (mayBeLeft) orTell(log, finish);
        return undefined;
      }
      mayBeLeft = true;
      return {
        entry: entryOf(expired, retention),
        drop: () =>
          orTell(log, () => {
            drop(options, expired);
            mayBeLeft = false;
          }),
      };
    },
  };
}

function entryOf({ first, end }: Expired, { days, bytesMax }: Retention): OwnEntry {
  return {
    kind: "erasure",
    ...dropNotice(first, end),
    reason: `retention: days ${days}, bytesMax ${bytesMax}`,
  };
}

function drop(options: ExpiryOptions, expired: Expired): void {
  const { writer, log } = options;
  writer.drop(expired);
  const { first, end } = expired;
  const bodies = removeBodies(options);
  const message = `retention dropped entries ${first} to ${end - 1}; their hashes stay`;
  const bytes = expired.bytes + bodies.bytes;
  log.info("ledger-dropped", message, { first, end, bytes, bodyFiles: bodies.files });
}

function removeBodies(options: ExpiryOptions): ReturnType<typeof dropBodies> {
  const { disk, path, clock } = options;
  return trying("drop bodies", () => dropBodies(disk, path, oldestKeptMs(options), clock.nowMs()));
}

/**
 * Of all entries that are kept, for clocks that were set back leave younger entries in front of
 * older ones, and bodies belong to entries. What has no time is of any.
 */
function oldestKeptMs({ openReader, writer }: ExpiryOptions): number {
  const reader = openReader();
  try {
    reader.refresh(writer.size);
    let oldestMs = Infinity;
    const stamp: EntryStamp = { code: -1, timeUs: 0, exchangeAt: -1 };
    for (const { first, count, dropped, minMs } of reader.segments()) {
      if (dropped) continue;
      if (minMs !== undefined) oldestMs = Math.min(oldestMs, minMs);
      else {
        reader.scan(first, first + count, (_, bytes) => {
          readStamp(bytes, 0, bytes.length, stamp);
          oldestMs = Math.min(oldestMs, stamp.timeUs / 1_000);
          return undefined;
        });
      }
    }
    return oldestMs;
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
