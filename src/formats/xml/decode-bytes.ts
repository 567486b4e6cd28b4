/**
 * Bytes of an XML document to its characters: byte order mark, charset of the transport, XML
 * declaration, in this order (RFC 7303 §3). Malformed bytes and other encodings are refused.
 */
import { isAscii, isUtf8 } from "node:buffer";
import type { DocumentLimits } from "#base/limits.ts";
import { DocumentFailure } from "#contract/document-fault.ts";

type Encoding = "UTF-8" | "UTF-16LE" | "UTF-16BE" | "ISO-8859-1" | "US-ASCII" | "windows-1252";

const labels: Readonly<Record<string, Encoding>> = {
  "utf-8": "UTF-8",
  utf8: "UTF-8",
  "iso-8859-1": "ISO-8859-1",
  latin1: "ISO-8859-1",
  "us-ascii": "US-ASCII",
  ascii: "US-ASCII",
  "windows-1252": "windows-1252",
  cp1252: "windows-1252",
};

/** windows-1252 from 0x80 to 0x9F; a space where it defines nothing. */
const cp1252 = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

export interface DecodedXml {
  readonly text: string;
  /** Encoding by mark, charset or declaration. */
  readonly encoding: string;
}

/** Throws DocumentFailure. `charset` is the parameter of the media type, if it has one. */
export function decodeXmlBytes(
  bytes: Uint8Array,
  charset?: string,
  limits?: DocumentLimits,
): DecodedXml {
  if (limits !== undefined && bytes.length > limits.documentBytesMax) failSize(limits);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const marked = byteOrderMark(buffer);
  const declared = marked === undefined ? declaredEncoding(buffer) : undefined;
  if (marked === undefined) refuseUnmarked(buffer);
  const encoding = marked ?? encodingOf(charset, "charset") ?? encodingOf(declared, "encoding");
  const text = decode(buffer, encoding ?? "UTF-8", marked !== undefined);
  if (marked !== undefined) checkAgreement(marked, declarationIn(text));
  return { text, encoding: encoding ?? "UTF-8" };
}

function byteOrderMark(buffer: Buffer): Encoding | undefined {
  if (buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf) return "UTF-8";
  if (buffer[0] === 0xff && buffer[1] === 0xfe) {
    if (buffer[2] === 0 && buffer[3] === 0) return refuse("UTF-32 is not read");
    return "UTF-16LE";
  }
  if (buffer[0] === 0xfe && buffer[1] === 0xff) return "UTF-16BE";
  return undefined;
}

/** XML 1.0 appendix F: what begins like this is in an encoding that is not read. */
function refuseUnmarked(buffer: Buffer): void {
  const [a, b, c, d] = buffer;
  if (a === 0 || (a === 0x3c && b === 0)) {
    refuse("it looks like UTF-16 or UTF-32 without a byte order mark");
  }
  if (a === 0x4c && b === 0x6f && c === 0xa7 && d === 0x94) refuse("EBCDIC is not read");
}

function declaredEncoding(buffer: Buffer): string | undefined {
  return buffer[0] === 0x3c && buffer[1] === 0x3f
    ? declarationIn(buffer.toString("latin1", 0, Math.min(buffer.length, 256)))
    : undefined;
}

function declarationIn(text: string): string | undefined {
  return /^<\?xml[ \t\r\n][^>]{0,200}?encoding[ \t\r\n]*=[ \t\r\n]*["']([\w.-]+)["']/.exec(
    text,
  )?.[1];
}

function encodingOf(label: string | undefined, source: string): Encoding | undefined {
  if (label === undefined) return undefined;
  const lower = label.toLowerCase();
  const encoding = labels[lower];
  if (encoding !== undefined) return encoding;
  if (lower.startsWith("utf-16")) {
    return refuse(`the ${source} says ${label}, but there is no byte order mark`);
  }
  return refuse(`${source} "${label.slice(0, 40)}" is not read`);
}

function checkAgreement(marked: Encoding, declared: string | undefined): void {
  if (declared === undefined) return;
  const family = marked === "UTF-8" ? /^utf-?8$/i : /^utf-?16/i;
  if (!family.test(declared)) {
    refuse(`the byte order mark says ${marked}, the declaration says ${declared}`);
  }
}

function decode(buffer: Buffer, encoding: Encoding, marked: boolean): string {
  switch (encoding) {
    case "UTF-8": {
      const start = marked ? 3 : 0;
      if (isAscii(buffer)) return buffer.toString("latin1", 0, buffer.length);
      if (!isUtf8(buffer)) return refuse("it is not valid UTF-8", malformedAt(buffer));
      return buffer.toString("utf8", start, buffer.length);
    }
    case "UTF-16LE":
    case "UTF-16BE":
      return decodeUtf16(buffer, encoding === "UTF-16LE" ? "utf-16le" : "utf-16be");
    case "ISO-8859-1":
      return buffer.toString("latin1", 0, buffer.length);
    case "US-ASCII":
      if (isAscii(buffer)) return buffer.toString("latin1", 0, buffer.length);
      return refuse(
        "it is not US-ASCII",
        lineOf(buffer, (byte) => byte > 127),
      );
    case "windows-1252":
      return decodeCp1252(buffer);
  }
}

function decodeUtf16(buffer: Buffer, label: string): string {
  try {
    return new TextDecoder(label, { fatal: true }).decode(buffer);
  } catch {
    return refuse("it is not valid UTF-16");
  }
}

function decodeCp1252(buffer: Buffer): string {
  const text = buffer.toString("latin1", 0, buffer.length);
  return text.replace(/[\x80-\x9f]/g, (character) => {
    const found = cp1252.charAt(character.charCodeAt(0) - 0x80);
    return found === " " ? refuse("it is not valid windows-1252") : found;
  });
}

/** Line of the first malformed byte: whole lines are valid or not on their own. */
function malformedAt(buffer: Buffer): number {
  let start = 0;
  for (let line = 1; ; line += 1) {
    const end = buffer.indexOf(10, start);
    const stop = end < 0 ? buffer.length : end;
    if (end < 0 || !isUtf8(buffer.subarray(start, stop))) return line;
    start = end + 1;
  }
}

function lineOf(buffer: Buffer, bad: (byte: number) => boolean): number {
  let line = 1;
  for (const byte of buffer) {
    if (bad(byte)) return line;
    if (byte === 10) line += 1;
  }
  return line;
}

function refuse(why: string, line = 1): never {
  const expected = "expected UTF-8, UTF-16 with a mark, ISO-8859-1, US-ASCII or windows-1252";
  throw new DocumentFailure({
    kind: "fault",
    code: "unsupported-encoding",
    message: `the XML document cannot be decoded: ${why} (line ${line}); ${expected}`,
    place: "",
    line,
    column: 1,
  });
}

function failSize({ documentBytesMax }: DocumentLimits): never {
  const message = `the document is longer than ${documentBytesMax} bytes (documentBytesMax)`;
  throw new DocumentFailure({ kind: "fault", code: "limit-exceeded", message, place: "" });
}
