/** Runs every answer vector and judges the bytes that callers got, then and afterwards. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { judgeAnswers } from "#tests/support/judge-answers.ts";
import { mediated, type Mediated } from "#tests/support/mediated.ts";
import { finals, openRaw, type RawConnection, type RawResult } from "#tests/support/raw-http.ts";
import { plainAnswer, type Answer } from "#tests/support/recording-upstream.ts";
import type { AnswerVector } from "./vectors/answer-vector.ts";
import { answerVectors } from "./vectors/answers.ts";

const classes = [...new Set(answerVectors.map((vector) => vector.class))];

for (const name of classes) {
  describe(`smuggling answers: ${name}`, { concurrency: 8 }, () => {
    for (const vector of answerVectors.filter((own) => own.class === name)) {
      test(vector.name, async (context) => {
        const start = await mediated(context, scriptOf(vector));
        const method = vector.method ?? "GET";
        const methods = [method, "GET"];
        const connection = await openRaw(start.port, methods);
        await sendFirst(connection, vector);
        const first = await connection.wait((seen) => finals(seen) > 0, 400);
        await pause(80);
        checkFirst(vector, await connection.wait(() => true));
        if (!first.closed && finals(first) > 0) await checkSecond(connection, start);
        const result = await connection.wait(() => true);
        connection.close();
        const { received, closed } = result;
        const reasons = judgeAnswers({ received, methods: methods.slice(0, sent(result)), closed });
        assert.deepEqual(reasons, [], received.toString("latin1").slice(0, 2_000));
        await checkStranger(start);
      });
    }
  });
}

/** How many requests have been sent once the second one was. */
function sent(result: RawResult): number {
  return finals(result) > 1 ? 2 : 1;
}

function scriptOf(vector: AnswerVector): { answer: Answer; onHead: Answer } {
  return {
    answer: (request, index) => {
      if (index > 0 || request.target !== "/base/first") return plainAnswer(request);
      return vector.early === true ? [] : vector.answer;
    },
    onHead: (request) =>
      vector.early === true && request.target === "/base/first" ? vector.answer : [],
  };
}

async function sendFirst(connection: RawConnection, vector: AnswerVector): Promise<void> {
  const method = vector.method ?? "GET";
  const length = vector.early === true ? "Content-Length: 1000\r\n" : "";
  await connection.send(`${method} /echo/first HTTP/1.1\r\nHost: a.test\r\n${length}\r\n`);
  // The rest of the body looks like a request to whoever gave up reading it.
  if (vector.early !== true) return;
  const rest = "GET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n";
  await connection.send({ pauseMs: 40 }, rest.padEnd(1_000, "x"));
}

function checkFirst(vector: AnswerVector, result: RawResult): void {
  const final = result.responses.find((seen) => seen.status >= 200);
  if (vector.status !== undefined) {
    const got = final?.status ?? "none";
    const expected = vector.status.join(" or ");
    assert.ok(vector.status.includes(Number(got)), `status ${got}, expected ${expected}`);
  }
  if (vector.mustBeCut !== true) return;
  const visible = final === undefined || final.status === 502 || !final.complete || result.reset;
  assert.ok(visible, `looks whole: ${result.received.toString("latin1")}`);
  assert.ok(result.closed || final?.status === 502, "cut off, but the connection stays open");
}

/** The same caller asks again: the answer must be the one to this request. */
async function checkSecond(connection: RawConnection, { upstream }: Mediated): Promise<void> {
  await connection.send("GET /echo/second HTTP/1.1\r\nHost: a.test\r\n\r\n");
  const result = await connection.wait((seen) => finals(seen) > 1, 1_000);
  const second = result.responses.filter((seen) => seen.status >= 200)[1];
  if (second === undefined) return assert.ok(result.closed, "no answer to the second request");
  assert.equal(second.status, 200);
  assert.equal(second.body, "GET /base/second");
  assert.ok(upstream.requests().some((request) => request.target === "/base/second"));
}

/** Another caller asks: nothing may be left over for it. */
async function checkStranger({ port }: Mediated): Promise<void> {
  const stranger = await openRaw(port);
  await stranger.send("GET /echo/third HTTP/1.1\r\nHost: a.test\r\n\r\n");
  const result = await stranger.wait((seen) => finals(seen) > 0, 1_000);
  stranger.close();
  assert.deepEqual(
    result.responses.map((seen) => [seen.status, seen.body]),
    [[200, "GET /base/third"]],
  );
}
