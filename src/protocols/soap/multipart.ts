/**
 * MIME multipart/related (RFC 2046 §5.1) as SOAP uses it for XOP and attachments: the
 * parts of a body by their boundary, within limits. Transfer encodings are binary, 7bit, 8bit and
 * base64.
 */
import { refuse } from "./refuse.ts";

export interface MimePart {
  /** Names in lower case. */
  readonly fields: ReadonlyMap<string, string>;
  /** Without its angle brackets; "" for none. */
  readonly contentId: string;
  readonly content: Buffer;
}

const partsMax = 1_000;
const headBytesMax = 16 * 1024;
const fieldsMax = 50;

export function parseMultipart(body: Buffer, boundary: string): readonly MimePart[] {
  if (!/^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/.test(boundary)) {
    refuse("soap-attachment", "the boundary of the multipart message is missing or malformed");
  }
  const delimiter = Buffer.from(`\r\n--${boundary}`, "latin1");
  const parts: MimePart[] = [];
  // The first delimiter may begin the body, without the line end that belongs to all others.
  const begins = body.subarray(0, delimiter.length - 2).equals(delimiter.subarray(2));
  let at = begins ? -2 : body.indexOf(delimiter);
  if (at === -1) refuse("soap-attachment", "the multipart message does not have its boundary");
  for (;;) {
    let from = at + delimiter.length;
    if (body[from] === 0x2d && body[from + 1] === 0x2d) return parts;
    while (body[from] === 0x20 || body[from] === 0x09) from++;
    if (body[from] !== 0x0d || body[from + 1] !== 0x0a) {
      refuse("soap-attachment", "a boundary of the multipart message is followed by other text");
    }
    if (parts.length >= partsMax) {
      refuse("soap-attachment", `the multipart message has more than ${partsMax} parts (partsMax)`);
    }
    const next = body.indexOf(delimiter, from);
    if (next < 0) refuse("soap-attachment", "the multipart message ends within a part");
    parts.push(readPart(body.subarray(from, next), parts.length + 1));
    at = next;
  }
}

/** @param bytes from the line end behind the boundary. */
function readPart(bytes: Buffer, number: number): MimePart {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd < 0 || headEnd > headBytesMax) {
    refuse("soap-attachment", `part ${number}: its fields are not ended by an empty line`);
  }
  const fields = readFields(bytes.toString("latin1", 2, headEnd), number);
  const content = bytes.subarray(headEnd + 4);
  const contentId = (fields.get("content-id") ?? "").replace(/^<(.*)>$/, "$1");
  return { fields, contentId, content: decodeTransfer(content, fields, number) };
}

function readFields(head: string, number: number): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  const lines = head === "" ? [] : head.replace(/\r\n[ \t]+/g, " ").split("\r\n");
  if (lines.length > fieldsMax) {
    refuse("soap-attachment", `part ${number} has more than ${fieldsMax} fields (fieldsMax)`);
  }
  for (const line of lines) {
    const [, name, value] = /^([!-9;-~]+)[ \t]*:[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined || value === undefined || fields.has(name.toLowerCase())) {
      refuse("soap-attachment", `part ${number}: a field is malformed or stands twice`);
    }
    fields.set(name.toLowerCase(), value);
  }
  return fields;
}

function decodeTransfer(
  content: Buffer,
  fields: ReadonlyMap<string, string>,
  number: number,
): Buffer {
  const encoding = (fields.get("content-transfer-encoding") ?? "binary").toLowerCase();
  if (["binary", "7bit", "8bit"].includes(encoding)) return content;
  const text = encoding === "base64" ? content.toString("latin1").replace(/[\r\n \t]/g, "") : "?";
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) {
    const expected = "expected binary, 7bit, 8bit or valid base64";
    refuse("soap-attachment", `part ${number}: ${expected}, found ${encoding.slice(0, 40)}`);
  }
  return Buffer.from(text, "base64");
}

/** By Content-ID. A `cid:` URL is its percent-encoded form. */
export function findPart(parts: readonly MimePart[], url: string): MimePart | undefined {
  if (!/^cid:/i.test(url)) return undefined;
  const written = url.slice(4);
  const plain = parts.find(({ contentId }) => contentId === written);
  if (plain !== undefined) return plain;
  try {
    const decoded = decodeURIComponent(written);
    return parts.find(({ contentId }) => contentId === decoded);
  } catch {
    return undefined;
  }
}
