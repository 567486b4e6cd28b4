/**
 * An answer with a large list, between dialects: decoded and encoded in parts, each with some of the
 * items, as the instance's bytes come. Of each part that is encoded the items alone are passed on;
 * of the first what stands before them, too, of the last what stands behind them. So no more is held
 * than a window. What turns out wrong then can only be told by cutting the answer off.
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
  const [first, ...others] = large.push(noBytes);
  if (first === undefined) return undefined;
  const response = parts.begin(first);
  if (response === undefined) return undefined;
  const bytes = [response.bytes];
  for (const other of others) {
    const items = parts.add(other);
    if (!Buffer.isBuffer(items)) return undefined;
    bytes.push(items);
  }
  const { status, fields } = response.response;
  let last: Buffer | undefined;
  const stream: StreamedAnswer = {
    status,
    fields,
    push: (more) => parts.push(more),
    finish() {
      const end = parts.finish();
      if (!Buffer.isBuffer(end)) return end;
      last = end;
      return undefined;
    },
    end: () => ({ body: last ?? noBytes, trailers: [], ...(last ? {} : { cut: true }) }),
  };
  return { stream, bytes: Buffer.concat(bytes) };
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

  begin(part: Buffer): { readonly response: FaceResponse; readonly bytes: Buffer } | undefined {
    const answer = this.#decode(part, false);
    if (answer.kind === "fault") return undefined;
    if (this.#large.isUnordered && !isSettled(this.#list, answer.output)) return undefined;
    const encoded = this.#encode(answer, false);
    if (encoded.kind === "fault") return undefined;
    const { response, from, to, separator } = encoded;
    this.#head = response.body.subarray(0, from);
    this.#separator = separator;
    return { response, bytes: response.body.subarray(0, to) };
  }

  add(part: Buffer): Buffer | Fault {
    const answer = this.#decode(part, false);
    if (answer.kind === "fault") return answer;
    const encoded = this.#encode(answer, false);
    if (encoded.kind === "fault") return encoded;
    const { response, from, to } = encoded;
    return this.#behind(response.body.subarray(from, to));
  }

  push(bytes: Buffer): StreamStep {
    const done: Buffer[] = [];
    for (const part of this.#large.push(bytes)) {
      const items = this.add(part);
      if (!Buffer.isBuffer(items)) return { bytes: Buffer.concat(done), fault: items };
      done.push(items);
    }
    const { bytesMax } = this.#options;
    const fault =
      this.#large.heldBytes > bytesMax
        ? broken(
            "resource_exhausted",
            "answer-too-large",
            `an item, or what stands behind the list, has more than documentBytesMax, ${bytesMax} bytes`,
          )
        : undefined;
    return { bytes: Buffer.concat(done), fault };
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
    return this.#behind(response.body.subarray(from));
  }

  #behind(items: Buffer): Buffer {
    return Buffer.concat([Buffer.from(this.#separator), items]);
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
    const { face, context } = this.#options;
    const output = isLast ? answer.output : this.#fill?.(answer.output);
    if (output === undefined) return unplaced();
    const response = face.encode({ ...answer, output }, context);
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
