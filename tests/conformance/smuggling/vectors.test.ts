/** The table of vectors itself: big enough, sourced, and able to tell a pipe from a gateway. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeAnswers } from "#tests/support/judge-answers.ts";
import { judgeRequests } from "#tests/support/judge-requests.ts";
import { toBytes, type Step } from "#tests/support/raw-http.ts";
import type { AnswerStep } from "#tests/support/recording-upstream.ts";
import { answerVectors } from "./vectors/answers.ts";
import { http2Vectors } from "./vectors/http2.ts";
import { requestVectors } from "./vectors/index.ts";

const all = [...requestVectors, ...answerVectors, ...http2Vectors];

function bytesOf(steps: readonly (Step | AnswerStep)[]): Buffer {
  return Buffer.concat(
    steps
      .filter((step) => step !== "close" && step !== "reset")
      .map((step) =>
        typeof step === "object" && "pauseMs" in step ? Buffer.alloc(0) : toBytes(step),
      ),
  );
}

test("the table holds at least 150 vectors, each with a name of its own and a source", () => {
  assert.ok(all.length >= 150, `${all.length} vectors`);
  const names = all.map((vector) => `${vector.class}: ${vector.name}`);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
  for (const vector of all) assert.ok(vector.source.length > 5, vector.name);
});

/** A pipe adds no X-Forwarded-For; that alone would make every verdict unsafe. */
const addedByGateways = /^X-Forwarded-For ends in/;

/** What a gateway may refuse although every reader agrees about it. */
const refusedForItsSize = [413, 414, 431];

test("what must be refused is unsafe when a pipe lets it through", () => {
  const unseen = requestVectors.filter((vector) => {
    const { status } = vector;
    if (status === undefined || status.includes(200) || status.includes(404)) return false;
    if (status.some((code) => refusedForItsSize.includes(code))) return false;
    const sent = bytesOf(vector.steps);
    const reasons = judgeRequests({ sent, received: [sent], basePath: "/echo" });
    return reasons.every((reason) => addedByGateways.test(reason));
  });
  assert.deepEqual(
    unseen.map((vector) => `${vector.class}: ${vector.name}`),
    [],
  );
});

test("answers that must be refused are unsafe when a pipe lets them through", () => {
  const unseen = answerVectors.filter((vector) => {
    if (vector.status?.includes(502) !== true || vector.class === "no usable answer") return false;
    const methods = [vector.method ?? "GET"];
    const received = bytesOf(vector.answer);
    return judgeAnswers({ received, methods, closed: true }).length === 0;
  });
  assert.deepEqual(
    unseen.map((vector) => `${vector.class}: ${vector.name}`),
    [],
  );
});
