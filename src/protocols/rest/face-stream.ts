/**
 * Answers of several outputs: a JSON document a line (ndjson.org), JSON sequences (RFC 7464),
 * server-sent events (WHATWG HTML §9.2), or one JSON array. A stream that breaks says so in its
 * last document or event; an array, which has no place for it, is cut off.
 */
import type { Fault } from "#call/call.ts";
import type { Contract, Operation } from "#contract/contract.ts";
import { orFault } from "#contract/document-fault.ts";
import type { Value, ValueRecord } from "#contract/value.ts";
import type { FaceContext } from "#extension/protocol.ts";
import type { AnswerStream } from "#extension/streams.ts";
import { compileJsonWriter } from "#formats/json/compile-writer.ts";
import { writeEvent } from "#formats/sse/write-event.ts";
import type { EncodeFault, FaultForm } from "./faults.ts";
import { chooseOffer } from "./negotiate.ts";
import { faultOf, restProblems } from "./problems.ts";
import { fieldsOfMessage } from "./rest-binding.ts";
import { streamOffers, streamSuccess, type Framing, type StreamOffer } from "./stream-forms.ts";

/** Undefined: Accept names none of them. */
export function streamOfferFor(
  operation: Operation,
  accept: string | undefined,
): StreamOffer | undefined {
  return chooseOffer(accept, streamOffers(operation));
}

export function createAnswerStream(
  contract: Contract,
  context: FaceContext,
  form: FaultForm & { readonly stream: StreamOffer },
  encodeFault: EncodeFault,
): AnswerStream {
  const operation = context.operation as Operation;
  const { mediaType, framing } = form.stream;
  const write = compileItem(contract, operation, form.stream);
  let count = 0;
  return {
    status: streamSuccess(operation).status,
    fields: [
      ["content-type", mediaType],
      ["cache-control", "no-store"],
      ["vary", "Accept"],
    ],
    item({ output }) {
      const written = orFault(() => write(output));
      if (typeof written !== "string") {
        const { message, place } = written;
        return faultOf(restProblems["answer-not-encodable"](`${mediaType}: ${message}`), place);
      }
      const bytes = Buffer.from(framed(written, framing, count));
      count++;
      return bytes;
    },
    end(fault) {
      const trailers = [] as const;
      if (fault === undefined) return { body: Buffer.from(closing(framing, count)), trailers };
      if (framing === "array") return { body: Buffer.alloc(0), trailers, cut: true };
      const problem = problemText(fault, context, form, encodeFault);
      const text =
        framing === "events"
          ? writeEvent({ type: "problem", data: problem })
          : framed(`{"problem":${problem}}`, framing, count);
      return { body: Buffer.from(text), trailers };
    },
  };
}

/** An output as its document; of events, the whole event. */
function compileItem(
  contract: Contract,
  operation: Operation,
  { framing, content }: StreamOffer,
): (output: ValueRecord) => string {
  const { field: name } = streamSuccess(operation);
  const message = operation.output?.type ?? ({ kind: "record", fields: [] } as const);
  const field = fieldsOfMessage(contract, message).find((one) => one.name === name);
  const write = compileJsonWriter(contract, field?.type ?? message, {});
  const valueOf = (output: ValueRecord): Value | undefined =>
    name === undefined || name === null ? output : output[name];
  const json = (output: ValueRecord): string => {
    const value = valueOf(output);
    return value === undefined || value === null ? "null" : write(value);
  };
  if (framing !== "events") return json;
  if (content?.format === "text") {
    return (output) => writeEvent({ data: textOf(valueOf(output)) });
  }
  if (content?.wholeEvents === true) return (output) => writeEvent(eventOf(output));
  return (output) => writeEvent({ data: json(output) });
}

function eventOf({ event, data, id, retry }: ValueRecord): Parameters<typeof writeEvent>[0] {
  const line = (value: Value | undefined): string => textOf(value).replaceAll(/[\r\n\0]/g, " ");
  return {
    ...(event === undefined || event === null ? {} : { type: line(event) }),
    ...(id === undefined || id === null ? {} : { id: line(id) }),
    ...(retry === undefined || retry === null ? {} : { retryMs: Number(retry) }),
    data: textOf(data),
  };
}

function textOf(value: Value | undefined): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}

function framed(document: string, framing: Framing, count: number): string {
  switch (framing) {
    case "events":
      return document;
    case "lines":
      return `${document}\n`;
    case "sequence":
      return `\u001e${document}\n`;
    case "array":
      return `${count === 0 ? "[" : ","}${document}`;
  }
}

/** Readers of events come again by themselves, unless they are told that this was all. */
function closing(framing: Framing, count: number): string {
  if (framing === "events") return writeEvent({ type: "end", data: "" });
  return framing === "array" ? (count === 0 ? "[]" : "]") : "";
}

/** Always a problem document: what else the contract has may look like an output. */
function problemText(
  fault: Fault,
  { operation, exchangeId }: FaceContext,
  { accept }: FaultForm,
  encodeFault: EncodeFault,
): string {
  const form = { accept, xml: false };
  const { body } = encodeFault(fault, operation && asProblems(operation), form, exchangeId);
  return body.toString("utf8").replaceAll(/[\r\n]+/g, " ");
}

/** The operation with its faults as problem documents. */
export function asProblems(operation: Operation): Operation {
  const faults = operation.faults.map((fault) => {
    const { contents: _, ...bare } = fault;
    return bare;
  });
  return { ...operation, faults };
}
