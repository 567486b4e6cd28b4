/** What is read of a log to verify, prove or export it: that part of the store's reader. */
import type { LogReader, SegmentInfo } from "#ledger/store/log.ts";

export interface LogSource extends Pick<
  LogReader,
  "origin" | "size" | "scan" | "hashTile" | "checkpoint" | "searchFacts"
> {
  segments(): readonly LogSegment[];
}

export type LogSegment = Pick<SegmentInfo, "first" | "count" | "dropped">;
