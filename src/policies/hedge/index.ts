/** Asks a second instance besides the first when that is slow: the first answer counts. */
import { createBudget } from "#base/extra-budget.ts";
import { mapOf, wholeNumber } from "#base/json-schema.ts";
import type { Policy } from "#extension/policy.ts";

interface Options {
  readonly afterMs: number;
  readonly budgetPercent: number;
}

/** Requests that may be sent besides others whatever the budget says: few of them mean nothing. */
const freeHedgesPerS = 3;

export const hedge: Policy<Options> = {
  name: "hedge",
  summary: "Asks a second instance when the first is slow, and takes the first answer.",
  description:
    "When no answer has begun `afterMs` after an instance was chosen, another one that is well " +
    "is asked the same, once for each request. The first answer that begins is passed on, " +
    "whatever its status; the other attempt is cancelled, which counts neither as a success nor " +
    "as a failure of its instance. When one of the two fails, the other is waited for. Only " +
    "requests that change no more when they are repeated: by their method (RFC 9110 §9.2.2), by " +
    "the contract, or because they carry an `Idempotency-Key` that the instance gets and heeds " +
    "(which is taken to be so where nothing is translated, and no policy `idempotency` keeps " +
    "the key). Requests whose body did not come whole with their head, " +
    "and those that ask for an upgrade, are not hedged. **The budget** bounds what is added to " +
    "the load: at most `budgetPercent` of the requests of the last ten seconds (and three a " +
    "second), in each worker. What is sent besides counts among the `attemptsMax` of `retry`.",
  options: mapOf(
    "When a second instance is asked.",
    {
      afterMs: wholeNumber(
        "How long the first has time to begin its answer, in milliseconds: about as long as 95 " +
          "of 100 answers take.",
        { unit: "milliseconds", from: 1, to: 3_600_000 },
      ),
      budgetPercent: wholeNumber("Second attempts for each hundred requests.", {
        from: 1,
        to: 100,
        default: 10,
      }),
    },
    { required: ["afterMs"] },
  ),
  example: "- hedge: { afterMs: 80, budgetPercent: 10 }",
  problems: [],
  level: "call",
  explain: ({ afterMs, budgetPercent }) =>
    `a second instance when there is no answer after ${afterMs} ms; ` +
    `that adds at most ${budgetPercent} %`,
  explainState(_options, { request }) {
    if (request.idempotent || request.field("idempotency-key") !== undefined) return undefined;
    return "not this one: it may not be sent twice";
  },
  create({ afterMs, budgetPercent }, { platform }) {
    const budget = createBudget(platform.clock, budgetPercent, freeHedgesPerS);
    const planned = { afterMs, take: budget.take };
    return {
      onRequest() {
        budget.noteRequest();
        return undefined;
      },
      hedges: (request) => (request.mayBeSentTwice ? planned : undefined),
    };
  },
};
