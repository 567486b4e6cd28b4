import assert from "node:assert/strict";
import test from "node:test";
import type { AttemptEnd } from "#extension/attempt.ts";
import type { PolicyRequest } from "#extension/policy.ts";
import { createFirstAttempt, noteAttemptEnd, noteSent, outcomeOf } from "./first-attempt.ts";

const freeing = [429, 503];
const request = { id: "0".repeat(32) } as PolicyRequest;

type Step = "sent" | AttemptEnd["outcome"] | number;

/** @param steps what becomes of attempts; a number: they are answered with it. */
function outcomeAfter(steps: readonly Step[], status: number): string {
  const first = createFirstAttempt(request, "key", "fingerprint");
  for (const step of steps) {
    if (step === "sent") noteSent(first);
    else {
      const answered = typeof step === "number";
      const end = { outcome: answered ? "answer" : step, status: answered ? step : 0 } as const;
      noteAttemptEnd(first, end as AttemptEnd, freeing);
    }
  }
  first.status = status;
  return outcomeOf(first, freeing);
}

const cases: readonly (readonly [outcome: string, steps: readonly Step[], status: number])[] = [
  ["free", [], 0],
  ["free", ["unreachable"], 0],
  ["free", ["unreachable", "unreachable"], 0],
  ["unknown", ["sent"], 0],
  ["unknown", ["sent", "broken"], 0],
  ["unknown", ["sent", "timeout", "unreachable"], 0],
  ["unknown", ["sent", 500, "unreachable"], 0],
  ["free", ["sent", 503, "unreachable"], 0],
  ["done", ["sent", 200], 200],
  ["done", ["sent", 500], 500],
  ["free", ["sent", 503], 503],
  ["done", ["sent", "broken", "sent", 200], 200],
  ["unknown", ["sent", "broken", "sent", 503], 503],
  ["unknown", ["sent", 500, "sent", 503], 503],
  ["free", ["sent", 503, "sent", 429], 429],
];

for (const [outcome, steps, status] of cases) {
  test(`${steps.join(", ") || "nothing"} and ${status || "no answer"}: ${outcome}`, () => {
    assert.equal(outcomeAfter(steps, status), outcome);
  });
}
