/** Where the log ends: standard error. The only place that writes it. */
import { createLog, isAtLeast, type Log, type LogLevel } from "#base/log.ts";
import type { Clock } from "#base/platform.ts";
import { formatRecord, type LogForm } from "./log-lines.ts";

export interface LogSink {
  readonly log: Log;
  readonly form: LogForm;
  /** Records below this level are left out from now on. */
  setLevel(level: LogLevel): void;
  /** Lines that a worker has formatted. @param onWritten there is room for more. */
  writeLines(lines: string, onWritten: () => void): void;
  /** Resolves when all of it is written, which is never while nobody reads it. */
  written(): Promise<void>;
}

export interface ErrorOutput {
  readonly isTTY?: boolean;
  /** @param done it is written, or cannot be. */
  write(text: string, done?: () => void): unknown;
}

/** @param wanted undefined: text on a terminal, else JSON. */
export function createLogSink(
  clock: Clock,
  output: ErrorOutput,
  wanted: LogForm | undefined,
): LogSink {
  const form = wanted ?? (output.isTTY === true ? "text" : "json");
  let least: LogLevel = "info";
  return {
    form,
    log: createLog(clock.nowMs, (record) => {
      if (isAtLeast(record.level, least)) output.write(formatRecord(record, form));
    }),
    setLevel(level) {
      least = level;
    },
    writeLines: (lines, onWritten) => void output.write(lines, onWritten),
    written: () => new Promise((resolve) => void output.write("", () => resolve())),
  };
}
