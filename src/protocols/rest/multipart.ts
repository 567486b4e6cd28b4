/** Parts between boundaries (RFC 2046 §5.1.1), with the fields that form-data needs (RFC 7578). */

export interface Part {
  readonly name: string;
  readonly contentType: string | undefined;
  readonly isFile: boolean;
  readonly body: Buffer;
}

const partsMax = 1_000;
const headBytesMax = 8 * 1024;
/** One by one, so that what stands in a quoted one is not taken for another. */
const parameters = /;\s*([^\s;="]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/g;

/** A text says what is wrong. */
export function splitParts(bytes: Buffer, boundary: string): readonly Part[] | string {
  const delimiter = Buffer.from(`--${boundary}`, "latin1");
  const inner = Buffer.from(`\r\n--${boundary}`, "latin1");
  const parts: Part[] = [];
  let at = bytes.indexOf(delimiter);
  if (at > 0 && bytes.indexOf(inner) !== at - 2) at = -1;
  if (at < 0) return `the boundary \`--${boundary}\` does not stand in the body`;
  at += delimiter.length;
  for (;;) {
    if (bytes[at] === 0x2d && bytes[at + 1] === 0x2d) return parts;
    while (bytes[at] === 0x20 || bytes[at] === 0x09) at++;
    if (bytes[at] !== 0x0d || bytes[at + 1] !== 0x0a) return "a boundary is not followed by CRLF";
    // The blank line may follow at once: no fields at all.
    const headEnd = bytes.indexOf("\r\n\r\n", at);
    const end = headEnd < 0 ? -1 : bytes.indexOf(inner, headEnd + 2);
    if (end < 0) return "the last part is not ended by a boundary";
    if (headEnd - at > headBytesMax) return `a part's head is longer than ${headBytesMax} bytes`;
    if (parts.length >= partsMax) return `more than ${partsMax} parts`;
    const head = bytes.toString("utf8", at + 2, headEnd);
    const part = readPart(head, bytes.subarray(Math.min(headEnd + 4, end), end));
    if (part === undefined) {
      return `part ${parts.length + 1} has no Content-Disposition: form-data with one name`;
    }
    parts.push(part);
    at = end + inner.length;
  }
}

function readPart(head: string, body: Buffer): Part | undefined {
  let name: string | undefined;
  let contentType: string | undefined;
  let isFile = false;
  for (const line of head.split("\r\n")) {
    const colon = line.indexOf(":");
    const field = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (field === "content-type") contentType = value;
    if (field !== "content-disposition" || !/^form-data\s*;/i.test(value)) continue;
    for (const [, parameter = "", quoted, plain = ""] of value.matchAll(parameters)) {
      const key = parameter.toLowerCase();
      if (key.startsWith("filename")) isFile = true;
      if (key !== "name") continue;
      // Readers differ in which of two they take.
      if (name !== undefined) return undefined;
      name = unescape(quoted ?? plain);
    }
  }
  return name === undefined ? undefined : { name, contentType, isFile, body };
}

/** Browsers encode quotes and line ends in names so (HTML, multipart/form-data encoding). */
function unescape(name: string): string {
  return name
    .replaceAll(/\\(["\\])/g, "$1")
    .replaceAll(/%22|%0D|%0A/gi, (found) => decodeURIComponent(found));
}

export function joinParts(parts: readonly Part[], boundary: string): Buffer {
  const pieces: Buffer[] = [];
  for (const { name, contentType, isFile, body } of parts) {
    const escaped = name.replaceAll(/["\r\n]/g, encodeURIComponent);
    const file = isFile ? `; filename="${escaped}"` : "";
    const type = contentType === undefined ? "" : `Content-Type: ${contentType}\r\n`;
    const disposition = `Content-Disposition: form-data; name="${escaped}"${file}\r\n`;
    pieces.push(Buffer.from(`--${boundary}\r\n${disposition}${type}\r\n`), body);
    pieces.push(Buffer.from("\r\n"));
  }
  pieces.push(Buffer.from(`--${boundary}--\r\n`));
  return Buffer.concat(pieces);
}
