/** What can keep a ledger from being opened, written or read. */
import { defineProblems, type Problem } from "#base/problem.ts";

const unavailable = { httpStatus: 503, faultKind: "unavailable", blame: "gateway" } as const;
const lost = { httpStatus: 500, faultKind: "data_loss", blame: "gateway" } as const;
const refused = { httpStatus: 500, faultKind: "failed_precondition", blame: "gateway" } as const;

export const problems = defineProblems({
  "ledger-locked": { title: "Another process writes this ledger", ...unavailable },
  "ledger-foreign": { title: "The folder holds something that is no ledger", ...refused },
  "ledger-version": { title: "The ledger is of another version", ...refused },
  "ledger-origin": { title: "The ledger is one of another name", ...refused },
  "ledger-key": { title: "The ledger's key cannot be used", ...refused },
  "ledger-damaged": { title: "The ledger is damaged", ...lost },
  "ledger-rolled-back": { title: "The ledger is not the one that was signed", ...lost },
  "ledger-disk-full": {
    title: "The disk of the ledger is full",
    httpStatus: 503,
    faultKind: "resource_exhausted",
    blame: "gateway",
  },
  "ledger-disk-read-only": { title: "The disk of the ledger takes no writes", ...unavailable },
  "ledger-not-permitted": { title: "Files of the ledger may not be used", ...unavailable },
  "ledger-disk-failed": { title: "The disk of the ledger failed", ...unavailable },
  "ledger-no-entry": {
    title: "The ledger has no such entry",
    httpStatus: 404,
    faultKind: "not_found",
    blame: "client",
  },
  "ledger-dropped": {
    title: "The entry was dropped when its time of keeping was over",
    httpStatus: 410,
    faultKind: "not_found",
    blame: "policy",
  },
});

/** What functions of the store throw, unless they say otherwise. */
export class LedgerProblem extends Error {
  override readonly name: string = "LedgerProblem";
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail, { cause: problem.cause });
    this.problem = problem;
  }
}

/** A group of entries that is not on disk, and never will be. */
export class LedgerWriteError extends LedgerProblem {
  override readonly name = "LedgerWriteError";
}

export function damaged(detail: string): LedgerProblem {
  return new LedgerProblem(problems["ledger-damaged"](detail));
}

const codes: Readonly<Record<string, (detail: string, more: { cause: unknown }) => Problem>> = {
  ENOSPC: problems["ledger-disk-full"],
  EDQUOT: problems["ledger-disk-full"],
  EROFS: problems["ledger-disk-read-only"],
  EACCES: problems["ledger-not-permitted"],
  EPERM: problems["ledger-not-permitted"],
};

/** @param what was tried, as in "write segments/00000000.000.log". */
export function diskProblem(error: unknown, what: string): Problem {
  const { code = "", message } = error as NodeJS.ErrnoException;
  const make = codes[code] ?? problems["ledger-disk-failed"];
  return make(`cannot ${what}: ${message}`, { cause: error });
}

/** Runs what uses the disk; its errors become problems that say what was tried. */
export function trying<Result>(what: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof LedgerProblem || !isSystemError(error)) throw error;
    throw new LedgerProblem(diskProblem(error, what));
  }
}

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && "syscall" in error;
}
