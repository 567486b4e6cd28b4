/** RFC 9110 §10.1.4: whether the sender of a request takes trailers behind the answer. */
import { fieldNames } from "./field-names.ts";
import type { RequestHead } from "./head.ts";

export function takesTrailers(head: RequestHead): boolean {
  return head.has(fieldNames.te) && /\btrailers\b/i.test(head.value(fieldNames.te) ?? "");
}
