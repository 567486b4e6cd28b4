/** The fields of an instance's answer that its caller gets, for those who look on. */
import type { Fields } from "#extension/protocol.ts";
import { droppedFromResponses, visitFields } from "#wire/forwarded-fields.ts";
import type { ResponseHead } from "#wire/head.ts";

/** Names in lower case. */
export function forwardedFields(head: ResponseHead): Fields {
  const fields: (readonly [string, string])[] = [];
  visitFields(head, droppedFromResponses, (name, value) => fields.push([name, value]));
  return fields;
}
