/** What can be said of a bound, and what is wrong with it. */
import { mapOf, wholeNumber } from "#base/json-schema.ts";
import { countedPer, type CountedPer } from "#extension/counted-apart.ts";
import type { CheckedSite, OptionFinding } from "#extension/policy.ts";

export interface Options {
  readonly per: CountedPer;
  readonly max?: number;
  readonly adaptive?: { readonly min: number; readonly max: number };
  readonly queueMax: number;
  readonly waitMs: number;
  readonly weights: Readonly<Record<string, number>>;
  readonly shared: boolean;
}

export const options = mapOf("How many at once.", {
  per: countedPer("service"),
  max: wholeNumber("Requests at once, over all workers. Either this or `adaptive`.", {
    from: 1,
    to: 1_000_000,
  }),
  adaptive: mapOf("Bounds between which the limit is found while it works.", {
    min: wholeNumber("Never fewer than these, over all workers.", {
      from: 1,
      to: 1_000_000,
      default: 4,
    }),
    max: wholeNumber("Never more than these, over all workers.", {
      from: 1,
      to: 1_000_000,
      default: 1_000,
    }),
  }),
  queueMax: {
    type: "integer",
    description: "Requests that may wait for room, in each worker.",
    minimum: 0,
    maximum: 100_000,
    default: 100,
    "x-expected": "a whole number from 0 (nobody waits) to 100000",
  },
  waitMs: wholeNumber("How long one may wait, in milliseconds.", {
    unit: "milliseconds",
    from: 1,
    to: 600_000,
    default: 1_000,
  }),
  weights: {
    type: "object",
    description:
      "Shares of callers in the turns, by name. Default: 1 each; callers that are not known have " +
      "turns by their address, unless `anonymous` has a share.",
    default: {},
    additionalProperties: {
      type: "integer",
      minimum: 1,
      maximum: 1_000,
      "x-expected": "a whole number from 1 to 1000",
    },
  },
  shared: {
    type: "boolean",
    description:
      "Whether `max` holds over all gateways that have the same `limitStore`; each request " +
      "then asks it. Not with `adaptive`.",
    default: false,
  },
});

export function checkOptions(
  { max, adaptive, shared }: Options,
  { hasStore }: CheckedSite,
): readonly OptionFinding[] {
  const error = (path: string, message: string): OptionFinding => ({
    path: [path],
    severity: "error",
    message,
  });
  if ((max === undefined) === (adaptive === undefined)) {
    return [error("max", "expected either `max` or `adaptive`")];
  }
  if (shared && max === undefined) {
    return [error("shared", "only a `max` can be shared; each gateway finds `adaptive` by itself")];
  }
  if (shared && hasStore !== true) {
    return [error("shared", "there is no store to share it through; expected a `limitStore`")];
  }
  if (adaptive === undefined || adaptive.min <= adaptive.max) return [];
  return [error("adaptive", `min ${adaptive.min} is above max ${adaptive.max}`)];
}
