/**
 * Answers of a REST service that hold one output after the other: JSON lines, JSON sequences,
 * server-sent events. How another gateway of ours says that its stream broke is read as well.
 */
import { defaultDocumentLimits } from "#base/limits.ts";
import type { Answer, Fault } from "#call/call.ts";
import type { Operation } from "#contract/contract.ts";
import type { DocumentFault } from "#contract/document-fault.ts";
import { createRecord, type Value, type ValueRecord } from "#contract/value.ts";
import type { UpstreamResponse } from "#extension/protocol.ts";
import type { ReplyStream } from "#extension/streams.ts";
import { delimiters, splitDocuments } from "#formats/json/split-documents.ts";
import { readValueSpans } from "#formats/json/value-spans.ts";
import { readEvents, type ServerEvent } from "#formats/sse/read-events.ts";
import { bodyFor } from "./bodies.ts";
import type { BodyCodec } from "./body-codec.ts";
import { asProblems } from "./face-stream.ts";
import { parseMediaType } from "./negotiate.ts";
import { faultOf, restProblems } from "./problems.ts";
import type { RestOperation } from "./rest-operation.ts";
import { framingOf } from "./stream-forms.ts";
import { readHeaders } from "./upstream-decode.ts";

type Head = Pick<UpstreamResponse, "status" | "field">;
type DecodeFault = (operation: Operation, response: UpstreamResponse) => Fault;

const { documentBytesMax } = defaultDocumentLimits;

/** Undefined: it is a fault, or in no form that the contract has. */
export function createRestReplies(
  rest: RestOperation,
  head: Head,
  decodeFault: DecodeFault,
): ReplyStream | undefined {
  const { status } = head;
  if (status < 200 || status > 299) return undefined;
  const [{ bodies, field: name }] = rest.successes;
  const type = parseMediaType(head.field("content-type") ?? "");
  const codec = type && bodyFor(bodies, type);
  const framing = type && framingOf(type.essence);
  if (codec === undefined || framing === undefined) return undefined;
  const headers = readHeaders(rest, head);
  if (headers.kind === "fault") return undefined;
  let count = 0;
  const answer = (document: Buffer): Answer | Fault => {
    const read = codec.read(document, undefined);
    if (read.kind === "fault") return broken(read, count);
    count++;
    const output = name === undefined || name === null ? read.value : recordOf(name, read.value);
    return { kind: "answer", output: output as ValueRecord, headers: headers.record };
  };
  const problem = (body: Buffer): Fault => problemOf(rest.operation, body, decodeFault);
  return framing === "events"
    ? createEventReplies(codec, answer, problem, () => count)
    : createDocumentReplies(delimiters[framing === "lines" ? "line" : "sequence"], {
        answer: (document) => {
          const told = toldIn(document);
          return told === undefined ? answer(document) : problem(told);
        },
        count: () => count,
      });
}

function createDocumentReplies(
  delimiter: number,
  {
    answer,
    count,
  }: { readonly answer: (document: Buffer) => Answer | Fault; readonly count: () => number },
): ReplyStream {
  const splitter = splitDocuments(delimiter, documentBytesMax);
  return {
    push: (bytes) =>
      splitter
        .push(bytes)
        .map((document) =>
          Buffer.isBuffer(document) ? answer(document) : broken(document, count()),
        ),
    last() {
      const rest = splitter.last();
      return rest === undefined ? [] : [answer(rest)];
    },
    end: () => undefined,
  };
}

function createEventReplies(
  codec: BodyCodec,
  answer: (document: Buffer) => Answer | Fault,
  problem: (body: Buffer) => Fault,
  count: () => number,
): ReplyStream {
  const reader = readEvents(documentBytesMax);
  const isWhole = codec.content.wholeEvents === true;
  let isOver = false;
  const replyTo = (event: ServerEvent): readonly (Answer | Fault)[] => {
    const { type, data } = event;
    if (isOver) return [];
    if (isWhole) return [answer(Buffer.from(eventText(event, reader.retryMs())))];
    if (type === "problem" || type === "error") return [problem(Buffer.from(data))];
    isOver = type === "end" || data === "[DONE]";
    return isOver ? [] : [answer(Buffer.from(data))];
  };
  return {
    push: (bytes) =>
      reader
        .push(bytes)
        .flatMap((event) => (event.kind === "event" ? replyTo(event) : [broken(event, count())])),
    end() {
      if (isOver || reader.isBetween()) return undefined;
      const message = `it ends in the middle of an event, behind ${count()} outputs`;
      return faultOf(restProblems["answer-invalid"](`the stream of the service: ${message}`));
    },
  };
}

/** An event as the object that its schema describes (OpenAPI 3.2, Server-Sent Event Streams). */
function eventText({ type, data, lastId }: ServerEvent, retryMs: number | undefined): string {
  return JSON.stringify({
    ...(type === "message" ? {} : { event: type }),
    data,
    ...(lastId === "" ? {} : { id: lastId }),
    ...(retryMs === undefined ? {} : { retry: retryMs }),
  });
}

const mark = Buffer.from('{"problem":{');

/** What a face of ours says last when its stream breaks; undefined: it is an output. */
function toldIn(document: Buffer): Buffer | undefined {
  if (document.indexOf(mark) !== 0) return undefined;
  const spans = readValueSpans(document);
  if (spans.kind !== "object" || spans.members.size !== 1) return undefined;
  const text = spans.members.get("problem");
  // A service may have outputs that look nearly like it.
  return text?.includes('"urn:parlance:problem:') ? Buffer.from(text) : undefined;
}

function problemOf(operation: Operation, body: Buffer, decodeFault: DecodeFault): Fault {
  const spans = readValueSpans(body);
  const told = spans.kind === "object" ? Number(spans.members.get("status") ?? NaN) : NaN;
  const status = told >= 400 && told <= 599 ? told : 500;
  const field = (name: string): string | undefined =>
    name === "content-type" ? "application/problem+json" : undefined;
  return decodeFault(asProblems(operation), { status, field, body });
}

function recordOf(name: string, value: Value): ValueRecord {
  const record = createRecord();
  record[name] = value;
  return record;
}

function broken({ message, place }: DocumentFault, count: number): Fault {
  const detail = `the stream of the service, output ${count + 1}: ${message}`;
  return faultOf(restProblems["answer-invalid"](detail), place);
}
