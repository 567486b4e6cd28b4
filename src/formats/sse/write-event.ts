/** Writes one event of an event stream (WHATWG HTML §9.2.5, text/event-stream). */
import { assert } from "#base/assert.ts";

export interface WrittenEvent {
  /** Absent: `message`. */
  readonly type?: string;
  /** Any text; its lines are told apart by LF, whatever ended them. */
  readonly data: string;
  readonly id?: string;
  /** After how many milliseconds a reader that lost its connection comes again. */
  readonly retryMs?: number;
}

export function writeEvent({ type, data, id, retryMs }: WrittenEvent): string {
  assert(type === undefined || isOneLine(type), "the type of an event is one line");
  assert(id === undefined || (isOneLine(id) && !id.includes("\0")), "an event's id is one line");
  const head =
    (type === undefined ? "" : `event: ${type}\n`) +
    (id === undefined ? "" : `id: ${id}\n`) +
    (retryMs === undefined ? "" : `retry: ${retryMs}\n`);
  const text = isOneLine(data) ? data : data.replaceAll(/\r\n|\r|\n/g, "\ndata: ");
  return `${head}data: ${text}\n\n`;
}

/** Says nothing, and keeps the connection open. */
export function writeComment(text: string): string {
  assert(isOneLine(text), "a comment is one line");
  return `: ${text}\n\n`;
}

function isOneLine(text: string): boolean {
  return !text.includes("\n") && !text.includes("\r");
}
