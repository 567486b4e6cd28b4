/** JSON that is carried as text, looked through before it is let into a document. */
import { defaultDocumentLimits } from "#base/limits.ts";
import type { Value } from "#contract/value.ts";
import { JsonRefusal, peek, type Cursor } from "./cursor.ts";
import { skipValue } from "./skip.ts";
import { writeString } from "./write-string.ts";

/** Carried JSON stays as it is; from another dialect anything may come, which becomes a string. */
export function writeRaw(value: Value): string {
  const json = value as string;
  const limits = { ...defaultDocumentLimits, depthMax: 500 };
  const cursor: Cursor = { text: json, limits, mentionsTypes: false, at: 0, depth: 0, nodes: 0 };
  try {
    skipValue(cursor);
    if (Number.isNaN(peek(cursor))) return json;
  } catch (error) {
    if (!(error instanceof JsonRefusal)) throw error;
  }
  return writeString(json);
}
