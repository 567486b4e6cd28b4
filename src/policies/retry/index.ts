/** Asks again, another instance if there is one, when an answer says that it may help. */
import { createBudget } from "#base/extra-budget.ts";
import { mapOf, wholeNumber } from "#base/json-schema.ts";
import type { AttemptEnd } from "#extension/attempt.ts";
import type { Policy } from "#extension/policy.ts";

interface Options {
  readonly attemptsMax: number;
  readonly on: readonly Reason[];
  readonly unsafe: boolean;
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
  readonly budgetPercent: number;
}

type Reason = "unreachable" | "broken" | "timeout" | "502" | "503" | "504" | "429" | "500";

const reasons: readonly Reason[] = [
  "unreachable",
  "broken",
  "timeout",
  "502",
  "503",
  "504",
  "429",
  "500",
];

/** Requests that may be repeated whatever the budget says: with few of them it means nothing. */
const freeRetriesPerS = 3;

export const retry: Policy<Options> = {
  name: "retry",
  summary: "Asks again where that is safe, with back-off, jitter and a budget.",
  description:
    "Only requests that change no more when they are repeated: by their method (RFC 9110 " +
    "§9.2.2), by the contract, or because they carry an `Idempotency-Key` that the instance " +
    "gets and heeds (which is taken to be so where nothing is translated, and no policy " +
    "`idempotency` keeps the key); further what did not reach an instance, and what was " +
    "answered with a status by which `idempotency` knows that nothing was done; others with " +
    "`unsafe: true`. Another instance is asked if there is one. That another one is asked at " +
    "once when one cannot be connected to, three at most in all, is so without this policy too, " +
    "and counts among its attempts. The pause doubles with each attempt and is drawn between " +
    "half of it and the whole. **The budget** bounds what retries add to the load: at most " +
    "`budgetPercent` of the requests of the last ten seconds (and three a second), in each " +
    "worker; a service that fails as a whole is not buried under retries. Requests whose body " +
    "did not come whole with their head are not repeated. `Retry-After` of an instance is " +
    "waited for when it is not longer than `backoffMaxMs`; when it is longer, its answer is " +
    "passed on.",
  options: mapOf("When and how often it is asked again.", {
    attemptsMax: wholeNumber("Attempts in all, the first included.", {
      from: 2,
      to: 10,
      default: 3,
    }),
    on: {
      type: "array",
      description:
        "What is tried again: an instance that is not reached, breaks off, does not answer in " +
        "time, or answers with one of these statuses.",
      default: ["unreachable", "broken", "502", "503", "504"],
      items: { type: "string", enum: reasons },
      minItems: 1,
      "x-expected": "at least one reason",
    },
    unsafe: {
      type: "boolean",
      description: "Whether requests are repeated that may do their work twice.",
      default: false,
    },
    backoffMs: wholeNumber("Pause before the second attempt, in milliseconds.", {
      unit: "milliseconds",
      from: 0,
      to: 60_000,
      default: 25,
    }),
    backoffMaxMs: wholeNumber("Longest pause, in milliseconds.", {
      unit: "milliseconds",
      from: 0,
      to: 60_000,
      default: 1_000,
    }),
    budgetPercent: wholeNumber("Retries for each hundred requests.", {
      from: 1,
      to: 1_000,
      default: 20,
    }),
  }),
  example: "- retry: { attemptsMax: 3, on: [unreachable, broken, '503'], budgetPercent: 20 }",
  problems: [],
  level: "call",
  explain: ({ attemptsMax, on, budgetPercent }) =>
    `at most ${attemptsMax} attempts, again on ${on.join(", ")}; ` +
    `retries add at most ${budgetPercent} %`,
  explainState({ unsafe }, { request }) {
    if (unsafe || request.idempotent || request.field("idempotency-key") !== undefined) {
      return undefined;
    }
    return "this one only where nothing was done: it may not be sent twice";
  },
  create(options, { platform }) {
    const budget = createBudget(platform.clock, options.budgetPercent, freeRetriesPerS);
    return {
      onRequest() {
        budget.noteRequest();
        return undefined;
      },
      onAttemptEnd(request, end) {
        if (end.number >= options.attemptsMax || !end.repeatable) return undefined;
        if (!options.on.includes(reasonOf(end))) return undefined;
        if (!options.unsafe && !request.mayBeSentAgain(end)) return undefined;
        const afterMs = pauseMs(end, options, platform.random.bytes(2).readUInt16BE(0) / 65_536);
        return afterMs !== undefined && budget.take() ? { afterMs } : undefined;
      },
    };
  },
};

function reasonOf({ outcome, status }: AttemptEnd): Reason {
  return outcome === "answer" ? (String(status) as Reason) : outcome;
}

/** Undefined: the instance wants more time than there is. @param drawn from 0 to 1. */
function pauseMs(
  { number, retryAfterS }: AttemptEnd,
  { backoffMs, backoffMaxMs }: Options,
  drawn: number,
): number | undefined {
  const doubled = Math.min(backoffMaxMs, backoffMs * 2 ** (number - 1));
  const pause = doubled * (0.5 + drawn / 2);
  if (retryAfterS === undefined) return pause;
  return retryAfterS * 1_000 > backoffMaxMs ? undefined : Math.max(pause, retryAfterS * 1_000);
}
