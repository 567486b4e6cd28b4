/** The checkpoint that proofs and exports are made for. */
import { isProblem, type Problem } from "#base/problem.ts";
import { damaged } from "#ledger/store/problems.ts";
import { parseCheckpoint, type Checkpoint } from "#ledger/tree/checkpoint.ts";
import { problems } from "#ledger/tree/problems.ts";
import type { LogSource } from "./log-source.ts";

export interface NewestCheckpoint extends Checkpoint {
  /** As it was signed. */
  readonly bytes: Buffer;
}

export function newestCheckpoint(source: LogSource): NewestCheckpoint | Problem {
  const bytes = source.checkpoint();
  if (bytes === undefined) {
    return problems["ledger-unsigned"]("the ledger has no checkpoint yet", { retryAfterS: 1 });
  }
  const parsed = parseCheckpoint(bytes);
  if (isProblem(parsed)) return damaged(`the ledger's own checkpoint: ${parsed.detail}`).problem;
  const { origin, size, root } = parsed;
  if (size > source.size) return endIsLost(size, source.size);
  return { origin, size, root, bytes };
}

/** What was signed was on the disk before: who finds less must not take that for all there is. */
export function lostEnd(source: Pick<LogSource, "size" | "checkpoint">): Problem | undefined {
  const bytes = source.checkpoint();
  const parsed = bytes === undefined ? undefined : parseCheckpoint(bytes);
  if (parsed === undefined || isProblem(parsed) || parsed.size <= source.size) return undefined;
  return endIsLost(parsed.size, source.size);
}

function endIsLost(signed: number, size: number): Problem {
  const { problem } = damaged(
    `the ledger is signed for ${signed} entries, and only ${size} can be read: ` +
      "its end was cut off or damaged; parlance ledger verify says where",
  );
  return problem;
}
