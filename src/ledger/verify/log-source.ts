/** What is read of a log to verify, prove or export it: that part of the store's reader. */
import type { LogReader, SegmentInfo } from "#ledger/store/log.ts";

export interface LogSource extends Pick<
  LogReader,
  "origin" | "size" | "scan" | "hashTile" | "checkpoint" | "searchFacts"
> {
  segments(): readonly LogSegment[];
}

export type LogSegment = Pick<SegmentInfo, "first" | "count" | "dropped">;

/** Which entries were dropped when their time of keeping was over; their hashes were not. */
export function droppedIn(source: Pick<LogSource, "segments">): (index: number) => boolean {
  const gone = source.segments().filter((segment) => segment.dropped);
  return (index) => gone.some(({ first, count }) => index >= first && index < first + count);
}
