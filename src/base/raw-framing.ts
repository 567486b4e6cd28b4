/**
 * How messages are told apart on a TCP connection that speaks no protocol: plain data, and what it
 * takes to put one message into its frame. Reading is in wire/frame-reader.ts.
 */
export type Frame =
  /**
   * Ended by these octets, one character each; a line ends in the last of them, and a carriage
   * return before it is of its end, too.
   */
  | { readonly kind: "until"; readonly end: string; readonly isLine: boolean }
  /** Behind its length, a whole number in so many octets. */
  | {
      readonly kind: "length";
      readonly bytes: 1 | 2 | 3 | 4;
      /** Whether the least significant octet is the first. */
      readonly littleEndian: boolean;
      readonly inclusive: boolean;
    }
  /** Behind its length in so many decimal digits; `zero` is the octet of the first of them. */
  | {
      readonly kind: "digits";
      readonly digits: number;
      readonly zero: number;
      readonly inclusive: boolean;
    }
  /** Ended by the end of what its sender sends. */
  | { readonly kind: "close" };

export interface RawFraming {
  readonly request: Frame;
  readonly answer: Frame;
  /** Whether a connection carries one request after the other. */
  readonly keepAlive: boolean;
  /** Whether the side that asks ends its half of the connection behind the request. */
  readonly halfClose: boolean;
}

/** Method of requests that nobody answers: they are over when they are sent. */
export const tellMethod = "TELL";

/** Octets before a message, its length among them. */
export function frameHead(frame: Frame, bodyBytes: number): Buffer {
  if (frame.kind === "length") {
    const head = Buffer.alloc(frame.bytes);
    const said = bodyBytes + (frame.inclusive ? frame.bytes : 0);
    if (frame.littleEndian) head.writeUIntLE(said, 0, frame.bytes);
    else head.writeUIntBE(said, 0, frame.bytes);
    return head;
  }
  if (frame.kind !== "digits") return noBytes;
  const { digits, zero, inclusive } = frame;
  const said = String(bodyBytes + (inclusive ? digits : 0)).padStart(digits, "0");
  return Buffer.from(said, "latin1").map((octet) => octet - 0x30 + zero) as Buffer;
}

/** What a reader looks for. */
export function endOf({ end, isLine }: Extract<Frame, { readonly kind: "until" }>): string {
  return isLine ? end.slice(-1) : end;
}

/** Octets behind it. */
export function frameTail(frame: Frame): Buffer {
  return frame.kind === "until" ? Buffer.from(frame.end, "latin1") : noBytes;
}

const noBytes = Buffer.alloc(0);

/** Why a message cannot stand in the frame: its reader would take it for another one. */
export function frameFault(frame: Frame, body: Buffer): string | undefined {
  switch (frame.kind) {
    case "close":
      return undefined;
    case "until": {
      const end = endOf(frame);
      if (body.includes(end, 0, "latin1")) {
        return `it holds ${JSON.stringify(end)}, which ends a message`;
      }
      // What it ends with and the end of the frame may make one that comes earlier.
      if (frame.isLine && body.at(-1) === 0x0d) {
        return "it ends in a carriage return, which would be taken for one of the line's end";
      }
      const last = body.toString("latin1", Math.max(0, body.length - end.length + 1));
      if ((last + end).indexOf(end) === last.length) return undefined;
      return `it ends in the beginning of ${JSON.stringify(end)}, which ends a message`;
    }
    case "length":
    case "digits": {
      const own = frame.kind === "length" ? frame.bytes : frame.digits;
      const most = frame.kind === "length" ? 256 ** own - 1 : 10 ** own - 1;
      if (body.length + (frame.inclusive ? own : 0) <= most) return undefined;
      return `it has ${body.length} bytes, more than its length can say`;
    }
  }
}
