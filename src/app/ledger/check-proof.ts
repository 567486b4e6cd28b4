/** Checks a proof of one entry, as `parlance ledger prove` writes it. */
import { nodePlatform } from "#base/platform.ts";
import { isProblem, type Problem } from "#base/problem.ts";
import { diskProblem } from "#ledger/store/problems.ts";
import { leafHash } from "#ledger/tree/hashes.ts";
import type { NoteVerifier } from "#ledger/tree/note-keys.ts";
import { malformed } from "#ledger/tree/problems.ts";
import { parseTlogProof, verifyTlogProof } from "#ledger/tree/tlog-proof.ts";
import { entryAsJson } from "#ledger/verify/entry-as-json.ts";

export interface CheckedProof {
  readonly index: number;
  /** Of the tree that the log has signed. */
  readonly size: number;
  readonly origin: string;
  readonly entry: object;
}

/** More than any proof has; what is longer is refused by its parser. */
const proofBytesMax = 1 << 20;

export function checkProof(
  path: string,
  verifiers: readonly NoteVerifier[],
): CheckedProof | Problem {
  let bytes: Buffer;
  try {
    bytes = nodePlatform.files.readUpTo(path, proofBytesMax);
  } catch (error) {
    return diskProblem(error, `read ${path}`);
  }
  const proof = parseTlogProof(bytes);
  if (isProblem(proof)) return { ...proof, detail: `${path}: ${proof.detail}` };
  const { extra, index } = proof;
  if (extra === undefined) return malformed(`${path}: the proof does not carry its entry`);
  const checkpoint = verifyTlogProof(proof, leafHash(extra), verifiers);
  if (isProblem(checkpoint)) return { ...checkpoint, detail: `${path}: ${checkpoint.detail}` };
  const { size, origin } = checkpoint;
  return { index, size, origin, entry: entryAsJson(extra) };
}
