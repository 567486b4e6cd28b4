/** What is measured of the ledger, as `/metrics` shows it. */
import { bucketBoundsS, bucketCount } from "./buckets.ts";
import type { Exposition } from "./exposition.ts";

export interface LedgerFacts {
  readonly entries: number;
  readonly batches: number;
  readonly gaps: number;
  /** Exchanges that gap entries tell of. */
  readonly missedTold: number;
  /** Exchanges that are not on record and in no gap entry yet. */
  readonly missed: number;
  readonly failures: number;
  readonly checkpointSize: number;
  /** 0: none yet, since the ledger was opened at `openedAtMs`. */
  readonly checkpointAtMs: number;
  readonly openedAtMs: number;
  readonly isOpen: boolean;
  /** Of the ledger thread. */
  readonly restarts: number;
  readonly waits: { readonly buckets: readonly number[]; readonly sumMs: number };
  readonly nowMs: number;
}

type Row = readonly [
  name: string,
  type: "counter" | "gauge",
  help: string,
  value: (facts: LedgerFacts) => number,
];

const rows: readonly Row[] = [
  [
    "parlance_ledger_up",
    "gauge",
    "1 when exchanges are put on record; 0 is an alarm: those that must be are refused.",
    ({ isOpen }) => Number(isOpen),
  ],
  ["parlance_ledger_entries_total", "counter", "Entries that are durable.", (f) => f.entries],
  [
    "parlance_ledger_batches_total",
    "counter",
    "Writes that made them so; entries by batches is the size of a batch.",
    (f) => f.batches,
  ],
  ["parlance_ledger_failures_total", "counter", "How often the disk failed.", (f) => f.failures],
  ["parlance_ledger_gaps_total", "counter", "Gap entries.", (f) => f.gaps],
  [
    "parlance_ledger_missed_total",
    "counter",
    "Exchanges that are not on record.",
    (f) => f.missedTold + f.missed,
  ],
  [
    "parlance_ledger_thread_restarts_total",
    "counter",
    "How often the ledger thread died and was replaced.",
    (f) => f.restarts,
  ],
  [
    "parlance_ledger_checkpoint_size",
    "gauge",
    "Entries that the last checkpoint covers.",
    (f) => f.checkpointSize,
  ],
  [
    "parlance_ledger_checkpoint_age_seconds",
    "gauge",
    "Since the tree was signed, or found signed, last; where it never was, since the start.",
    ({ checkpointAtMs, openedAtMs, nowMs }) =>
      Math.max(0, nowMs - (checkpointAtMs === 0 ? openedAtMs : checkpointAtMs)) / 1_000,
  ],
];

export function writeLedger(out: Exposition, facts: LedgerFacts): void {
  for (const [name, type, help, value] of rows) {
    out.metric(name, type, help);
    out.sample({}, value(facts));
  }
  out.metric(
    "parlance_ledger_wait_seconds",
    "histogram",
    "From the end of an exchange until its entry was durable.",
  );
  let count = 0;
  for (let bucket = 0; bucket < bucketCount; bucket++) {
    count += facts.waits.buckets[bucket] ?? 0;
    out.sample({ le: bucketBoundsS[bucket] ?? "+Inf" }, count, "_bucket");
  }
  out.sample({}, facts.waits.sumMs / 1_000, "_sum");
  out.sample({}, count, "_count");
}
