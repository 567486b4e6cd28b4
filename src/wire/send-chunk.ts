/** Writes chunks (RFC 9112 §7.1), each in as few writes as its size allows. */
import type { Outbox } from "./outbox.ts";
import { joinedBodyBytesMax, scratch } from "./scratch.ts";

/**
 * Sends the first `length` bytes of the scratch buffer and behind them a range as one chunk.
 * @returns whether the buffer may be reused and the next sent at once.
 */
export function sendChunk(
  outbox: Outbox,
  length: number,
  bytes: Buffer,
  from: number,
  to: number,
): boolean {
  if (from === to) return length === 0 ? !outbox.blocked : outbox.sendScratch(length);
  const out = scratch();
  const count = to - from;
  let at = length + out.write(`${count.toString(16)}\r\n`, length, "latin1");
  if (count > joinedBodyBytesMax) {
    outbox.sendScratchAnd(at, bytes, from, to);
    return outbox.sendText("\r\n");
  }
  bytes.copy(out, at, from, to);
  at += count;
  out[at] = 0x0d;
  out[at + 1] = 0x0a;
  return outbox.sendScratch(at + 2);
}
