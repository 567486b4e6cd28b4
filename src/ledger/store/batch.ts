/** Entries that are not written yet, laid out as the frames that they will be written as. */
import { assert } from "#base/assert.ts";
import { enlarged } from "#base/enlarged.ts";
import { entryBytesMax } from "#ledger/tree/hashes.ts";
import { frameHeadBytes, framePayloadAim } from "./frame.ts";
import { segmentEntries } from "./layout.ts";

export interface BatchFrame {
  /** Of its head, in the batch's bytes. */
  readonly start: number;
  readonly first: number;
  count: number;
  /** Behind its payload. */
  end: number;
}

export interface Batch {
  /** Heads are still to be filled in; frames follow each other without a gap. */
  readonly bytes: Buffer;
  readonly frames: readonly BatchFrame[];
  /** Index that the next entry gets. */
  readonly next: number;
  add(bytes: Uint8Array, from: number, to: number): void;
  /** Empties it; the next entry gets the index `next`. */
  reset(next: number): void;
}

const firstBytes = 256 * 1024;

export function createBatch(first: number): Batch {
  let bytes: Buffer = Buffer.allocUnsafeSlow(firstBytes);
  let frames: BatchFrame[] = [];
  let frame: BatchFrame | undefined;
  let end = 0;
  let next = first;

  function beginFrame(): BatchFrame {
    frame = { start: end, first: next, count: 0, end: end + frameHeadBytes };
    frames.push(frame);
    end = frame.end;
    return frame;
  }

  return {
    get bytes() {
      return bytes;
    },
    get frames() {
      return frames;
    },
    get next() {
      return next;
    },
    add(source, from, to) {
      const length = to - from;
      assert(length >= 0 && length <= entryBytesMax, "an entry has at most 65,535 bytes");
      const needed = frameHeadBytes + 2 + length;
      if (end + needed > bytes.length) bytes = enlarged(bytes, end, needed);
      let into = frame;
      if (into === undefined || next % segmentEntries === 0) into = beginFrame();
      else if (end - into.start > framePayloadAim) into = beginFrame();
      bytes[end] = length >>> 8;
      bytes[end + 1] = length & 0xff;
      if (Buffer.isBuffer(source)) source.copy(bytes, end + 2, from, to);
      else bytes.set(source.subarray(from, to), end + 2);
      end += 2 + length;
      into.end = end;
      into.count++;
      next++;
    },
    reset(index) {
      if (frames.length > 0) frames = [];
      frame = undefined;
      end = 0;
      next = index;
    },
  };
}
