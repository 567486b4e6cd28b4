/**
 * The log of a worker: lines go to the main thread in batches. When that does not keep up, lines
 * beyond a bound are dropped, counted, and the count is logged: never silently.
 */
import { createLog, type Log } from "#base/log.ts";
import type { Platform } from "#base/platform.ts";
import { formatRecord, type LogForm } from "#runtime/log-lines.ts";

const queuedBytesMax = 4 * 1024 * 1024;
const batchBytes = 64 * 1024;
/** Batches that were sent and not yet written. */
const unwrittenMax = 8;
const flushMs = 100;

export interface WorkerLog {
  readonly log: Log;
  /** Since the worker's start. */
  readonly dropped: number;
  flush(): void;
}

/** One Int32: how many batches the main thread has written. */
export function createWrittenMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(4);
}

export function createWorkerLog(
  platform: Pick<Platform, "clock" | "timers">,
  form: LogForm,
  writtenMemory: SharedArrayBuffer,
  send: (lines: string) => void,
): WorkerLog {
  const written = new Int32Array(writtenMemory);
  let lines = "";
  let sent = 0;
  let dropped = 0;
  let reported = 0;

  const log = createLog(platform.clock.nowMs, (record) => {
    if (lines.length > queuedBytesMax) {
      dropped++;
      return;
    }
    lines += formatRecord(record, form);
    if (lines.length > batchBytes || record.level === "error") flush();
  });

  function flush(): void {
    if (sent - Atomics.load(written, 0) >= unwrittenMax) return;
    if (lines !== "") {
      send(lines);
      sent++;
      lines = "";
    }
    if (dropped === reported) return;
    const count = dropped - reported;
    reported = dropped;
    log.warn("log-lines-dropped", `${count} lines were dropped: the log did not keep up`, {
      count,
    });
  }

  platform.timers.every(flushMs, flush);
  return {
    log,
    get dropped() {
      return dropped;
    },
    flush,
  };
}
