/** Entries that are gone, and no entry tells of it: somebody else than retention took them. */
import type { Timers } from "#base/platform.ts";
import { endOfDrop } from "#ledger/entry/drop-notice.ts";
import type { LogReader } from "#ledger/store/log.ts";
import type { Damage } from "#ledger/verify/verify-segment.ts";

/** What was written just now counts for readers when the next checkpoint covers it, in a second. */
const waitMs = 1_500;

/**
 * @param reader has looked at the entries before its `size`, and found that they tell of those
 * before `toldTo`.
 * @param droppedTo index behind the last that is gone.
 */
export async function findUntoldDrop(
  reader: Pick<LogReader, "size" | "refresh" | "scan">,
  toldTo: number,
  droppedTo: number,
  timers: Pick<Timers, "after">,
): Promise<Damage | undefined> {
  const { size } = reader;
  await new Promise<void>((resolve) => void timers.after(waitMs, resolve));
  reader.refresh();
  let told = toldTo;
  reader.scan(size, reader.size, (_, entry) => {
    told = Math.max(told, endOfDrop(entry));
    return undefined;
  });
  if (told >= droppedTo) return undefined;
  const detail = `entries ${told} to ${droppedTo - 1} are gone, and no entry tells that they go`;
  return { entry: told, detail };
}
