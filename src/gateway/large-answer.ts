/**
 * An answer with a large list, between dialects: decoded and encoded in parts, as the instance's
 * bytes come. Of each part the items are passed on, of the first what stands before them, too, of
 * the last what stands behind them. What is wrong then can only be told by cutting it off.
 */
import type { Answer, Call, Fault, Reply } from "#call/call.ts";
import type { Contract, Message } from "#contract/contract.ts";
import { createFiller, isSettled, itemsOf, type LargeList } from "#contract/large-list.ts";
import type { LargeAnswer } from "#extension/large-answers.ts";
import type { Face, FaceContext, FaceResponse } from "#extension/protocol.ts";
import type { StreamedAnswer, StreamStep } from "./streamed-answer.ts";

/** Answers up to this are translated whole. */
export const largeBytesMin = 256 * 1024;

const noBytes: Buffer = Buffer.alloc(0);

export interface LargeAnswerOptions {
  readonly contract: Contract;
  readonly call: Call;
  readonly face: Face;
  readonly context: FaceContext;
  /** Of the instance's bytes: what may be held. */
  readonly bytesMax: number;
  readonly rewrite: (answer: Answer) => Reply;
}

export interface BegunAnswer {
  readonly stream: StreamedAnswer;
  /** For the caller, behind the head. */
  readonly bytes: Buffer;
}

/** Undefined: it has to be whole, or something is wrong with it that can still be told. */
export function beginLargeAnswer(
  large: LargeAnswer,
  options: LargeAnswerOptions,
): BegunAnswer | undefined {
  const parts = new Parts(large, options);
  const response = parts.begin();
  if (response === undefined) return undefined;
  const { status, fields } = response;
  let last: Buffer | undefined;
  const stream: StreamedAnswer = {
    status,
    fields,
    push: (more) => parts.push(more),
    finish() {
      const end = parts.finish();
      if (!Buffer.isBuffer(end)) return { bytes: noBytes, fault: end };
      last = end;
      return { bytes: noBytes, fault: undefined };
    },
    end: () => ({ body: last ?? noBytes, trailers: [], ...(last ? {} : { cut: true }) }),
  };
  return { stream, bytes: response.body };
}

class Parts {
  readonly #large: LargeAnswer;
  readonly #options: LargeAnswerOptions;
  readonly #list: LargeList;
  readonly #fill: ReturnType<typeof createFiller>;
  /** What the caller got before the items. */
  #head: Buffer = noBytes;
  #separator = "";
  #count = 0;

  constructor(large: LargeAnswer, options: LargeAnswerOptions) {
    const { contract, call } = options;
    this.#large = large;
    this.#options = options;
    this.#list = large.list;
    this.#fill = createFiller(contract, call.operation.output as Message, large.list);
  }

  /** The answer, with what the first part says up to the end of its items. */
  begin(): FaceResponse | undefined {
    let begun: FaceResponse | undefined;
    this.#large.push(noBytes, (part) => {
      const answer = this.#decode(part, false);
      if (answer.kind === "fault") return;
      if (this.#large.isUnordered && !isSettled(this.#list, answer.output)) return;
      const encoded = this.#encode(answer, false);
      if (encoded.kind === "fault") return;
      const { response, from, to, separator } = encoded;
      this.#head = Buffer.from(response.body.subarray(0, from));
      this.#separator = separator;
      begun = { ...response, body: response.body.subarray(0, to) };
    });
    return begun;
  }

  push(bytes: Buffer): StreamStep {
    let items: Buffer | Fault = noBytes;
    this.#large.push(bytes, (part) => (items = this.#add(part)));
    if (!Buffer.isBuffer(items)) return { bytes: noBytes, fault: items };
    const { bytesMax } = this.#options;
    if (this.#large.heldBytes <= bytesMax) return { bytes: items, fault: undefined };
    const what = "an item of the list, or what stands behind it, has";
    const message = `${what} more than documentBytesMax, ${bytesMax} bytes`;
    return { bytes: items, fault: broken("resource_exhausted", "answer-too-large", message) };
  }

  #add(part: Buffer): Buffer | Fault {
    const answer = this.#decode(part, false);
    if (answer.kind === "fault") return answer;
    const encoded = this.#encode(answer, false);
    if (encoded.kind === "fault") return encoded;
    const { response, from, to } = encoded;
    return this.#behind(response.body, from, to);
  }

  finish(): Buffer | Fault {
    const answer = this.#decode(this.#large.end(), true);
    if (answer.kind === "fault") return answer;
    const { min } = this.#list;
    if (this.#count < min) {
      const message = `the list has ${this.#count} items; expected at least ${min}`;
      return broken("internal", "answer-invalid", message);
    }
    const encoded = this.#encode(answer, true);
    if (encoded.kind === "fault") return encoded;
    const { response, from } = encoded;
    if (!response.body.subarray(0, from).equals(this.#head)) {
      const message = "what came behind the items of a large list should have stood before them";
      return broken("internal", "answer-invalid", message);
    }
    return this.#behind(response.body, from);
  }

  /** Items with a separator before them, which takes the place of what stands there. */
  #behind(body: Buffer, from: number, to?: number): Buffer {
    const start = from - this.#separator.length;
    body.write(this.#separator, start, "latin1");
    return body.subarray(start, to);
  }

  #decode(part: Buffer, isLast: boolean): Reply {
    const reply = this.#large.decode(part, isLast);
    if (reply.kind === "fault") {
      const where =
        this.#count === 0 ? "" : ` (in a part of the answer, behind ${this.#count} items)`;
      return { ...reply, message: `${reply.message}${where}` };
    }
    const { max = Infinity } = this.#list;
    this.#count += itemsOf(this.#list, reply.output)?.length ?? 0;
    if (this.#count <= max) return reply;
    return broken("internal", "answer-invalid", `the list has more than ${max} items`);
  }

  #encode(answer: Answer, isLast: boolean): Encoded | Fault {
    const { face, context, rewrite } = this.#options;
    const output = isLast ? answer.output : this.#fill?.(answer.output);
    if (output === undefined) return unplaced();
    const response = face.encode(rewrite({ ...answer, output }), context);
    if (response.fault !== undefined) return response.fault;
    const place = face.placeOfItems?.(this.#list, response.body, context);
    return place === undefined ? unplaced() : { kind: "encoded", response, ...place };
  }
}

interface Encoded {
  readonly kind: "encoded";
  readonly response: FaceResponse;
  readonly from: number;
  readonly to: number;
  readonly separator: string;
}

function unplaced(): Fault {
  return broken("internal", "answer-invalid", "a part of a large list cannot be told in parts");
}

function broken(faultKind: Fault["faultKind"], code: string, message: string): Fault {
  return { kind: "fault", faultKind, blame: "service", code, message };
}
