/** What all exchanges of one worker share. */
import type { Platform } from "#base/platform.ts";
import type { Problem } from "#base/problem.ts";
import type { Revision } from "#configuration/configuration.ts";
import type { ExchangeRecord } from "./exchange-record.ts";
import type { ExchangeIds } from "./exchange-id.ts";
import type { PolicyCosts } from "./policy-costs.ts";
import type { Background } from "./repeated-request.ts";
import type { Recorder } from "./recorder.ts";
import type { Target } from "./target.ts";
import type { Snapshot } from "./snapshot.ts";
import type { TimedExchanges } from "./timed-exchanges.ts";

export interface GatewayContext {
  readonly platform: Platform;
  /** Coarse monotonic time, renewed about ten times a second. */
  readonly clock: { readonly nowMs: number };
  readonly ids: ExchangeIds;
  /** The revision that new exchanges take. */
  readonly snapshot: Snapshot;
  readonly draining: boolean;
  /** The time to drain is over: what is under way is ended, for this reason. */
  readonly cutOff: Problem | undefined;
  /** Exchanges that no connection carries. */
  readonly background: Set<Background>;
  /** Those whose time is given. */
  readonly timed: TimedExchanges;
  readonly observer: ExchangeObserver;
  /** Undefined: the ledger is off. */
  readonly recorder: Recorder | undefined;
  /** The present second as an HTTP date (RFC 9110 §5.6.7). */
  readonly httpDate: () => string;
}

/** Sees every exchange begin and end, each exactly once; must not keep the object. */
export interface ExchangeObserver {
  onBegin(exchange: ExchangeRecord): void;
  /** Its route is known; not for exchanges that match none. */
  onRouted(exchange: ExchangeRecord): void;
  onDone(exchange: ExchangeRecord): void;
  /** Where it is noted what policies cost; to be asked before a revision becomes current. */
  costsOf?(revision: Revision): PolicyCosts | undefined;
  /** An instance is passed over from now on, or asked again. */
  onInstance?(serviceName: string, target: Target, why: string): void;
}
