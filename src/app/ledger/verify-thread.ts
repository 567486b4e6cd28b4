/** A thread that verifies segments of the ledger in a folder, one after the other. */
import { workerData } from "node:worker_threads";
import { nodeDisk, nodeProcesses } from "#base/platform.ts";
import { openReader } from "#ledger/store/log-reader.ts";
import type { LogReader } from "#ledger/store/log.ts";
import type { LogSegment } from "#ledger/verify/log-source.ts";
import { answerQuestions } from "#runtime/worker-port.ts";
import { problemOf } from "./ledger-folders.ts";
import { verifyUnlessDropped } from "./verify-unless-dropped.ts";

export interface SegmentQuestion {
  readonly segment: LogSegment;
  readonly marks: ReadonlySet<number>;
}

let reader: LogReader | undefined;

answerQuestions((question) => {
  const { segment, marks } = question as SegmentQuestion;
  try {
    reader ??= openReader({
      path: workerData as string,
      disk: nodeDisk,
      processes: nodeProcesses,
    });
    // What was written since the segments were listed may have sealed one of them.
    if (reader.size < segment.first + segment.count) reader.refresh();
    return verifyUnlessDropped(reader, segment, marks);
  } catch (error) {
    return problemOf(error);
  }
});
