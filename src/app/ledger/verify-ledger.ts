/** Verifies the ledger in a folder against all checkpoints that are found, on as many threads. */
import { availableParallelism } from "node:os";
import { nodeDisk, nodeProcesses } from "#base/platform.ts";
import { isProblem, type Problem } from "#base/problem.ts";
import { readCheckpointFile, separateFile } from "#ledger/store/checkpoint-store.ts";
import { layoutOf } from "#ledger/store/layout.ts";
import { readLogFacts, type LogFacts } from "#ledger/store/log-file.ts";
import { openReader } from "#ledger/store/log-reader.ts";
import { LedgerProblem } from "#ledger/store/problems.ts";
import { parseVerifier, type NoteVerifier } from "#ledger/tree/note-keys.ts";
import type { LogSegment } from "#ledger/verify/log-source.ts";
import { verifyLog, type FoundCheckpoint, type Verification } from "#ledger/verify/verify-log.ts";
import { verifySegment, type SegmentReport } from "#ledger/verify/verify-segment.ts";
import { startWorkerThread, type WorkerThread } from "#runtime/worker-thread.ts";

export interface LedgerFolders {
  readonly path: string;
  /** Of the separate checkpoints. */
  readonly checkpoints: string;
}

export interface VerifyLedgerOptions extends LedgerFolders {
  /** Those that are trusted; undefined: those that the ledger names itself. */
  readonly verifiers?: readonly NoteVerifier[];
  readonly onProgress?: (entries: number, size: number) => void;
}

/** To and from a thread. */
export interface SegmentQuestion {
  readonly segment: LogSegment;
  readonly marks: ReadonlySet<number>;
}

export async function verifyLedger(options: VerifyLedgerOptions): Promise<Verification | Problem> {
  const threads: WorkerThread[] = [];
  try {
    // In this order: a ledger that is being written is never behind a checkpoint of before.
    const facts = factsOf(options);
    const verifiers = options.verifiers ?? verifiersOf(facts);
    if (isProblem(verifiers)) return verifiers;
    const checkpoints = findCheckpoints(options, facts);
    const reader = openReader({ ...options, disk: nodeDisk, processes: nodeProcesses });
    try {
      const count = Math.min(availableParallelism(), reader.segments().length);
      if (count > 1) threads.push(...startThreads(options.path, count));
      const { onProgress } = options;
      return await verifyLog(reader, {
        verifySegment: threads.length === 0 ? inThisThread : onThreads(threads),
        ...{ checkpoints, verifiers },
        ...(onProgress && { onProgress }),
      });
      // eslint-disable-next-line no-inner-declarations
      async function inThisThread(segment: LogSegment, marks: ReadonlySet<number>) {
        return verifySegment(reader, segment, marks);
      }
    } finally {
      reader.close();
    }
  } catch (error) {
    if (error instanceof LedgerProblem) return error.problem;
    throw error;
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}
