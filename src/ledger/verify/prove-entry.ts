/** The proof that an entry is in the log, which others can check without the log. */
import { isProblem, type Problem } from "#base/problem.ts";
import { inclusionProof } from "#ledger/tree/merkle-proofs.ts";
import { problems as storeProblems } from "#ledger/store/problems.ts";
import { problems } from "#ledger/tree/problems.ts";
import { hashesFromTiles } from "#ledger/tree/tile-hashes.ts";
import { formatTlogProof } from "#ledger/tree/tlog-proof.ts";
import type { LogSource } from "./log-source.ts";
import { newestCheckpoint } from "./newest-checkpoint.ts";

/**
 * Against the newest checkpoint. What was dropped is not proved: a proof stands alone by its entry.
 *
 * @returns the text of a tlog-proof with the entry as its extra data.
 */
export function proveEntry(source: LogSource, index: number): Buffer | Problem {
  const newest = newestCheckpoint(source);
  if (isProblem(newest)) return newest;
  const { bytes: checkpoint, size } = newest;
  if (index >= size) {
    return problems["ledger-unsigned"](
      `entry ${index} is not covered by a checkpoint yet; the newest is of ${size} entries`,
      { retryAfterS: 1 },
    );
  }
  const extra = entryOf(source, index);
  if (extra === undefined) {
    return storeProblems["ledger-dropped"](
      `entry ${index} was dropped when its time of keeping was over; ` +
        "proofs of it that were written before that hold",
    );
  }
  const hashAt = hashesFromTiles(size, (...tile) => source.hashTile(...tile));
  const hashes = inclusionProof(index, size, hashAt);
  return formatTlogProof({ index, hashes, checkpoint, extra });
}

/** @returns undefined: it was dropped. */
function entryOf(source: LogSource, index: number): Buffer | undefined {
  let found: Buffer | undefined;
  source.scan(index, index + 1, (_, bytes) => {
    found = Buffer.from(bytes);
    return false;
  });
  return found;
}
