/**
 * Questions to the files of a ledger that a gateway writes. What it has put on record last is known
 * to be on the disk, and signed, when the next checkpoint says so, which one does every second.
 */
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import { isProblem, type Problem } from "#base/problem.ts";
import { openReader } from "#ledger/store/log-reader.ts";
import type { LogReader } from "#ledger/store/log.ts";
import { holderOf } from "./erase-stopped.ts";
import { problemOf } from "./ledger-folders.ts";

/** A checkpoint, and what a busy disk may take for it. */
const patienceMs = 2_000;
const pauseMs = 200;

/** Asks again, as long as the answer may still come. */
export async function askWhileWritten<Result>(
  path: string,
  ask: (reader: LogReader) => Result | Problem | Promise<Result | Problem>,
): Promise<Result | Problem> {
  const { clock } = nodePlatform;
  const untilMs = clock.monotonicMs() + patienceMs;
  try {
    const reader = openReader({ path, disk: nodeDisk, processes: nodeProcesses });
    try {
      for (;;) {
        const answer = await ask(reader);
        if (!isProblem(answer) || !mayCome(answer)) return answer;
        if (clock.monotonicMs() >= untilMs || !isWritten(path)) return answer;
        await pause();
        reader.refresh();
      }
    } finally {
      reader.close();
    }
  } catch (error) {
    return problemOf(error);
  }
}

function mayCome({ definition }: Problem): boolean {
  return definition.code === "ledger-no-entry" || definition.code === "ledger-unsigned";
}

function isWritten(path: string): boolean {
  const holder = holderOf(path);
  return holder !== undefined && !isProblem(holder);
}

function pause(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  nodePlatform.timers.after(pauseMs, resolve);
  return promise;
}
