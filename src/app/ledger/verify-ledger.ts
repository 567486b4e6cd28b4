/** Verifies the ledger in a folder against all checkpoints that are found, a segment a thread. */
import { availableParallelism } from "node:os";
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import { isProblem, type Problem } from "#base/problem.ts";
import { readCheckpointFile, separateFile } from "#ledger/store/checkpoint-store.ts";
import { layoutOf } from "#ledger/store/layout.ts";
import { readLogFacts, type LogFacts } from "#ledger/store/log-file.ts";
import { openReader } from "#ledger/store/log-reader.ts";
import { LedgerProblem } from "#ledger/store/problems.ts";
import { formatVerifier, type NoteVerifier } from "#ledger/tree/note-keys.ts";
import { verifyLog, type Verification, type VerifyOptions } from "#ledger/verify/verify-log.ts";
import type { SegmentReport } from "#ledger/verify/verify-segment.ts";
import { startWorkerThread, type WorkerThread } from "#runtime/worker-thread.ts";
import { followKeys } from "./closing-checkpoints.ts";
import { keysOfLedger, problemOf, type LedgerFolders } from "./ledger-folders.ts";
import type { SegmentQuestion } from "./verify-thread.ts";
import { findUntoldDrop } from "./untold-drop.ts";
import { verifyUnlessDropped } from "./verify-unless-dropped.ts";

export interface VerifyLedgerOptions extends LedgerFolders {
  /** Those that are trusted; undefined: those that the ledger names itself. */
  readonly verifiers: readonly NoteVerifier[] | undefined;
  readonly onProgress: (entries: number, size: number) => void;
}

export interface LedgerVerification extends Omit<Verification, "droppedTo" | "toldTo"> {
  /** Files where a checkpoint could be, and is none. */
  readonly missing: readonly string[];
  /** Verifier keys that are believed because those that were given name them in the ledger. */
  readonly named: readonly string[];
}

export async function verifyLedger(
  options: VerifyLedgerOptions,
): Promise<LedgerVerification | Problem> {
  const { path, onProgress } = options;
  const threads: WorkerThread[] = [];
  try {
    // Before the reader: a ledger that is being written is never behind what was signed before.
    const { checkpoints: found, missing } = findCheckpoints(options);
    const believed = options.verifiers ?? keysOfLedger(path);
    if (isProblem(believed)) return believed;
    const reader = openReader({ path, disk: nodeDisk, processes: nodeProcesses });
    try {
      const { logFile } = layoutOf(path);
      const facts = readLogFacts(nodeDisk, layoutOf(path)) as LogFacts;
      const followed = followKeys(reader, facts, believed, logFile);
      const { verifiers, named } = followed;
      const checkpoints = [...followed.checkpoints, ...found];
      const count = Math.min(availableParallelism(), reader.segments().length);
      if (count > 1) threads.push(...startThreads(path, count));
      const { droppedTo, toldTo, ...verification } = await verifyLog(reader, {
        verifySegment:
          threads.length > 0
            ? onThreads(threads)
            : async (segment, marks) => verifyUnlessDropped(reader, segment, marks),
        ...{ checkpoints, verifiers, onProgress },
      });
      const isUntold = verification.damage === undefined && droppedTo > toldTo;
      const untold = isUntold
        ? await findUntoldDrop(reader, toldTo, droppedTo, nodePlatform.timers)
        : undefined;
      const damage = verification.damage ?? untold;
      return { ...verification, damage, missing, named: named.map(formatVerifier) };
    } finally {
      reader.close();
    }
  } catch (error) {
    return problemOf(error);
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

function findCheckpoints({ path, checkpoints: folder }: LedgerFolders) {
  const layout = layoutOf(path);
  const facts = readLogFacts(nodeDisk, layout);
  // Opening it says what is wrong.
  if (facts === undefined) return { checkpoints: [], missing: [] };
  const places = [layout.checkpointFile, separateFile(folder, facts.name)];
  const found = places.map((place) => ({ place, bytes: readCheckpointFile(nodeDisk, place) }));
  return {
    checkpoints: found.flatMap(({ place, bytes }) =>
      bytes === undefined ? [] : [{ place, bytes }],
    ),
    missing: found.filter(({ bytes }) => bytes === undefined).map(({ place }) => place),
  };
}

function startThreads(path: string, count: number): readonly WorkerThread[] {
  return Array.from({ length: count }, (_, n) =>
    startWorkerThread({
      entry: new URL("verify-thread.ts", import.meta.url),
      name: `verifier ${n}`,
      data: path,
      resourceLimits: {},
      onMessage: () => undefined,
      onEnd: () => undefined,
    }),
  );
}

/** Each thread is asked for one segment after the other, in their order. */
function onThreads(threads: readonly WorkerThread[]): VerifyOptions["verifySegment"] {
  const idle = [...threads];
  const waiting: ((thread: WorkerThread) => void)[] = [];
  const take = (): Promise<WorkerThread> => {
    const thread = idle.pop();
    if (thread !== undefined) return Promise.resolve(thread);
    return new Promise((resolve) => waiting.push(resolve));
  };
  const release = (thread: WorkerThread) => {
    const next = waiting.shift();
    if (next === undefined) idle.push(thread);
    else next(thread);
  };
  return async (segment, marks) => {
    const thread = await take();
    const question: SegmentQuestion = { segment, marks };
    const answer = (await thread.ask(question)) as SegmentReport | Problem;
    release(thread);
    if (isProblem(answer)) throw new LedgerProblem(answer);
    return answer;
  };
}
