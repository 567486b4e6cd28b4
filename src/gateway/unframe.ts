/** Reads a body out of its chunk framing on a copy, for those who look on while it passes. */
import type { Limits } from "#base/limits.ts";
import { ChunkedReader } from "#wire/chunked.ts";

export type Unframe = (bytes: Buffer, from: number, to: number) => Buffer;

/** @param framed whether there is any framing; without, what comes is handed back. */
export function createUnframe(framed: boolean, limits: Limits): Unframe {
  if (!framed) return (bytes, from, to) => bytes.subarray(from, to);
  const reader = new ChunkedReader();
  reader.begin(true);
  return (bytes, from, to) => {
    // Reading moves bytes that are still to be sent. They were checked when they were received, so
    // no fault comes of it.
    const copy = Buffer.from(bytes.subarray(from, to));
    reader.read(copy, 0, copy.length, limits);
    return copy.subarray(0, reader.keptEnd);
  };
}
