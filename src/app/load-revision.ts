/**
 * Loads a configuration with its contracts in a process of its own, which ends afterwards: hostile
 * or huge documents can exhaust or stall that one and nothing else, and its memory goes with it.
 */
import type { Platform } from "#base/platform.ts";
import { shareCallers } from "#configuration/callers.ts";
import type { ProblemDefinition } from "#base/problem.ts";
import { askProcess } from "#runtime/one-answer-process.ts";
import type { CheckedConfiguration, CheckOptions } from "./check-configuration.ts";

const loadMsMax = 60_000;
const heapMbMax = 1_024;

export interface LoadedRevision extends CheckedConfiguration {
  /** All that exchanges can be refused with, in the order in which they are counted. */
  readonly knownProblems: readonly ProblemDefinition[];
}

/** Never rejects: what is wrong, a hang or an exhausted heap included, becomes a diagnostic. */
export async function loadRevision(
  options: CheckOptions,
  { timers }: Pick<Platform, "timers">,
): Promise<LoadedRevision> {
  let reading = options.path;
  try {
    const answer = await askProcess({
      entry: new URL("./load-process.ts", import.meta.url),
      question: options,
      heapMbMax,
      timeMsMax: loadMsMax,
      timers,
      onMessage: (file) => (reading = file as string),
    });
    return withSharedCallers(answer as LoadedRevision);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failed(options.path, reading, reason);
  }
}

/** The main thread and all workers have them in the same memory. */
function withSharedCallers(loaded: LoadedRevision): LoadedRevision {
  const { revision } = loaded;
  if (revision === undefined || revision.configuration.callers === "open") return loaded;
  const callers = shareCallers(revision.configuration.callers);
  return {
    ...loaded,
    revision: { ...revision, configuration: { ...revision.configuration, callers } },
  };
}

function failed(path: string, reading: string, reason: string): LoadedRevision {
  const message = `loading was given up: ${reason}`;
  const source = { file: reading, line: 1, column: 1 };
  return {
    revision: undefined,
    knownProblems: [],
    isUnreadable: false,
    filesRead: [path, reading],
    diagnostics: [{ code: "load-failed", severity: "error", message, source }],
  };
}
