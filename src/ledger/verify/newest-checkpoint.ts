/** The checkpoint that proofs and exports are made for. */
import { isProblem, type Problem } from "#base/problem.ts";
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
  if (isProblem(parsed)) return parsed;
  const { origin, size, root } = parsed;
  return { origin, size, root, bytes };
}
