/**
 * JSON documents one after the other, as their bytes come, split anywhere: a line each (ndjson.org,
 * jsonlines.org), or behind a mark each (RFC 7464, application/json-seq).
 */
import type { DocumentFault } from "#contract/document-fault.ts";

export interface DocumentSplitter {
  /** The documents that these bytes complete; a fault is the last of all. */
  readonly push: (bytes: Buffer) => readonly (Buffer | DocumentFault)[];
  /** What is left over; undefined: nothing but white space. */
  readonly last: () => Buffer | undefined;
}

export const delimiters = { line: 0x0a, sequence: 0x1e } as const;

/** @param bytesMax of one document. */
export function splitDocuments(delimiter: number, bytesMax: number): DocumentSplitter {
  let parts: Buffer[] = [];
  let held = 0;
  let isBroken = false;
  const take = (): Buffer => {
    const [first] = parts;
    const whole = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts, held);
    parts = [];
    held = 0;
    return whole;
  };
  return {
    push(bytes) {
      const found: (Buffer | DocumentFault)[] = [];
      for (let at = 0; at < bytes.length && !isBroken;) {
        const end = bytes.indexOf(delimiter, at);
        const piece = bytes.subarray(at, end < 0 ? bytes.length : end);
        held += piece.length;
        if (held > bytesMax) {
          isBroken = true;
          found.push(tooLarge(bytesMax));
          break;
        }
        // A copy: what comes stands in a buffer that is used again.
        if (piece.length > 0) parts.push(end < 0 ? Buffer.from(piece) : piece);
        if (end < 0) break;
        at = end + 1;
        const document = take();
        if (!isBlank(document)) found.push(document);
      }
      return found;
    },
    last() {
      const rest = take();
      return isBlank(rest) ? undefined : rest;
    },
  };
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}

function tooLarge(bytesMax: number): DocumentFault {
  const message = `a document of the stream is larger than documentBytesMax, ${bytesMax} bytes`;
  return { kind: "fault", code: "limit-exceeded", message, place: "" };
}
