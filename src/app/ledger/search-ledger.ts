/** Pages of the entries that a filter lets through, the newest first. */
import { decodeEntry } from "#ledger/entry/decode-entry.ts";
import { entryAsJson } from "#ledger/verify/entry-as-json.ts";
import type { LogReader, SegmentInfo } from "#ledger/store/log.ts";
import type { EntryFilter } from "./entry-filter.ts";

export interface FoundEntry {
  readonly index: number;
  readonly entry: object;
}

export interface EntryPage {
  readonly entries: readonly FoundEntry[];
  /** Where the next page begins: entries below it; undefined: there are no more. */
  readonly next: number | undefined;
}

/** Entries looked at without a pause: some ten milliseconds. */
const sliceEntries = 2_048;
/** Entries given at once to who follows: what waits for them in memory. */
const followedEntries = 256;
/** Entries looked at for one page; what is left is the next one's. */
const examinedMax = 500_000;
/** Entries are in the order in which they ended, clocks of workers differ by less than this. */
const slackMs = 5_000;

/**
 * @param before index of the entry behind the first one of the page.
 * @param pause between slices, for whoever has something else to do.
 */
export async function searchLedger(
  reader: LogReader,
  filter: EntryFilter,
  { before, limit }: { readonly before: number; readonly limit: number },
  pause: () => Promise<void>,
): Promise<EntryPage> {
  if (filter.exchange !== undefined) return lookUp(reader, filter, filter.exchange, before, limit);
  const found: FoundEntry[] = [];
  let examined = 0;
  for (const segment of reader.segments().toReversed()) {
    if (segment.first >= before) continue;
    if (!mayHold(segment, filter)) continue;
    let end = Math.min(segment.first + segment.count, before);
    while (end > segment.first) {
      if (examined >= examinedMax) return { entries: found, next: end };
      const start = Math.max(segment.first, end - sliceEntries);
      const page = searchSlice(reader, filter, start, end);
      examined += end - start;
      for (const one of page.toReversed()) {
        found.push(one);
        if (found.length >= limit)
          return { entries: found, next: one.index === 0 ? undefined : one.index };
      }
      end = start;
      await pause();
    }
  }
  return { entries: found, next: undefined };
}

function lookUp(
  reader: LogReader,
  filter: EntryFilter,
  exchange: string,
  before: number,
  limit: number,
): EntryPage {
  const entries: FoundEntry[] = [];
  for (const index of reader.findEntries(exchange).toReversed()) {
    if (index >= before) continue;
    if (entries.length >= limit) return { entries, next: entries.at(-1)?.index };
    const bytes = reader.entry(index);
    if (filter.matches(decodeEntry(bytes))) entries.push({ index, entry: entryAsJson(bytes) });
  }
  return { entries, next: undefined };
}

function mayHold({ dropped, minMs, maxMs }: SegmentInfo, { fromMs, toMs }: EntryFilter): boolean {
  if (dropped) return false;
  if (minMs !== undefined && minMs > toMs + slackMs) return false;
  return maxMs === undefined || maxMs >= fromMs - slackMs;
}

function searchSlice(
  reader: LogReader,
  filter: EntryFilter,
  start: number,
  end: number,
): readonly FoundEntry[] {
  const found: FoundEntry[] = [];
  reader.scan(start, end, (index, bytes) => {
    if (filter.matches(decodeEntry(bytes))) found.push({ index, entry: entryAsJson(bytes) });
    return undefined;
  });
  return found;
}

/** Those that came since: of `from` and behind, in their order, a few at once. */
export function* followLedger(
  reader: LogReader,
  filter: EntryFilter,
  from: number,
): Generator<readonly FoundEntry[]> {
  const { size } = reader;
  for (let start = from; start < size; start += followedEntries) {
    yield searchSlice(reader, filter, start, Math.min(start + followedEntries, size));
  }
}
