/**
 * What an `erasure` entry says of entries whose time of keeping was over. It stands in the ledger
 * before they go, so whoever removes entries otherwise leaves a hole that nothing tells of.
 */
import { decodeEntry } from "./decode-entry.ts";
import { readStamp, type EntryStamp } from "./entry-stamp.ts";
import { kindNames } from "./fields.ts";

const erasureCode = kindNames.indexOf("erasure");
const stamp: EntryStamp = { code: -1, timeUs: 0, exchangeAt: -1 };

/** @param end behind the last one. */
export function dropNotice(first: number, end: number): { count: number; query: string } {
  return { count: end - first, query: `entries ${first} to ${end - 1}` };
}

/** Index behind the last entry that this one says goes; 0: it says nothing of the kind. */
export function endOfDrop(bytes: Buffer): number {
  readStamp(bytes, 0, bytes.length, stamp);
  if (stamp.code !== erasureCode) return 0;
  const entry = decodeEntry(bytes);
  if (entry.kind !== "erasure" || entry.subject !== undefined) return 0;
  const last = /^entries \d{1,15} to (\d{1,15})$/.exec(entry.query ?? "")?.[1];
  return last === undefined ? 0 : Number(last) + 1;
}
