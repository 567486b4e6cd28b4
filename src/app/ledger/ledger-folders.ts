/** Where a ledger is, for commands that read it without the gateway that writes it. */
import type { Problem } from "#base/problem.ts";
import { LedgerProblem } from "#ledger/store/problems.ts";

export interface LedgerFolders {
  readonly path: string;
  /** Of the separate checkpoints. */
  readonly checkpoints: string;
}

/** Of what the store throws; anything else is thrown on. */
export function problemOf(error: unknown): Problem {
  if (error instanceof LedgerProblem) return error.problem;
  throw error;
}
