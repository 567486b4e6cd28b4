/**
 * An answer of several outputs, between dialects: outputs are decoded as the instance's bytes come
 * and encoded at once, or collected, within limits, for a face that has no streams.
 */
import type { Answer, Fault, Reply } from "#call/call.ts";
import type { Fields } from "#extension/protocol.ts";
import type { AnswerStream, ReplyStream, StreamEnd } from "#extension/streams.ts";
import { collectedItemsMax } from "#base/limits.ts";
import { collectedField } from "#contract/collected-stream.ts";
import { createRecord, type ValueRecord } from "#contract/value.ts";

/** What became of some bytes: bytes for the caller, and whether the stream has broken. */
export interface StreamStep {
  readonly bytes: Buffer;
  readonly fault: Fault | undefined;
}

const noBytes: Buffer = Buffer.alloc(0);

export interface StreamedAnswer {
  readonly status: number;
  readonly fields: Fields;
  push(bytes: Buffer): StreamStep;
  /** Whether the stream is whole, though the instance has not ended its answer. */
  readonly isOver?: () => boolean;
  /** No more bytes come. */
  finish(trailer: (lowerCaseName: string) => string | undefined): StreamStep;
  /** What the caller gets last. */
  end(fault: Fault | undefined): StreamEnd;
}

export function createStreamedAnswer(replies: ReplyStream, answers: AnswerStream): StreamedAnswer {
  const encode = (outputs: readonly (Answer | Fault)[]): StreamStep => {
    const parts: Buffer[] = [];
    let fault: Fault | undefined;
    for (const reply of outputs) {
      const part = reply.kind === "fault" ? reply : answers.item(reply);
      if (!Buffer.isBuffer(part)) {
        fault = part;
        break;
      }
      parts.push(part);
    }
    const [first = noBytes] = parts;
    return { bytes: parts.length > 1 ? Buffer.concat(parts) : first, fault };
  };
  return {
    status: answers.status,
    fields: answers.fields,
    push: (bytes) => encode(replies.push(bytes)),
    isOver: () => replies.isOver?.() === true,
    finish(trailer) {
      const { bytes, fault } = encode(replies.last?.() ?? []);
      return { bytes, fault: fault ?? replies.end(trailer) };
    },
    end: (fault) => answers.end(fault),
  };
}

export interface CollectedAnswer {
  /** @returns false: it is broken or whole, and no more bytes are wanted. */
  push(bytes: Buffer): boolean;
  finish(trailer: (lowerCaseName: string) => string | undefined): Reply;
}

/** @param bytesMax of the instance's bytes. */
export function createCollectedAnswer(replies: ReplyStream, bytesMax: number): CollectedAnswer {
  const outputs: ValueRecord[] = [];
  let headers: Answer["headers"] = createRecord();
  let bytesLeft = bytesMax;
  let broken: Fault | undefined;
  const take = (found: readonly (Answer | Fault)[]): void => {
    for (const reply of found) {
      if (reply.kind === "fault") return void (broken = reply);
      if (outputs.length === collectedItemsMax) {
        const limit = `collectedItemsMax, ${collectedItemsMax}`;
        return void (broken = tooLarge(`the stream has more outputs than ${limit}`));
      }
      if (outputs.length === 0) ({ headers } = reply);
      outputs.push(reply.output);
    }
  };
  return {
    push(bytes) {
      if (broken !== undefined) return false;
      bytesLeft -= bytes.length;
      if (bytesLeft < 0) {
        const limit = `documentBytesMax, ${bytesMax} bytes, in all`;
        broken = tooLarge(`the outputs of the stream are more than ${limit}`);
      } else take(replies.push(bytes));
      return broken === undefined && replies.isOver?.() !== true;
    },
    finish(trailer) {
      if (broken === undefined) take(replies.last?.() ?? []);
      const fault = broken ?? replies.end(trailer);
      return fault ?? { kind: "answer", output: { [collectedField]: outputs }, headers };
    },
  };
}

function tooLarge(what: string): Fault {
  return {
    kind: "fault",
    faultKind: "resource_exhausted",
    blame: "service",
    code: "stream-too-large",
    message: `${what}: this dialect has one answer, in which all of them have to stand`,
  };
}
