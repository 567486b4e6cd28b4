/**
 * Requests of several inputs: a JSON document a line (ndjson.org), or JSON sequences (RFC 7464), as
 * they come. What the address and the header fields say holds for each of them.
 */
import { defaultDocumentLimits } from "#base/limits.ts";
import type { Call, Fault } from "#call/call.ts";
import { setMember } from "#contract/member-path.ts";
import { createRecord, type ValueRecord } from "#contract/value.ts";
import type { FaceRequest } from "#extension/protocol.ts";
import type { Input, InputStream } from "#extension/streams.ts";
import { delimiters, splitDocuments } from "#formats/json/split-documents.ts";
import type { BodyCodec } from "./body-codec.ts";
import { bodyOutcome } from "./face-decode.ts";
import { parseMediaType } from "./negotiate.ts";
import { faultOf, restProblems } from "./problems.ts";
import type { RestOperation } from "./rest-operation.ts";
import { framingOf, inputMediaTypes } from "./stream-forms.ts";

/** What is kept of a request until its inputs come. */
export interface AskedInputs {
  readonly rest: RestOperation;
  readonly delimiter: number;
  /** Fields that the address says. */
  readonly shared: Call["input"];
}

/** Undefined: the operation has no body that inputs could stand in. */
export function itemCodecOf({ requestBodies }: RestOperation): BodyCodec | undefined {
  return requestBodies.find(({ content }) => content.format === "json");
}

/** How inputs are told apart in the body. */
export function delimiterOf(request: FaceRequest): number | Fault {
  const contentType = request.field("content-type");
  const type = contentType === undefined ? undefined : parseMediaType(contentType);
  const framing = type && framingOf(type.essence);
  if (framing === "lines") return delimiters.line;
  if (framing === "sequence") return delimiters.sequence;
  const found = contentType === undefined ? "none" : `\`${contentType.slice(0, 100)}\``;
  const detail = `the Content-Type must be one of ${inputMediaTypes.join(", ")}; found ${found}`;
  return faultOf(restProblems["media-type-unsupported"](detail));
}

export function createRestInputs({ rest, delimiter, shared }: AskedInputs): InputStream {
  const codec = itemCodecOf(rest) as BodyCodec;
  const field = rest.binding.body?.field;
  const splitter = splitDocuments(delimiter, defaultDocumentLimits.documentBytesMax);
  let count = 0;
  const inputOf = (document: Buffer): Input | Fault => {
    count++;
    const read = bodyOutcome(codec.read(document, undefined), field);
    if (read.kind === "fault") return { ...read, message: `input ${count}: ${read.message}` };
    const input = Object.assign(createRecord(), shared);
    if (field === undefined)
      return { kind: "input", input: Object.assign(read.value as ValueRecord, input) };
    setMember(input, rest.bodySteps ?? [], read.value);
    return { kind: "input", input };
  };
  function* inputsOf(documents: ReturnType<typeof splitter.push>): Iterable<Input | Fault> {
    for (const document of documents) {
      yield Buffer.isBuffer(document) ? inputOf(document) : tooLarge(document.message);
    }
  }
  return {
    // What comes stands in a buffer that is used again, and is decoded later.
    push: (bytes) => inputsOf(splitter.push(Buffer.from(bytes))),
    last() {
      const left = splitter.last();
      return inputsOf(left === undefined ? [] : [left]);
    },
    end: () => undefined,
  };
}

function tooLarge(message: string): Fault {
  return faultOf(restProblems["input-too-large"](message));
}
