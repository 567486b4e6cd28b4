/** Writes a ledger, or the proof of one of its entries, for others to read. */
import { nodeDisk, nodeProcesses } from "#base/platform.ts";
import type { Problem } from "#base/problem.ts";
import { openReader } from "#ledger/store/log-reader.ts";
import type { LogReader } from "#ledger/store/log.ts";
import { exportTiles, type Exported } from "#ledger/verify/export-tiles.ts";
import { exportNdjson, exportOcsf } from "#ledger/verify/export-ndjson.ts";
import { lostEnd } from "#ledger/verify/newest-checkpoint.ts";
import { proveEntry } from "#ledger/verify/prove-entry.ts";
import { problemOf } from "./ledger-folders.ts";
import { noSuchEntry } from "./no-such-entry.ts";
import { askWhileWritten } from "./while-written.ts";

export const exportForms = ["tiles", "ndjson", "ocsf", "parquet"] as const;

export interface ExportOptions {
  /** Of the ledger. */
  readonly path: string;
  readonly folder: string;
  readonly as: (typeof exportForms)[number];
  readonly onProgress: (entries: number, size: number) => void;
}

export async function exportLedger(options: ExportOptions): Promise<Exported | Problem> {
  const { path, folder, as, onProgress } = options;
  const run = await exporterOf(as);
  return withReader(path, (reader) => {
    return lostEnd(reader) ?? run(reader, nodeDisk, folder, onProgress);
  });
}

/** The library for Parquet is loaded when it is asked for. */
async function exporterOf(as: ExportOptions["as"]) {
  if (as !== "parquet") return { tiles: exportTiles, ndjson: exportNdjson, ocsf: exportOcsf }[as];
  return (await import("#ledger/verify/export-parquet.ts")).exportParquet;
}

/** @param what the id of an exchange, or the index of an entry. */
export function proveFromLedger(path: string, what: string | number): Promise<Buffer | Problem> {
  return askWhileWritten(path, (reader) => {
    const index = typeof what === "number" ? what : reader.findExchange(what);
    if (index !== undefined && index < reader.size) return proveEntry(reader, index);
    const wanted = typeof what === "number" ? `entry ${what}` : `entry of the exchange ${what}`;
    return noSuchEntry(reader, wanted);
  });
}

function withReader<Result>(path: string, run: (reader: LogReader) => Result): Result | Problem {
  try {
    const reader = openReader({ path, disk: nodeDisk, processes: nodeProcesses });
    try {
      return run(reader);
    } finally {
      reader.close();
    }
  } catch (error) {
    return problemOf(error);
  }
}
