/**
 * What a part of the program tells its operator. Where it goes and how it looks is decided by
 * runtime. Keys, header values and bodies are never put into it.
 */
export const logLevels = ["debug", "info", "warn", "error"] as const;

export type LogLevel = (typeof logLevels)[number];

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface LogRecord {
  readonly timeMs: number;
  readonly level: LogLevel;
  /** Stable slug that programs look for: `revision-taken`. */
  readonly event: string;
  /** One sentence for people, without a full stop. */
  readonly message: string;
  readonly fields: LogFields;
}

export type Report = (event: string, message: string, fields?: LogFields) => void;

export type Log = Readonly<Record<LogLevel, Report>>;

export function createLog(nowMs: () => number, take: (record: LogRecord) => void): Log {
  const reportAt =
    (level: LogLevel): Report =>
    (event, message, fields = {}) =>
      take({ timeMs: nowMs(), level, event, message, fields });
  return {
    debug: reportAt("debug"),
    info: reportAt("info"),
    warn: reportAt("warn"),
    error: reportAt("error"),
  };
}

export function isAtLeast(level: LogLevel, least: LogLevel): boolean {
  return logLevels.indexOf(level) >= logLevels.indexOf(least);
}
