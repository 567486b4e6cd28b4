/** How a record of the log looks: a JSON object for programs, a readable line for people. */
import type { LogRecord } from "#base/log.ts";

export type LogForm = "json" | "text";

/** One line with its end. */
export function formatRecord(record: LogRecord, form: LogForm): string {
  return form === "json" ? jsonLine(record) : textLine(record);
}

function jsonLine({ timeMs, level, event, message, fields }: LogRecord): string {
  const time = new Date(timeMs).toISOString();
  return `${JSON.stringify({ time, level, event, message, ...fields })}\n`;
}

function textLine({ timeMs, level, message, fields }: LogRecord): string {
  const time = new Date(timeMs).toISOString().slice(11, 23);
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${quoteIfNeeded(String(value))}`);
  return `${time} ${level.padEnd(5)} ${printable(message)}${pairs.join("")}\n`;
}

function quoteIfNeeded(text: string): string {
  return /^[\w.:/@+-]+$/.test(text) ? text : JSON.stringify(text);
}

/** What came from outside must not steer a terminal; the lines of a stack stay lines. */
function printable(text: string): string {
  return text.replace(
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g,
    (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
