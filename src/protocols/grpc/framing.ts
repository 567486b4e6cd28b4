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
  /** The frames that these bytes complete. */
  readonly push: (bytes: Buffer) => readonly (Frame | Fault)[];
  /** Whether nothing of a frame is left over. */
  readonly isBetween: () => boolean;
}

/** @param bytesMax of one message; what is longer ends the stream before it is gathered. */
export function createFrameReader(bytesMax: number): FrameReader {
  let rest: Buffer = Buffer.alloc(0);
  let parts: Buffer[] = [];
  let held = 0;
  let wanted = prefixBytes;
  const gather = (bytes: Buffer): boolean => {
    // A copy: what comes stands in a buffer that is used again.
    parts.push(Buffer.from(bytes));
    held += bytes.length;
    if (held < wanted) return false;
    rest = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, held);
    parts = [];
    return true;
  };
  return {
    isBetween: () => held === 0,
    push(bytes) {
      if (bytes.length === 0 || !gather(bytes)) return [];
      const frames: (Frame | Fault)[] = [];
      let at = 0;
      wanted = prefixBytes;
      while (rest.length - at >= prefixBytes) {
        const length = rest.readUInt32BE(at + 1);
        if (length > bytesMax) {
          const message = `a message of ${length} bytes; at most ${bytesMax} are taken`;
          frames.push(grpcFault("resource_exhausted", "message-too-large", message));
          break;
        }
        const end = at + prefixBytes + length;
        if (rest.length < end) {
          wanted = prefixBytes + length;
          break;
        }
        frames.push({ flags: rest[at] as number, bytes: rest.subarray(at + prefixBytes, end) });
        at = end;
      }
      held = rest.length - at;
      parts = held === 0 ? [] : [rest.subarray(at)];
      return frames;
    },
  };
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
