/**
 * An answer of several outputs, between dialects: outputs are decoded as the instance's bytes come
 * and encoded at once, or collected, within limits, for a face that has no streams.
 */
import type { Answer, Fault, Reply } from "#call/call.ts";
import type { Fields } from "#extension/protocol.ts";
import type { AnswerStream, ReplyStream, StreamEnd } from "#extension/streams.ts";
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
  /** No more bytes come. */
  finish(trailer: (lowerCaseName: string) => string | undefined): Fault | undefined;
  /** What the caller gets last. */
  end(fault: Fault | undefined): StreamEnd;
}

export function createStreamedAnswer(replies: ReplyStream, answers: AnswerStream): StreamedAnswer {
  return {
    status: answers.status,
    fields: answers.fields,
    push(bytes) {
      const parts: Buffer[] = [];
      let fault: Fault | undefined;
      for (const reply of replies.push(bytes)) {
        const part = reply.kind === "fault" ? reply : answers.item(reply);
        if (!Buffer.isBuffer(part)) {
          fault = part;
          break;
        }
        parts.push(part);
      }
      const [first = noBytes] = parts;
      return { bytes: parts.length > 1 ? Buffer.concat(parts) : first, fault };
    },
    finish: (trailer) => replies.end(trailer),
    end: (fault) => answers.end(fault),
  };
}

/** Name of the list under which collected outputs stand. */
const collectedField = "items";

export interface CollectedAnswer {
  push(bytes: Buffer): void;
  finish(trailer: (lowerCaseName: string) => string | undefined): Reply;
}

/** @param bytesMax of the instance's bytes. */
export function createCollectedAnswer(replies: ReplyStream, bytesMax: number): CollectedAnswer {
  const outputs: ValueRecord[] = [];
  let headers: Answer["headers"] = createRecord();
  let bytesLeft = bytesMax;
  let broken: Fault | undefined;
  return {
    push(bytes) {
      if (broken !== undefined) return;
      bytesLeft -= bytes.length;
      if (bytesLeft < 0) return void (broken = tooMuch(bytesMax));
      for (const reply of replies.push(bytes)) {
        if (reply.kind === "fault") return void (broken = reply);
        if (outputs.length === 0) ({ headers } = reply);
        outputs.push(reply.output);
      }
    },
    finish(trailer) {
      const fault = broken ?? replies.end(trailer);
      return fault ?? { kind: "answer", output: { [collectedField]: outputs }, headers };
    },
  };
}

function tooMuch(bytesMax: number): Fault {
  const message = `the outputs are more than documentBytesMax, ${bytesMax} bytes, in all`;
  return {
    kind: "fault",
    faultKind: "resource_exhausted",
    blame: "service",
    code: "stream-too-large",
    message,
  };
}
