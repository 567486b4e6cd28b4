/**
 * Conversations of more than one message, item by item as they come: what a face and an upstream
 * add for them. All of it is called with bytes at hand and waits for nothing; who calls it sees to
 * back-pressure, limits and ends.
 */
import type { Answer, Call, Fault } from "#call/call.ts";
import type { ValueRecord } from "#contract/value.ts";
import type { Fields, UpstreamRequest } from "./protocol.ts";

/** A face that answers with one output after the other. */
export interface AnswerStream {
  readonly status: number;
  readonly fields: Fields;
  /** One output; a fault when the dialect has no place for a value of it. */
  readonly item: (answer: Answer) => Buffer | Fault;
  /** Of a stream that is whole, or broken by a fault. */
  readonly end: (fault: Fault | undefined) => StreamEnd;
}

/** What the caller gets last. */
export interface StreamEnd {
  readonly body: Buffer;
  readonly trailers: Fields;
  /** The form has no place for the fault: it is seen by the answer's being cut off. */
  readonly cut?: boolean;
}

export interface Input {
  readonly kind: "input";
  readonly input: ValueRecord;
}

/** A face whose callers send one input after the other (client-stream, bidi). */
export interface InputStream {
  /**
   * The inputs that these bytes complete; a fault ends the stream. What is left over is kept. The
   * bytes are read at once, inputs may be decoded when they are asked for.
   */
  readonly push: (bytes: Buffer) => Iterable<Input | Fault>;
  /** The inputs that only the end of the bytes completes; asked once, before `end`. */
  readonly last?: () => Iterable<Input | Fault>;
  /** No more bytes come. */
  readonly end: () => Fault | undefined;
}

/** An upstream that sends one input after the other. */
export interface RequestStream {
  /** Its body is what goes before the first input. */
  readonly head: UpstreamRequest;
  readonly item: (input: ValueRecord) => Buffer | Fault;
  readonly end: () => Buffer;
}

/** An upstream whose instances answer with one output after the other. */
export interface ReplyStream {
  /** The outputs that these bytes complete; a fault ends the stream. What is left over is kept. */
  readonly push: (bytes: Buffer) => readonly (Answer | Fault)[];
  /** Whether no output follows, whatever bytes may: the instance's end is not waited for. */
  readonly isOver?: () => boolean;
  /** The outputs that only the end of the bytes completes; asked once, before `end`. */
  readonly last?: () => readonly (Answer | Fault)[];
  /** No more bytes come. @returns why the stream is not whole, or the fault that it ended with. */
  readonly end: (trailer: (lowerCaseName: string) => string | undefined) => Fault | undefined;
}

export interface UpstreamStreams {
  /** For operations whose inputs come one by one. The call's own input is empty. */
  readonly encodeInputs?: (call: Call) => RequestStream | Fault;
  /** For operations whose outputs come one by one; undefined: this answer is whole, or a fault. */
  readonly decodeOutputs?: (
    response: { readonly status: number; readonly field: (name: string) => string | undefined },
    call: Call,
  ) => ReplyStream | undefined;
}
