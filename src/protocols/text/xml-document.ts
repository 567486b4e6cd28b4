/** XML of a program in the character set that its contract names, for readers of XML. */
import { decodeMessage, type TextCharset } from "#formats/delimited-text/charset.ts";

/** As it is where XML itself tells what it is in. Throws DocumentFailure. */
export function xmlDocument(charset: TextCharset, bytes: Buffer): Buffer | string {
  const mark = bytes.toString("latin1", 0, 3);
  const isMarked = /^(?:\xEF\xBB\xBF|\xFF\xFE|\xFE\xFF)/.test(mark);
  return charset.name === "utf-8" || isMarked ? bytes : decodeMessage(charset, bytes);
}
