/** What one place of the policy is given, and what its parts share. */
import type { Platform } from "#base/platform.ts";
import type { PolicyRequest } from "#extension/policy.ts";
import type { Defaults } from "./answer-rules.ts";
import type { Asked } from "./asked.ts";
import type { Flights } from "./flights.ts";
import type { Kept } from "./kept.ts";
import type { SharedBy } from "./keys.ts";
import type { Marks } from "./marks.ts";
import type { Store } from "./store.ts";

export interface Options {
  readonly per: SharedBy;
  readonly times: Readonly<Record<string, number>>;
  readonly staleIfErrorS: number;
  readonly staleWhileRevalidateS: number;
  readonly heuristicPercent: number;
  readonly coalesce: "off" | "storable" | "all";
  readonly forgetOnWrite: boolean;
  readonly bytesMax: number;
  readonly answerBytesMax: number;
  readonly cacheStatus: boolean;
}

export interface Shared {
  readonly options: Options;
  readonly platform: Platform;
  readonly marks: Marks;
  readonly store: Store<Kept>;
  readonly flights: Flights<Kept>;
  /** What is kept under these keys is renewed in the background, until so late at most. */
  readonly refreshing: Map<string, number>;
  /** By objects that serve others afterwards: who has waited has to look again. */
  readonly underWay: WeakMap<PolicyRequest, Asked>;
}

/** How long answers of an operation are fresh that say nothing themselves. */
export function defaultsFor(
  options: Options,
  serviceName: string,
  operation: string | undefined,
): Defaults {
  const { times, staleIfErrorS, staleWhileRevalidateS, heuristicPercent } = options;
  const freshS =
    operation === undefined
      ? undefined
      : (times[`${serviceName}.${operation}`] ?? times[operation]);
  return { freshS, staleIfErrorS, staleWhileRevalidateS, heuristicPercent };
}
