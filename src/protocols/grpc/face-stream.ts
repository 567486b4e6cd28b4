/** Answers of several outputs, one frame each, ended by trailers or what stands for them. */
import type { FaceContext } from "#extension/protocol.ts";
import type { AnswerStream } from "#extension/streams.ts";
import type { AnswerEncoder } from "./face-encode.ts";

export function createAnswerStream(context: FaceContext, answers: AnswerEncoder): AnswerStream {
  return {
    status: 200,
    fields: answers.head(context),
    item: (answer) => answers.item(answer, context),
    end: (fault) => answers.end(fault, context),
  };
}
