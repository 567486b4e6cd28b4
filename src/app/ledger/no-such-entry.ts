/** What is told of an exchange that a ledger has no entry of. */
import type { Problem } from "#base/problem.ts";
import type { LogReader } from "#ledger/store/log.ts";
import { problems } from "#ledger/store/problems.ts";
import { lostEnd } from "#ledger/verify/newest-checkpoint.ts";

/** @param what as in "entry of the exchange 0199...". */
export function noSuchEntry(reader: LogReader, what: string): Problem {
  const lost = lostEnd(reader);
  if (lost !== undefined) return lost;
  const dropped = reader
    .segments()
    .reduce((sum, segment) => sum + (segment.dropped ? segment.count : 0), 0);
  const size = `the ledger has ${reader.size} entries`;
  // It may have been one of them; their ids are gone with them.
  const gone = `, of which the first ${dropped} were dropped when their time of keeping was over`;
  return problems["ledger-no-entry"](`there is no ${what}; ${size}${dropped === 0 ? "" : gone}`);
}
