/** After how many seconds an instance wants to be asked again. */
import type { ResponseHead } from "#wire/head.ts";

/** RFC 9110 §10.2.3; a date says nothing that clocks which differ could agree on. */
export function retryAfterOf(head: ResponseHead): number | undefined {
  const value = head.field("retry-after");
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}
