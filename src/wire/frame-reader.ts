/**
 * Finds the messages in what comes over a TCP connection, however it is split. Holds one message at
 * most, and of that no more than has come.
 */
import { endOf, type Frame } from "#base/raw-framing.ts";
import { parseFault } from "./parse-faults.ts";

/** A message and where the bytes behind it begin; `fault` is of the parsers'. */
export type FrameRead =
  | { readonly kind: "message"; readonly body: Buffer; readonly next: number }
  | { readonly kind: "more" }
  | { readonly kind: "fault"; readonly fault: number };

const more: Exclude<FrameRead, { readonly kind: "message" }> = { kind: "more" };
const noBytes: Buffer = Buffer.alloc(0);
const bytesAtFirst = 1_024;
/** What an idle connection keeps for its next message. */
const keptBytesMax = 16 * 1024;

export class FrameReader {
  readonly #frame: Frame;
  readonly #bytesMax: number;
  #bytes = noBytes;
  #length = 0;

  /** @param bytesMax of one message, without its frame. */
  constructor(frame: Frame, bytesMax: number) {
    this.#frame = frame;
    this.#bytesMax = bytesMax;
  }

  /** Whether nothing of a message has come. */
  get empty(): boolean {
    return this.#length === 0;
  }

  /** The bytes may be reused afterwards; those behind a message are to be given again. */
  read(bytes: Buffer, from: number, to: number): FrameRead {
    const before = this.#length;
    this.#append(bytes, from, to);
    const found = this.#find(before);
    if (found.kind !== "message") return found;
    const { start, end, behind } = found;
    const body = this.#take(start, end);
    return { kind: "message", body, next: from + behind - before };
  }

  /** Whether bytes behind a message say that its length was wrong: those of an end may be more. */
  get isCounted(): boolean {
    return this.#frame.kind === "length" || this.#frame.kind === "digits";
  }

  /** No more bytes come. @returns what they were all together; undefined: no whole message. */
  finish(): Buffer | undefined {
    if (this.#frame.kind !== "close") return undefined;
    return this.#take(0, this.#length);
  }

  /** A message outlives what it came in: a small one as a copy, a large one with its memory. */
  #take(start: number, end: number): Buffer {
    const found = this.#bytes.subarray(start, end);
    this.#length = 0;
    if (this.#bytes.length <= keptBytesMax) return Buffer.from(found);
    this.#bytes = noBytes;
    return found;
  }

  #append(bytes: Buffer, from: number, to: number): void {
    const length = this.#length + to - from;
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, 2 * this.#bytes.length, bytesAtFirst));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    bytes.copy(this.#bytes, this.#length, from, to);
    this.#length = length;
  }

  /** @param before how many bytes were looked at earlier. */
  #find(before: number): Found {
    const frame = this.#frame;
    switch (frame.kind) {
      case "close":
        return this.#length > this.#bytesMax ? tooLarge : more;
      case "until":
        return this.#findEnd(endOf(frame), frame.isLine, before);
      case "length":
        return this.#length < frame.bytes
          ? more
          : this.#measure(lengthIn(this.#bytes, frame), frame.bytes, frame.inclusive);
      case "digits": {
        const { digits, zero } = frame;
        const said = numberIn(this.#bytes, Math.min(digits, this.#length), zero);
        if (said === undefined) return badLength;
        if (this.#length < digits) return more;
        return this.#measure(said, digits, frame.inclusive);
      }
    }
  }

  #findEnd(end: string, isLine: boolean, before: number): Found {
    const at = this.#bytes
      .subarray(0, this.#length)
      .indexOf(end, Math.max(0, before - end.length + 1), "latin1");
    const length = at < 0 ? this.#length - end.length : at;
    if (length > this.#bytesMax) return tooLarge;
    if (at < 0) return more;
    const hasReturn = isLine && at > 0 && this.#bytes[at - 1] === 0x0d;
    return { kind: "message", start: 0, end: hasReturn ? at - 1 : at, behind: at + end.length };
  }

  #measure(said: number, own: number, inclusive: boolean): Found {
    const end = inclusive ? said : said + own;
    if (end < own) return badLength;
    if (end - own > this.#bytesMax) return tooLarge;
    return this.#length < end ? more : { kind: "message", start: own, end, behind: end };
  }
}

type Found =
  | {
      readonly kind: "message";
      readonly start: number;
      readonly end: number;
      readonly behind: number;
    }
  | Exclude<FrameRead, { readonly kind: "message" }>;

const tooLarge: Found = { kind: "fault", fault: parseFault.messageTooLarge };
const badLength: Found = { kind: "fault", fault: parseFault.messageLengthInvalid };

function lengthIn(
  head: Buffer,
  { bytes, littleEndian }: Extract<Frame, { readonly kind: "length" }>,
): number {
  return littleEndian ? head.readUIntLE(0, bytes) : head.readUIntBE(0, bytes);
}

/** In ASCII, or in the program's own charset. Undefined: an octet is no digit. */
function numberIn(bytes: Buffer, count: number, zero: number): number | undefined {
  const first = bytes[0] ?? 0;
  const from = first >= 0x30 && first <= 0x39 ? 0x30 : zero;
  let number = 0;
  for (let at = 0; at < count; at++) {
    const digit = (bytes[at] as number) - from;
    if (digit < 0 || digit > 9) return undefined;
    number = 10 * number + digit;
  }
  return number;
}
