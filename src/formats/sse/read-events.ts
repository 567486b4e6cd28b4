/**
 * Reads an event stream (WHATWG HTML §9.2.6) from bytes as they come, split anywhere. What is not
 * followed by an empty line is no event.
 *
 * Deviation: bytes that are no UTF-8 are a fault, because other characters in their place would be
 * another value.
 */
import { isUtf8 } from "node:buffer";
import type { DocumentFault } from "#contract/document-fault.ts";

export interface ServerEvent {
  readonly kind: "event";
  /** `message` where the stream names none. */
  readonly type: string;
  readonly data: string;
  /** Of this event, or the last one before it that had an id; "" for none. */
  readonly lastId: string;
}

export interface EventReader {
  /** The events that these bytes complete; a fault is the last of all. */
  readonly push: (bytes: Uint8Array) => readonly (ServerEvent | DocumentFault)[];
  /** Whether nothing of an event is left over; comments, which keep connections open, are none. */
  readonly isBetween: () => boolean;
  /** What the stream asks of readers that lose it. */
  readonly retryMs: () => number | undefined;
}

const lf = 0x0a;
const cr = 0x0d;

/** @param eventBytesMax of one event, its field names and comments included. */
export function readEvents(eventBytesMax: number): EventReader {
  /** Of a line that is not whole yet. */
  let parts: Buffer[] = [];
  /** Bytes since the last event ended, line ends left out. */
  let held = 0;
  let isFirstLine = true;
  let isAfterCr = false;
  let isBroken = false;
  let type = "";
  let data: string[] = [];
  let lastId = "";
  let retryMs: number | undefined;
  /** Whether a whole line of the event has come that is no comment. */
  let isBegun = false;

  /** Undefined: it is no UTF-8. */
  const takeLine = (bytes: Buffer): string | undefined => {
    const whole = parts.length === 0 ? bytes : Buffer.concat([...parts, bytes]);
    parts = [];
    if (!isUtf8(whole)) return undefined;
    const text = whole.toString("utf8");
    const isMarked = isFirstLine && text.startsWith("\uFEFF");
    isFirstLine = false;
    return isMarked ? text.slice(1) : text;
  };

  const takeField = (line: string): void => {
    if (line.startsWith(":")) return;
    isBegun = true;
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const from = colon < 0 ? line.length : line[colon + 1] === " " ? colon + 2 : colon + 1;
    const value = line.slice(from);
    if (name === "data") data.push(value);
    else if (name === "event") type = value;
    else if (name === "id" && !value.includes("\0")) lastId = value;
    else if (name === "retry" && /^[0-9]+$/.test(value)) retryMs = Number(value);
  };

  /** Undefined: it had no data, and is none. */
  const endEvent = (): ServerEvent | undefined => {
    const event: ServerEvent | undefined =
      data.length === 0
        ? undefined
        : { kind: "event", type: type === "" ? "message" : type, data: data.join("\n"), lastId };
    held = 0;
    isBegun = false;
    type = "";
    data = [];
    return event;
  };

  return {
    isBetween: () => !isBroken && !isBegun && parts.length === 0,
    retryMs: () => retryMs,
    push(given) {
      const bytes = Buffer.from(given.buffer, given.byteOffset, given.length);
      const found: (ServerEvent | DocumentFault)[] = [];
      let at = 0;
      let feed = bytes.indexOf(lf);
      while (at < bytes.length && !isBroken) {
        if (isAfterCr) {
          isAfterCr = false;
          if (bytes[at] === lf) at++;
        }
        // Looked for once for each, as a hostile stream may have a thousand CR before it.
        if (feed >= 0 && feed < at) feed = bytes.indexOf(lf, at);
        const end = lineEnd(bytes, at, feed);
        const piece = end < 0 ? bytes.subarray(at) : bytes.subarray(at, end);
        held += piece.length;
        if (held > eventBytesMax) {
          isBroken = true;
          parts = [];
          found.push(tooLarge(eventBytesMax));
        } else if (end < 0) {
          // A copy: what comes stands in a buffer that is used again.
          if (piece.length > 0) parts.push(Buffer.from(piece));
          return found;
        } else {
          isAfterCr = bytes[end] === cr;
          at = end + 1;
          const line = takeLine(piece);
          if (line === undefined) {
            isBroken = true;
            found.push(notUtf8);
          } else if (line !== "") takeField(line);
          else {
            const event = endEvent();
            if (event !== undefined) found.push(event);
          }
        }
      }
      return found;
    },
  };
}

/** @param feed the next LF; -1: there is none. @returns -1: the line does not end here. */
function lineEnd(bytes: Buffer, from: number, feed: number): number {
  const turn = (feed < 0 ? bytes : bytes.subarray(0, feed)).indexOf(cr, from);
  return turn < 0 ? feed : turn;
}

function tooLarge(eventBytesMax: number): DocumentFault {
  const message = `an event is larger than eventBytesMax, ${eventBytesMax} bytes`;
  return { kind: "fault", code: "limit-exceeded", message, place: "" };
}

const notUtf8: DocumentFault = {
  kind: "fault",
  code: "invalid-value",
  message: "a line of the event stream is not UTF-8, which event streams always are",
  place: "",
};
