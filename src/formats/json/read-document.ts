/** One whole document, nothing behind it: what is refused becomes a fault with its place. */
import type { DocumentLimits } from "#base/limits.ts";
import type { DocumentFault } from "#contract/document-fault.ts";
import { JsonRefusal, peek, unexpected, type Cursor } from "./cursor.ts";
import { decodeJsonBytes } from "./decode-bytes.ts";
import { faultOf } from "./place.ts";

/** @param mentionsTypes whether the text may name types of records; nobody asks when absent. */
export function readDocument<T>(
  source: Buffer | string,
  limits: DocumentLimits,
  read: (cursor: Cursor) => T,
  mentionsTypes?: (text: string) => boolean,
): { readonly kind: "value"; readonly value: T } | DocumentFault {
  let text = "";
  try {
    text = typeof source === "string" ? source : decodeJsonBytes(source);
    const mentions = mentionsTypes?.(text) === true;
    const cursor: Cursor = { text, limits, mentionsTypes: mentions, at: 0, depth: 0, nodes: 0 };
    if (Number.isNaN(peek(cursor))) {
      throw new JsonRefusal("the document is empty; expected JSON", 0);
    }
    const value = read(cursor);
    peek(cursor);
    if (cursor.at < text.length) throw unexpected(cursor, "`the end of the document`");
    return { kind: "value", value };
  } catch (error) {
    if (error instanceof JsonRefusal) return faultOf(text, error);
    throw error;
  }
}
