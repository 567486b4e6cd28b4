/** Bounds how many requests are under way at once, and lets callers in by turns. */
import { mapOf } from "#base/json-schema.ts";
import { createQuickRandom } from "#base/quick-random.ts";
import { countedName, countedPer, forEach, type CountedPer } from "#extension/counted-apart.ts";
import type { OptionFinding, Policy, PolicyRequest } from "#extension/policy.ts";
import { createGate, type Gate } from "./gate.ts";
import { createGradient } from "./gradient.ts";
import { problems } from "./problems.ts";

interface Options {
  readonly per: CountedPer;
  readonly max?: number;
  readonly adaptive?: { readonly min: number; readonly max: number };
  readonly queueMax: number;
  readonly waitMs: number;
  readonly weights: Readonly<Record<string, number>>;
}

/** Of names there are that many at most; who comes then shares the last gate. */
const gatesMax = 10_000;

export const concurrency: Policy<Options> = {
  name: "concurrency",
  summary: "Bounds how many requests are under way at once; callers get in by turns.",
  description:
    "A bulkhead: a service that is slow holds so many requests and no more. With `adaptive` the " +
    "bound is found while it works: as long as answers come as fast as usual it grows, when they " +
    "come slower it falls, before the service breaks down. Who finds no room waits up to " +
    "`waitMs`; room goes round among callers, by `weights`, so that one with very many requests " +
    "keeps none of the others out, and when the queue is full its own give way first. Beyond: " +
    "503 with `Retry-After`, before anything was sent. Requests under way are counted over all " +
    "workers of a gateway, exactly, also when a worker dies; several gateways count for " +
    "themselves. Each worker keeps a queue of its own, finds `adaptive` by its own samples, and " +
    "room that becomes free goes to the queues by their lengths.",
  options: mapOf("How many at once.", {
    per: countedPer("service"),
    max: {
      type: "integer",
      description: "Requests at once, over all workers. Either this or `adaptive`.",
      minimum: 1,
      maximum: 1_000_000,
      "x-expected": "a whole number from 1 to 1000000",
    },
    adaptive: mapOf("Bounds between which the limit is found while it works.", {
      min: {
        type: "integer",
        description: "Never fewer than these, over all workers.",
        minimum: 1,
        maximum: 1_000_000,
        default: 4,
        "x-expected": "a whole number from 1 to 1000000",
      },
      max: {
        type: "integer",
        description: "Never more than these, over all workers.",
        minimum: 1,
        maximum: 1_000_000,
        default: 1_000,
        "x-expected": "a whole number from 1 to 1000000",
      },
    }),
    queueMax: {
      type: "integer",
      description: "Requests that may wait for room, in each worker.",
      minimum: 0,
      maximum: 100_000,
      default: 100,
      "x-expected": "a whole number from 0 (nobody waits) to 100000",
    },
    waitMs: {
      type: "integer",
      description: "How long one may wait, in milliseconds.",
      minimum: 1,
      maximum: 600_000,
      default: 1_000,
      "x-expected": "milliseconds from 1 to 600000",
    },
    weights: {
      type: "object",
      description: "Shares of callers in the turns, by name. Default: 1 each.",
      default: {},
      additionalProperties: {
        type: "integer",
        minimum: 1,
        maximum: 1_000,
        "x-expected": "a whole number from 1 to 1000",
      },
    },
  }),
  example: "- concurrency: { adaptive: { max: 200 }, queueMax: 50, weights: { storefront: 10 } }",
  problems: problems.definitions,
  level: "call",
  check: checkOptions,
  explain: ({ per, max, adaptive, queueMax }) =>
    `${max === undefined ? `${adaptive?.min} to ${adaptive?.max}, as it finds out,` : `${max}`} ` +
    `at once${forEach(per)}, ${queueMax} wait`,
  create(options, { id, platform, counts }) {
    const site = { ...platform, counts, draw: createQuickRandom(platform.random) };
    const gates = new Map<string, Gate>();
    const gateOf = (request: PolicyRequest): Gate => {
      const name = gates.size >= gatesMax ? "" : countedName(request, options.per);
      const found = gates.get(name);
      if (found !== undefined) return found;
      const { max, adaptive = { min: 1, max: 1 }, queueMax, waitMs, weights } = options;
      const limit = max === undefined ? createGradient(adaptive) : { limit: max, note() {} };
      const rule = { queueMax, waitMs, weights };
      const gate = createGate(`concurrency ${id} ${name}`, limit, rule, site);
      gates.set(name, gate);
      return gate;
    };
    /** Where each request was let in, or waits. */
    const held = new WeakMap<PolicyRequest, { readonly gate: Gate; readonly leave: Leave }>();
    return {
      onRequest(request) {
        const gate = gateOf(request);
        const { caller, result, leave } = gate.enter(request.callerName ?? request.address);
        if (result === "full") return refused(gate, `${caller} has to wait too long`);
        held.set(request, { gate, leave });
        if (result === "in") return undefined;
        return result.then((isIn) =>
          isIn ? undefined : refused(gate, `there was no room within ${options.waitMs} ms`),
        );
      },
      onEnd(request, end) {
        const { leave } = held.get(request) ?? {};
        held.delete(request);
        // What is refused by the service as too much says that the limit is too high.
        leave?.(end.status === 503 || end.status === 429 || end.status === 504);
      },
    };
  },
};

type Leave = (dropped: boolean) => void;

function refused(gate: Gate, why: string) {
  const detail = `at most ${gate.limit} requests may be under way at once (concurrency); ${why}`;
  const problem = problems["too-many-at-once"](detail, { retryAfterS: 1 });
  return { kind: "refuse", problem } as const;
}

function checkOptions({ max, adaptive }: Options): readonly OptionFinding[] {
  const error = (path: string, message: string): OptionFinding => ({
    path: [path],
    severity: "error",
    message,
  });
  if ((max === undefined) === (adaptive === undefined)) {
    return [error("max", "expected either `max` or `adaptive`")];
  }
  if (adaptive === undefined || adaptive.min <= adaptive.max) return [];
  return [error("adaptive", `min ${adaptive.min} is above max ${adaptive.max}`)];
}
