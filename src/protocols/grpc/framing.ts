/**
 * Messages with their length before them, as gRPC, gRPC-Web and Connect streams send them: a byte
 * of flags, four of length, the message (gRPC over HTTP/2, Length-Prefixed-Message; Connect,
 * Enveloped-Message).
 */
import { gunzipSync, gzipSync } from "node:zlib";
import type { Fault } from "#call/call.ts";
import { grpcFault } from "./problems.ts";

export const flags = { plain: 0, compressed: 1, connectEnd: 2, webTrailers: 0x80 } as const;
const prefixBytes = 5;
const noBytes: Buffer = Buffer.alloc(0);

export interface Frame {
  readonly flags: number;
  readonly bytes: Buffer;
}

/** @param parts joined, behind the prefix. */
export function frameOf(bytes: Buffer, flag: number = flags.plain): Buffer {
  const frame = Buffer.allocUnsafe(prefixBytes + bytes.length);
  frame[0] = flag;
  frame.writeUInt32BE(bytes.length, 1);
  bytes.copy(frame, prefixBytes);
  return frame;
}

export interface FrameReader {
  /** The frames that these bytes complete; nobody else uses what they stand in. */
  readonly push: (bytes: Buffer) => readonly (Frame | Fault)[];
  /** Whether nothing of a frame is left over. */
  readonly isBetween: () => boolean;
}

/** @param bytesMax of one message; what is longer ends the stream before it is gathered. */
export function createFrameReader(bytesMax: number): FrameReader {
  /** The beginning of a frame; grows as bytes come, not as they are announced. */
  let held: Buffer = noBytes;
  let length = 0;
  let broken = false;
  const gather = (bytes: Buffer): Buffer => {
    if (length + bytes.length > held.length) {
      const size = Math.max(2 * held.length, length + bytes.length);
      const larger = Buffer.allocUnsafe(
        Math.min(size, length + bytes.length + prefixBytes + bytesMax),
      );
      held.copy(larger, 0, 0, length);
      held = larger;
    }
    bytes.copy(held, length);
    length += bytes.length;
    return held.subarray(0, length);
  };
  return {
    isBetween: () => length === 0,
    push(bytes) {
      if (bytes.length === 0 || broken) return [];
      const all = gather(bytes);
      const frames: (Frame | Fault)[] = [];
      let at = 0;
      while (all.length - at >= prefixBytes) {
        const size = all.readUInt32BE(at + 1);
        if (size > bytesMax) {
          broken = true;
          frames.push(tooLarge(size, bytesMax));
          break;
        }
        const end = at + prefixBytes + size;
        if (all.length < end) break;
        frames.push({ flags: all[at] as number, bytes: all.subarray(at + prefixBytes, end) });
        at = end;
      }
      // The frames stand in what was held, so what is left over moves to a buffer of its own.
      if (at > 0) {
        held = broken ? noBytes : Buffer.from(all.subarray(at));
        length = held.length;
      }
      return frames;
    },
  };
}

function tooLarge(size: number, bytesMax: number): Fault {
  const message = `a message of ${size} bytes; at most ${bytesMax} are taken`;
  return grpcFault("resource_exhausted", "message-too-large", message);
}

/** @param coding that the sender names for those of its messages that are compressed. */
export function unpack(frame: Frame, coding: string, bytesMax: number): Buffer | Fault {
  if (frame.flags === flags.plain) return frame.bytes;
  if (frame.flags !== flags.compressed) {
    const message = `flags ${frame.flags} of a message are not known; expected 0 or 1`;
    return grpcFault("invalid_argument", "bad-framing", message);
  }
  if (coding !== "identity") return decompress(frame.bytes, coding, bytesMax);
  const message = "a message is marked as compressed, and grpc-encoding does not say how";
  return grpcFault("internal", "bad-framing", message);
}

export type Coding = "identity" | "gzip";

export function compress(bytes: Buffer, coding: Coding): Buffer {
  return coding === "gzip" ? gzipSync(bytes) : bytes;
}

/** @returns a fault when it is no gzip, or grows beyond what is taken. */
export function decompress(bytes: Buffer, coding: string, bytesMax: number): Buffer | Fault {
  if (coding === "identity") return bytes;
  if (coding !== "gzip") {
    const given = coding.slice(0, 50);
    const message = `the compression ${given} is not known; expected gzip or identity`;
    return grpcFault("unimplemented", "compression-unknown", message);
  }
  try {
    return gunzipSync(bytes, { maxOutputLength: Math.max(bytesMax, 1) });
  } catch (cause) {
    const isLarge = (cause as { readonly code?: unknown }).code === "ERR_BUFFER_TOO_LARGE";
    const message = isLarge
      ? `a message that grows beyond ${bytesMax} bytes when it is decompressed`
      : "a message is marked as compressed, and is no gzip";
    const kind = isLarge ? "resource_exhausted" : "invalid_argument";
    return grpcFault(kind, isLarge ? "message-too-large" : "bad-compression", message);
  }
}
