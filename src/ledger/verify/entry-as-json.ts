/** An entry as JSON says it. */
import { decodeEntry } from "#ledger/entry/decode-entry.ts";

/** What this version does not understand is kept as it is, in base64. */
export function entryAsJson(bytes: Buffer): object {
  const entry = decodeEntry(bytes);
  if (entry.kind !== "opaque" && entry.kind !== "malformed") return entry;
  return { ...entry, bytes: bytes.toString("base64") };
}
