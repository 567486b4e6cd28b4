/** What one message may be, as the gateway is configured. */
import { defaultDocumentLimits, type DocumentLimits } from "#base/limits.ts";
import type { ServiceContract } from "#extension/protocol.ts";

export function documentLimitsOf({ documentBytesMax }: ServiceContract): DocumentLimits {
  return documentBytesMax === undefined
    ? defaultDocumentLimits
    : { ...defaultDocumentLimits, documentBytesMax };
}
