/**
 * Media types of answers that hold one output after the other (OpenAPI 3.2 calls them sequential),
 * and how the outputs stand in them.
 */
import type { Operation, RestContent, RestSuccess } from "#contract/contract.ts";

/** lines: JSON, one a line; sequence: RFC 7464; events: WHATWG HTML §9.2; array: JSON. */
export type Framing = "lines" | "sequence" | "events" | "array";

const framings: Readonly<Record<string, Framing>> = {
  "application/x-ndjson": "lines",
  "application/ndjson": "lines",
  "application/jsonl": "lines",
  "application/x-jsonlines": "lines",
  "application/stream+json": "lines",
  "application/json-seq": "sequence",
  "application/geo+json-seq": "sequence",
  "text/event-stream": "events",
};

/** Undefined: it holds one document. */
export function framingOf(mediaType: string): Exclude<Framing, "array"> | undefined {
  const [essence = ""] = mediaType.toLowerCase().split(";");
  return framings[essence.trim()] as Exclude<Framing, "array"> | undefined;
}

/** What callers are told of when they send several inputs; other names for lines do as well. */
export const inputMediaTypes = ["application/x-ndjson", "application/json-seq"] as const;

export interface StreamOffer {
  readonly mediaType: string;
  readonly framing: Framing;
  readonly content: RestContent | undefined;
}

const usual: readonly RestContent[] = [
  { mediaType: "application/x-ndjson", format: "json" },
  { mediaType: "text/event-stream", format: "json" },
];

/** As the contract has them; one that knows nothing of them has lines and events. */
function streamContents({ rest }: Pick<Operation, "rest">): readonly RestContent[] {
  const own = (rest?.success.contents ?? []).filter((one) => framingOf(one.mediaType));
  return own.length > 0 ? own : usual;
}

/** Whether callers get one output after the other. */
export function answersStream({ mode }: Operation): boolean {
  return mode === "server-stream" || mode === "bidi";
}

/** The success of such an operation: each output has its body. */
export function streamSuccess(operation: Operation): RestSuccess {
  const { rest } = operation;
  const { status = 200, field } = rest?.success ?? {};
  return { status, field: field ?? undefined, contents: streamContents(operation) };
}

/** What callers are offered: the contract's own forms first, the usual ones, and an array. */
export function streamOffers(operation: Operation): readonly StreamOffer[] {
  const own = streamContents(operation);
  const added = usual.filter(({ mediaType }) => own.every((one) => one.mediaType !== mediaType));
  const offers = [...own, ...added].map((content): StreamOffer => {
    const { mediaType } = content;
    return { mediaType, framing: framingOf(mediaType) ?? "lines", content };
  });
  return [...offers, { mediaType: "application/json", framing: "array", content: undefined }];
}
