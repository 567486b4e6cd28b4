/** Runs every request vector through a gateway and judges the bytes that the service received. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { basePath } from "#tests/support/gateway-under-test.ts";
import { judgeRequests } from "#tests/support/judge-requests.ts";
import { mediated } from "#tests/support/mediated.ts";
import { finals, openRaw, toBytes, type RawResult } from "#tests/support/raw-http.ts";
import { fieldOf } from "#tests/support/read-responses.ts";
import { requestVectors } from "./vectors/index.ts";
import type { Vector } from "./vectors/vector.ts";

/** Answers to what is no message: nothing behind them may be read. */
const endsTheConnection = [400, 413, 414, 431, 501, 505];
/** Refusals of well-formed requests, whose ends are known. */
const wellFormed = /"code":"encoded-slash"/;

const classes = [...new Set(requestVectors.map((vector) => vector.class))];

for (const name of classes) {
  describe(`smuggling requests: ${name}`, { concurrency: 8 }, () => {
    for (const vector of requestVectors.filter((own) => own.class === name)) {
      test(vector.name, async (context) => {
        const { upstream, port } = await mediated(context);
        const connection = await openRaw(port, methodsOf(vector));
        await connection.send(...vector.steps);
        // A vector without an expected status may get no answer at all.
        const silenceMs = vector.status === undefined ? 300 : 2_000;
        const answered = await connection.wait((seen) => finals(seen) > 0, silenceMs);
        await pause(20);
        const result = await connection.wait(() => !isRefused(answered));
        connection.close();
        const sent = Buffer.concat(
          vector.steps.map((step) =>
            typeof step === "object" && "pauseMs" in step ? Buffer.alloc(0) : toBytes(step),
          ),
        );
        const received = upstream.connections();
        const reasons = judgeRequests({ sent, received, basePath });
        assert.deepEqual(reasons, [], received.map(String).join("\n---\n"));
        checkAnswer(vector, result);
      });
    }
  });
}

function methodsOf(vector: Vector): string[] {
  const [first] = vector.steps;
  return typeof first === "string" && first.startsWith("HEAD ") ? ["HEAD"] : [];
}

function isRefused(result: RawResult): boolean {
  const first = result.responses.find((seen) => seen.status >= 200);
  return (
    first !== undefined && endsTheConnection.includes(first.status) && !wellFormed.test(first.body)
  );
}

function checkAnswer(vector: Vector, result: RawResult): void {
  const first = result.responses.find((seen) => seen.status >= 200);
  if (vector.status !== undefined) {
    const got = first?.status ?? "none";
    const expected = vector.status.join(" or ");
    assert.ok(vector.status.includes(Number(got)), `status ${got}, expected ${expected}`);
  }
  if (first === undefined || !isRefused(result)) return;
  assert.equal(fieldOf(first, "content-type"), "application/problem+json");
  assert.equal(fieldOf(first, "parlance-fault"), "client");
  assert.match(fieldOf(first, "parlance-exchange") ?? "", /^[\w-]+$/);
  assert.ok(result.closed, "the connection stays open behind the refusal");
  assert.equal(finals(result), 1, "something was answered behind the refusal");
}
