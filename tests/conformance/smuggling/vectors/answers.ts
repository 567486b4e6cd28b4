/** All answer vectors. */
import { answerHeadVectors } from "./answer-heads.ts";
import { answerLengthVectors } from "./answer-lengths.ts";
import { answerQueueVectors } from "./answer-queues.ts";
import type { AnswerVector } from "./answer-vector.ts";

export const answerVectors: readonly AnswerVector[] = [
  ...answerLengthVectors,
  ...answerHeadVectors,
  ...answerQueueVectors,
];
