/** Verifies a segment that a gateway may drop meanwhile: then it has its hashes alone. */
import type { LogReader } from "#ledger/store/log.ts";
import { droppedIn, type LogSegment } from "#ledger/verify/log-source.ts";
import { verifySegment, type SegmentReport } from "#ledger/verify/verify-segment.ts";

export function verifyUnlessDropped(
  reader: LogReader,
  segment: LogSegment,
  marks: ReadonlySet<number>,
): SegmentReport {
  const report = verifySegment(reader, segment, marks);
  if (report.damage === undefined || segment.dropped) return report;
  reader.refresh();
  if (!droppedIn(reader)(segment.first)) return report;
  return verifySegment(reader, { ...segment, dropped: true }, marks);
}
