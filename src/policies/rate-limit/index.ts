/**
 * How many requests in a time: the generic cell rate algorithm, one number a key, exact over all
 * workers. Told as draft-ietf-httpapi-ratelimit-headers-11 has it.
 */
import { mapOf, wholeNumber } from "#base/json-schema.ts";
import type { Problem } from "#base/problem.ts";
import type { CellKey } from "#base/shared-cells.ts";
import {
  countedName,
  countedPer,
  explainedName,
  forEach,
  type CountedPer,
} from "#extension/counted-apart.ts";
import type { WhenAway } from "#base/shared-store.ts";
import type { ExplainedSite, Policy, PolicyRequest, Verdict } from "#extension/policy.ts";
import { problems } from "./problems.ts";
import { createSharedArrival, readArrival } from "./shared-arrival.ts";
import {
  createTheoreticalArrival,
  keyOfRate,
  requestsPerMsMax,
  type Taken,
} from "./theoretical-arrival.ts";

interface Options {
  readonly per: CountedPer;
  readonly requests: number;
  readonly windowMs: number;
  readonly burst?: number;
}

export const rateLimit: Policy<Options> = {
  name: "rate-limit",
  summary: "So many requests in a time, for each caller, address, service or operation.",
  description:
    "Requests are spread over the window (generic cell rate algorithm): after a burst, room for " +
    "one comes back every `windowMs / requests`. Exact over all workers of a gateway, and over " +
    "all gateways that have the same `limitStore`; while that does not answer, its `whenAway` " +
    "says what holds. A limit that is changed counts anew. Callers see `RateLimit` and " +
    "`RateLimit-Policy` on every answer, `Retry-After` with the refusal.",
  options: mapOf(
    "How many requests in a time.",
    {
      per: countedPer("caller"),
      requests: wholeNumber("Requests in a window.", { from: 1, to: 1_000_000_000 }),
      windowMs: wholeNumber("Length of the window in milliseconds.", {
        unit: "milliseconds",
        from: 1,
        to: 86_400_000,
        default: 1_000,
        hint: "(a day); for longer there is `quota`",
      }),
      burst: wholeNumber("Requests that may come at once. Default: `requests`.", {
        from: 1,
        to: 1_000_000_000,
      }),
    },
    { required: ["requests"] },
  ),
  example: "- rate-limit: { per: caller, requests: 100, windowMs: 1000 }",
  problems: problems.definitions,
  level: "call",
  check({ requests, windowMs }) {
    if (requests <= windowMs * requestsPerMsMax) return [];
    const message =
      `${requests} in ${windowMs} ms are more than ${requestsPerMsMax} a millisecond, which is ` +
      "beyond what can be counted; expected a lower rate";
    return [{ path: ["requests"], severity: "error", message }];
  },
  explain: ({ per, requests, windowMs, burst = requests }) =>
    `at most ${requests} in ${windowMs} ms${forEach(per)}, ${burst} of them at once`,
  explainState(options, site) {
    const left = explainedLeft(options, site);
    if (left === undefined) return undefined;
    if ("unread" in left) return `how much room there is is not known: ${left.unread}`;
    const { remaining, allowed, waitMs } = left;
    return allowed ? `room for ${remaining} now` : `no room for ${Math.ceil(waitMs)} ms`;
  },
  explainRefusal(options, site) {
    const left = explainedLeft(options, site);
    if (left === undefined || "unread" in left || left.allowed) return undefined;
    return usedUp(options, left.waitMs);
  },
  create(options, { id, cells, store, platform }) {
    const { per, requests, windowMs, burst = requests } = options;
    const rate = { requests, windowMs, burst };
    const limiter = createTheoreticalArrival(cells, rate);
    const keys = createKeys((name) => cells.keyOf(keyOfRate(id, rate, name)));
    const shared = store && createSharedArrival(store, rate);
    const quota = `"${per}";q=${requests};w=${Math.max(1, Math.ceil(windowMs / 1_000))}`;
    const takeHere = (name: string): Taken => limiter.take(keys(name), platform.clock.nowMs());
    const judge = (request: PolicyRequest, { allowed, remaining, waitMs }: Taken): Verdict => {
      const waitS = Math.ceil(waitMs / 1_000);
      request.addAnswerField("RateLimit-Policy", quota);
      request.addAnswerField("RateLimit", `"${per}";r=${remaining};t=${waitS}`);
      if (allowed) return undefined;
      return { kind: "refuse", problem: usedUp(options, waitMs) };
    };
    return {
      onRequest(request) {
        const name = countedName(request, per);
        if (store === undefined || shared === undefined) return judge(request, takeHere(name));
        const { id: exchange } = request;
        return shared(keyOfRate(id, rate, name)).then((taken) => {
          // The object may serve another one by now.
          if (request.id !== exchange) return undefined;
          if (taken !== undefined) return judge(request, taken);
          return withoutStore(store.whenAway, () => judge(request, takeHere(name)));
        });
      },
    };
  },
};

function usedUp({ per, requests, windowMs }: Options, waitMs: number): Problem {
  const detail =
    `at most ${requests} requests in ${windowMs} ms are allowed${forEach(per)}; ` +
    `wait ${Math.ceil(waitMs)} ms`;
  return problems["rate-limited"](detail, { retryAfterS: Math.max(1, Math.ceil(waitMs / 1_000)) });
}

/** Undefined: it is not known. */
function explainedLeft(
  { per, requests, windowMs, burst = requests }: Options,
  { id, request, nowMs, readShared, running }: ExplainedSite,
): ReturnType<typeof readArrival> | undefined {
  const name = explainedName(request, per);
  if (name === undefined) return undefined;
  const rate = { requests, windowMs, burst };
  if (readShared !== undefined) return readArrival(readShared, keyOfRate(id, rate, name), rate);
  if (running === undefined) return undefined;
  const { cells } = running;
  return createTheoreticalArrival(cells, rate).look(cells.keyOf(keyOfRate(id, rate, name)), nowMs);
}

function withoutStore(whenAway: WhenAway, judgeHere: () => Verdict): Verdict {
  if (whenAway === "local") return judgeHere();
  if (whenAway === "allow") return undefined;
  const detail = "requests cannot be counted: the store of limits does not answer";
  return { kind: "refuse", problem: problems["limit-store-away"](detail, { retryAfterS: 1 }) };
}

/** Their digests need not be made anew for each request. */
const keysKept = 10_000;

function createKeys(make: (name: string) => CellKey): (name: string) => CellKey {
  const known = new Map<string, CellKey>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    if (known.size >= keysKept) known.clear();
    const key = make(name);
    known.set(name, key);
    return key;
  };
}
