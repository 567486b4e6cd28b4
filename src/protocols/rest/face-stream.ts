/**
 * Answers of several outputs: a JSON document a line (ndjson.org), server-sent events (WHATWG HTML
 * §9.2), or one JSON array. A stream that breaks says so in its last line or event; an array, which
 * has no place for it, is cut off.
 */
import type { Fault } from "#call/call.ts";
import type { Contract, Operation } from "#contract/contract.ts";
import type { FaceContext } from "#extension/protocol.ts";
import type { AnswerStream } from "#extension/streams.ts";
import { compileJsonWriter } from "#formats/json/compile-writer.ts";
import { writeEvent } from "#formats/sse/write-event.ts";
import type { EncodeFault, FaultForm } from "./faults.ts";
import { chooseOffer } from "./negotiate.ts";

export type StreamForm = "application/x-ndjson" | "text/event-stream" | "application/json";

const forms: readonly { readonly mediaType: StreamForm }[] = [
  { mediaType: "application/x-ndjson" },
  { mediaType: "text/event-stream" },
  { mediaType: "application/json" },
];

export const streamForms = forms.map(({ mediaType }) => mediaType);

/** Undefined: Accept names none of them. */
export function streamFormOf(accept: string | undefined): StreamForm | undefined {
  return chooseOffer(accept, forms)?.mediaType;
}

export function createAnswerStream(
  contract: Contract,
  context: FaceContext,
  form: FaultForm & { readonly stream: StreamForm },
  encodeFault: EncodeFault,
): AnswerStream {
  const operation = context.operation as Operation;
  const write = compileJsonWriter(contract, outputType(operation), {});
  const { stream } = form;
  let count = 0;
  const framed = (document: string): string => {
    if (stream === "text/event-stream") return writeEvent({ data: document });
    if (stream === "application/x-ndjson") return `${document}\n`;
    return `${count === 0 ? "[" : ","}${document}`;
  };
  return {
    status: 200,
    fields: [
      ["content-type", stream],
      ["cache-control", "no-store"],
      ["vary", "Accept"],
    ],
    item({ output }) {
      const bytes = Buffer.from(framed(write(output)));
      count++;
      return bytes;
    },
    end(fault) {
      const trailers = [] as const;
      if (fault === undefined) return { body: Buffer.from(closing(stream, count)), trailers };
      if (stream === "application/json") return { body: Buffer.alloc(0), trailers, cut: true };
      const problem = problemText(fault, context, form, encodeFault);
      const event = writeEvent({ type: "problem", data: problem });
      const line = `{"problem":${problem}}\n`;
      return { body: Buffer.from(stream === "text/event-stream" ? event : line), trailers };
    },
  };
}

function outputType({ output }: Operation) {
  return output?.type ?? ({ kind: "record", fields: [] } as const);
}

/** Readers of events come again by themselves, unless they are told that this was all. */
function closing(stream: StreamForm, count: number): string {
  if (stream === "text/event-stream") return writeEvent({ type: "end", data: "" });
  return stream === "application/json" ? (count === 0 ? "[]" : "]") : "";
}

function problemText(
  fault: Fault,
  { operation, exchangeId }: FaceContext,
  { accept }: FaultForm,
  encodeFault: EncodeFault,
): string {
  const { body } = encodeFault(fault, operation, { accept, xml: false }, exchangeId);
  // What the contract has as its fault's own body may be no JSON.
  const text = body.toString("utf8");
  return text.startsWith("{") ? text.replaceAll(/[\r\n]+/g, " ") : JSON.stringify(text);
}
