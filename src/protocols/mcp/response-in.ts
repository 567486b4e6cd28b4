/** The response of JSON-RPC in what a server sends: a document, or one event of several. */
import { defaultDocumentLimits } from "#base/limits.ts";
import type { UpstreamResponse } from "#extension/protocol.ts";
import { readValueSpans } from "#formats/json/value-spans.ts";
import { readEvents } from "#formats/sse/read-events.ts";

export type FoundResponse =
  | { readonly kind: "response"; readonly members: ReadonlyMap<string, string> }
  | { readonly kind: "fault"; readonly message: string };

/** @returns undefined: nothing of the kind is there. */
export function responseIn(
  { field, body }: UpstreamResponse,
  requestId: string,
): FoundResponse | undefined {
  return isStream(field) ? inEvents(body, requestId) : inDocument(body, requestId);
}

/** Streamable HTTP: a server should end the stream behind its response, and some do not. */
export function watchResponse(
  { field }: Pick<UpstreamResponse, "field">,
  requestId: string,
): ((bytes: Buffer) => boolean) | undefined {
  if (!isStream(field)) return undefined;
  const reader = readEvents(defaultDocumentLimits.documentBytesMax);
  return (bytes) =>
    reader.push(bytes).some((event) => {
      return event.kind === "fault" || inDocument(event.data, requestId)?.kind === "response";
    });
}

function isStream(field: UpstreamResponse["field"]): boolean {
  return /^[ \t]*text\/event-stream/i.test(field("content-type") ?? "");
}

function inDocument(body: Buffer | string, requestId: string): FoundResponse | undefined {
  const spans = readValueSpans(body);
  if (spans.kind === "fault") return undefined;
  if (spans.kind !== "object" || !spans.members.has("jsonrpc")) return undefined;
  const { members } = spans;
  // Servers number what they ask as they like, a ping on the way may have our id.
  if (members.has("method")) return { kind: "fault", message: "it asks, and does not respond" };
  const id = members.get("id");
  // An error about a request that could not be read has no id.
  const isOurs = id === requestId || (members.has("error") && (id === undefined || id === "null"));
  return isOurs
    ? { kind: "response", members }
    : { kind: "fault", message: "its id is not that of the request" };
}

/** Notifications on the way are of progress, and nobody here has asked for it. */
function inEvents(body: Buffer, requestId: string): FoundResponse {
  const reader = readEvents(defaultDocumentLimits.documentBytesMax);
  const events = reader.push(body);
  for (const event of events) {
    if (event.kind === "fault") return { kind: "fault", message: event.message };
    const found = inDocument(event.data, requestId);
    if (found?.kind === "response") return found;
  }
  return { kind: "fault", message: "the stream of events ends without a response" };
}
