/** Where a ledger is, for commands that read it without the gateway that writes it. */
import { nodeDisk, nodeProcesses } from "#base/platform.ts";
import { isProblem, type Problem } from "#base/problem.ts";
import type { Ledger } from "#configuration/configuration.ts";
import { layoutOf } from "#ledger/store/layout.ts";
import { readLogFacts } from "#ledger/store/log-file.ts";
import { LedgerProblem, problems } from "#ledger/store/problems.ts";
import { parseVerifier, type NoteVerifier } from "#ledger/tree/note-keys.ts";

export interface LedgerFolders {
  readonly path: string;
  /** Of the separate checkpoints. */
  readonly checkpoints: string;
}

/** The origin without its epoch. */
export function ledgerName({ origin }: Ledger): string {
  return origin ?? `parlance/${nodeProcesses.self().host}`;
}

/** Of what the store throws; anything else is thrown on. */
export function problemOf(error: unknown): Problem {
  if (error instanceof LedgerProblem) return error.problem;
  throw error;
}

/** The keys of all epochs, as the ledger names them. */
export function keysOfLedger(path: string): readonly NoteVerifier[] | Problem {
  try {
    const facts = readLogFacts(nodeDisk, layoutOf(path));
    if (facts === undefined)
      return problems["ledger-foreign"](`there is no ledger in ${path}: it has no log.json`);
    const verifiers = facts.epochs.map(({ verifierKey }) => parseVerifier(verifierKey));
    const fault = verifiers.find(isProblem);
    return fault ?? verifiers.flatMap((one) => (isProblem(one) ? [] : [one]));
  } catch (error) {
    return problemOf(error);
  }
}
