/** Framing and bodies of a message under given rules (RFC 9112 §6.3, §7.1). */
import type { ReadingRules } from "./message-rules.ts";
import {
  Incomplete,
  readFields,
  readLine,
  Unreadable,
  valuesOf,
  type Line,
  type SeenField,
} from "./read-fields.ts";

export type BodyFraming =
  { readonly kind: "none" | "chunked" } | { readonly kind: "length"; readonly length: number };

/** What the fields say; "none" when they say nothing. */
export function readFraming(fields: readonly SeenField[], rules: ReadingRules): BodyFraming {
  const lengths = valuesOf(fields, "content-length");
  const chunked = isChunked(valuesOf(fields, "transfer-encoding"), rules);
  if (chunked && lengths.length > 0 && rules.bothLengths === "refuse") {
    throw new Unreadable("Content-Length beside Transfer-Encoding");
  }
  if (chunked && (lengths.length === 0 || rules.bothLengths !== "length")) {
    return { kind: "chunked" };
  }
  if (lengths.length === 0) return { kind: "none" };
  if (lengths.length > 1 && rules.lengthLines === "refuse") {
    throw new Unreadable("several Content-Length fields");
  }
  const value = (rules.lengthLines === "last" ? lengths.at(-1) : lengths[0]) as string;
  return { kind: "length", length: readLength(value, rules) };
}

function readLength(value: string, rules: ReadingRules): number {
  if (rules.lengthDigits === "strict") {
    if (!/^\d{1,15}$/.test(value)) throw new Unreadable(`bad Content-Length ${value}`);
    return Number(value);
  }
  const items = value.split(",");
  const item = (rules.lengthLines === "last" ? items.at(-1) : items[0]) as string;
  if (rules.lengthDigits === "digits-only") return Number(value.replace(/\D/g, "") || "0");
  const number = Number.parseInt(item.trim(), 10);
  return Number.isNaN(number) || number < 0 ? 0 : number;
}

function isChunked(values: readonly string[], rules: ReadingRules): boolean {
  if (values.length === 0) return false;
  if (rules.coding === "exact") {
    if (values.length > 1 || !/^chunked$/i.test(values[0] as string)) {
      throw new Unreadable(`Transfer-Encoding is not exactly chunked: ${values.join(", ")}`);
    }
    return true;
  }
  const joined = values.join(",");
  // U+212A KELVIN SIGN lower-cases to k in a reader that decodes UTF-8 first.
  const text = Buffer.from(joined, "latin1").toString("utf8").toLowerCase();
  if (rules.coding === "contains") return text.includes("chunked");
  if (rules.coding === "ignore-unknown") return /^[ \t]*chunked[ \t]*$/.test(joined.toLowerCase());
  const items = joined.toLowerCase().split(",");
  const item = (rules.coding === "first" ? items[0] : items.at(-1)) as string;
  return item.trim() === "chunked";
}

export interface Body {
  readonly body: string;
  readonly trailers: readonly SeenField[];
  readonly complete: boolean;
  readonly next: number;
}

export function readLengthBody(text: string, at: number, length: number): Body {
  const body = text.slice(at, at + length);
  const complete = body.length === length;
  return { body, trailers: [], complete, next: at + body.length };
}

export function readChunkedBody(text: string, from: number, rules: ReadingRules): Body {
  let at = from;
  let body = "";
  try {
    for (;;) {
      const line = readChunkLine(text, at, rules);
      const size = readChunkSize(line.text, rules);
      at = line.next;
      if (size === 0) break;
      const data = text.slice(at, at + size);
      body += data;
      if (data.length < size) throw new Incomplete();
      at = readChunkEnd(text, at + size, rules);
    }
    if (rules.trailers === "stop-at-last-chunk") {
      // Reads on to the empty line without looking at what stands before it.
      const end = text.startsWith("\r\n", at) ? at : text.indexOf("\r\n\r\n", at);
      if (end < 0) throw new Incomplete();
      return { body, trailers: [], complete: true, next: end + (end === at ? 2 : 4) };
    }
    const { fields: trailers, next } = readFields(text, at, rules);
    return { body, trailers, complete: true, next };
  } catch (error) {
    if (!(error instanceof Incomplete)) throw error;
    return { body, trailers: [], complete: false, next: text.length };
  }
}

function readChunkLine(text: string, at: number, rules: ReadingRules): Line {
  if (rules.chunkLineEnd === "crlf-skipping-others") return readLine(text, at, "crlf");
  return readLine(text, at, rules.chunkLineEnd);
}

const strictChunkLine =
  /^([0-9a-fA-F]+)(?:[ \t]*;[ \t]*[\w!#$%&'*+.^`|~-]+(?:[ \t]*=[ \t]*(?:[\w!#$%&'*+.^`|~-]+|"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\t\x20-\x7e\x80-\xff])*"))?)*$/;

function readChunkSize(line: string, rules: ReadingRules): number {
  if (rules.chunkSize === "strict") {
    const digits = strictChunkLine.exec(line)?.[1];
    if (digits === undefined) throw new Unreadable(`bad chunk line ${JSON.stringify(line)}`);
    if (digits.length > 13) throw new Unreadable(`overlong chunk size ${digits}`);
    return Number.parseInt(digits, 16);
  }
  const digits = /^[+\s]*(?:0[xX])?([0-9a-fA-F]+)/.exec(line)?.[1];
  if (digits === undefined) throw new Unreadable(`bad chunk line ${JSON.stringify(line)}`);
  if (rules.chunkSize === "wrap-32-bit") return Number(BigInt(`0x${digits}`) & 0xffffffffn);
  return Number(BigInt(`0x${digits}`));
}

function readChunkEnd(text: string, at: number, rules: ReadingRules): number {
  const crlf = text.startsWith("\r\n", at);
  if (!crlf && text.length < at + 2 && (text.length === at || text[at] === "\r")) {
    throw new Incomplete();
  }
  if (crlf || rules.chunkDataEnd === "any-two") return at + 2;
  if (rules.chunkDataEnd === "optional") return text[at] === "\n" ? at + 1 : at;
  if (rules.chunkDataEnd === "lf" && text[at] === "\n") return at + 1;
  throw new Unreadable("no CRLF behind the data of a chunk");
}
