/** Entries that are gone without an entry that tells of it: somebody else than retention took them. */
import { setTimeout } from "node:timers/promises";
import { endOfDrop } from "#ledger/entry/drop-notice.ts";
import type { LogReader } from "#ledger/store/log.ts";
import type { Damage } from "#ledger/verify/verify-segment.ts";

/** What a gateway has just written counts for readers from the next checkpoint on, a second later. */
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
): Promise<Damage | undefined> {
  const { size } = reader;
  await setTimeout(waitMs);
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
