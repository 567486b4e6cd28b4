/** What an operator can say of it. */
import { mapOf, wholeNumber, type JsonSchema } from "#base/json-schema.ts";

export interface Options {
  readonly required: boolean;
  readonly keepMs: number;
  readonly waitMs: number;
  readonly answerBytesMax: number;
  readonly requestBytesMax: number;
  readonly storeBytesMax: number;
  readonly freeing: readonly number[];
}

const bytes = (description: string, to: number, byDefault: number): JsonSchema =>
  wholeNumber(description, { unit: "bytes", from: 0, to, default: byDefault });

export const options = mapOf("Which requests, and what is kept of them for how long.", {
  required: {
    type: "boolean",
    description: "Whether unsafe requests without the field are refused.",
    default: false,
  },
  keepMs: wholeNumber(
    "How long a key is kept after its request; then it may be used for another one. One whose " +
      "request had no end, because of a crash, is kept an hour longer.",
    {
      ...{ unit: "milliseconds", from: 1_000, to: 90 * 86_400_000, hint: "(90 days)" },
      default: 86_400_000,
    },
  ),
  waitMs: wholeNumber(
    "How long a repetition waits for the first request to end, before it is told that this is " +
      "under way.",
    { unit: "milliseconds", from: 0, to: 60_000, default: 250 },
  ),
  answerBytesMax: bytes("Largest body of an answer that is kept.", 16_777_216, 65_536),
  requestBytesMax: bytes(
    "Largest body of a request with a key. Of those that pass, it is read whole before it is " +
      "sent.",
    67_108_864,
    1_048_576,
  ),
  storeBytesMax: bytes(
    "Of all that is kept by this policy; when it is used up, requests with new keys are refused.",
    1_099_511_627_776,
    268_435_456,
  ),
  freeing: {
    type: "array",
    description:
      "Statuses by which an instance says that it has done nothing: they are passed on, and the " +
      "key can be used again. `unavailable` of gRPC counts as 503, `resource_exhausted` as 429.",
    default: [425, 429, 503],
    items: {
      type: "integer",
      minimum: 400,
      maximum: 599,
      "x-expected": "a status from 400 to 599",
    },
  },
});

export const description =
  "As draft-ietf-httpapi-idempotency-key-header-07 has it. The first request with a key of " +
  "its caller for its operation is carried out, and its answer is kept; each repetition gets " +
  "that answer, with `Idempotent-Replayed: true`, and no instance is asked. A key for another " +
  "request is refused with 422, one whose first request is still under way with 409. A caller " +
  "that goes away does not stop its request: the answer is kept for when it comes back. " +
  "**After a crash** keys and answers are still there, in the folder that `state` names; a " +
  "request that had gone to an instance and of which no answer came is told as 409 " +
  "`idempotency-outcome-unknown`, and is not carried out again. What did not reach an " +
  "instance, or was answered with a status of `freeing`, leaves the key free; `retry` sends " +
  "nothing else again, and `hedge` nothing twice. Of an answer " +
  "its status, fields and body up to `answerBytesMax` are kept; of a larger one, a stream, or " +
  "one that was cut off, only that it was carried out: 409 `idempotency-answer-not-kept`. " +
  "Where dialects differ, the operation and its input tell whether a request is the same, so " +
  "it may be repeated in another dialect that says exactly the same; where they do not, " +
  "method, path, content type and body. Callers that are not known, `anonymous` among them, are " +
  "told apart by their address. Safe and idempotent requests need no key, and theirs is not " +
  "looked at.";
