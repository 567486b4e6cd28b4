/** What a worker knows of a service at the moment, for those who ask why. */
import type { ExplainedSite } from "#extension/policy.ts";
import type { Balancer } from "./balance.ts";
import type { Snapshot } from "./snapshot.ts";

export interface LookedAt {
  readonly service: string;
  readonly request: Omit<ExplainedSite["request"], "field">;
}

export interface WorkerView {
  readonly worker: number;
  readonly instances: readonly {
    readonly url: string;
    /** `well`, or why it is passed over. */
    readonly state: string;
    readonly inFlight: number;
  }[];
  /** What policies say, in their order: the general ones, then those of the service. */
  readonly policies: readonly (string | undefined)[];
}

/** @param nowMs by the coarse clock. */
export function lookAt(
  { revision, balancers, policies }: Snapshot,
  { service: wanted, request }: LookedAt,
  nowMs: number,
): Omit<WorkerView, "worker"> {
  const { services } = revision.configuration;
  const index = services.findIndex(({ name }) => name === wanted);
  const balancer = balancers[index];
  return {
    instances: balancer === undefined ? [] : instancesOf(balancer, nowMs),
    policies: policies.tellNow(index, request),
  };
}

function instancesOf({ instances, targets }: Balancer, nowMs: number): WorkerView["instances"] {
  return instances.flatMap(({ url }, index) => {
    const target = targets[index];
    if (target === undefined) return [];
    const state = target.stateAt(nowMs);
    const forMs = Math.ceil(target.ejectedUntilMs - nowMs);
    const told = state === "ejected" ? `ejected for ${forMs} ms` : state;
    return [{ url, state: told, inFlight: target.inFlight }];
  });
}
