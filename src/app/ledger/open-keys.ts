/** The keys of a ledger's subjects, for who reads or erases; that they cannot be read is told. */
import { nodeDisk, type Random } from "#base/platform.ts";
import type { Problem } from "#base/problem.ts";
import { openKeyStore, type KeyStore } from "#ledger/bodies/subject-keys.ts";
import { trying } from "#ledger/store/problems.ts";

/** @throws LedgerProblem when the disk fails, or does not permit it. */
export function openKeys(random: Random, path: string): KeyStore | Problem {
  return trying(`read the keys of subjects in ${path}`, () =>
    openKeyStore(nodeDisk, random, path, false),
  );
}
