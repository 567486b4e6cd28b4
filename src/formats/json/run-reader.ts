/** Runs a reader over the bytes of one document, of which there may be as many as limits allow. */
import type { DocumentLimits } from "#base/limits.ts";
import type { DocumentFault } from "#contract/document-fault.ts";
import type { Value } from "#contract/value.ts";
import { JsonRefusal, type Cursor } from "./cursor.ts";
import { faultOf } from "./place.ts";
import { readDocument } from "./read-document.ts";

/** @param mentionsTypes whether the text may name types of records; nobody asks when absent. */
export function runReader<T extends Value>(
  bytes: Buffer,
  limits: DocumentLimits,
  read: (cursor: Cursor) => T,
  mentionsTypes?: (text: string) => boolean,
): { readonly kind: "value"; readonly value: T } | DocumentFault {
  const { documentBytesMax } = limits;
  if (bytes.length > documentBytesMax) {
    const message = `a document of more than documentBytesMax, ${documentBytesMax} bytes`;
    return faultOf("", new JsonRefusal(message, 0, "limit-exceeded"));
  }
  return readDocument(bytes, limits, read, mentionsTypes);
}
