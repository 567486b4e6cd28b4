/** The policies of a revision, made ready: which apply to a route, in which order. */
import type { DurableRecords } from "#base/durable-records.ts";
import type { Platform } from "#base/platform.ts";
import type { SharedCells } from "#base/shared-cells.ts";
import type { SharedCounts } from "#base/shared-counts.ts";
import type { SharedStore } from "#base/shared-store.ts";
import { placeNamed } from "#configuration/callers.ts";
import type {
  Configuration,
  PolicyScope,
  PolicyUse,
  Service,
} from "#configuration/configuration.ts";
import type { Contract } from "#contract/contract.ts";
import type { Policy, PolicySteps } from "#extension/policy.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import { sampleChain, type NextChain, type PolicyCosts } from "./policy-costs.ts";

export interface CompiledPolicy {
  readonly use: PolicyUse;
  readonly level: Policy["level"];
  readonly steps: PolicySteps;
  /** By the place of the caller; undefined: it is for all. */
  readonly callers: ReadonlySet<number | undefined> | undefined;
}

/** Those of one route, and what any of them wants. */
export interface PolicyChain {
  readonly policies: readonly CompiledPolicy[];
  readonly wantsRouted: boolean;
  readonly wantsCall: boolean;
  readonly wantsReply: boolean;
  readonly wantsHeld: boolean;
  readonly wantsGathered: boolean;
  readonly wantsOutputs: boolean;
  readonly rewrites: boolean;
  readonly wantsAttempts: boolean;
  readonly wantsHedges: boolean;
  readonly wantsSend: boolean;
  readonly wantsAnswer: boolean;
  readonly wantsTap: boolean;
  readonly wantsProblem: boolean;
}

export interface Policies {
  /** Undefined: none. */
  chainOf(route: CompiledRoute): PolicyChain | undefined;
  /** Whether any has to do with preflights. */
  readonly wantsPreflight: boolean;
  /** For requests to a face over all services: those of the "request" level. */
  readonly hubChain: PolicyChain | undefined;
  /** How those for all services, and those of one, stand for such a request. */
  tellNow(
    serviceIndex: number,
    request: Parameters<NonNullable<PolicySteps["tellNow"]>>[0],
  ): readonly (string | undefined)[];
  /** Undefined: none publishes any. */
  readonly publishedKeys: (() => readonly object[]) | undefined;
  close(): void;
}

export interface PolicyParts {
  readonly kinds: readonly Policy[];
  readonly platform: Platform;
  readonly cells: SharedCells;
  readonly counts: SharedCounts;
  readonly store: SharedStore | undefined;
  readonly records: DurableRecords;
  /** Undefined: nobody wants to know what they cost. */
  readonly costs?: PolicyCosts | undefined;
}

const none: Policies = {
  chainOf: () => undefined,
  wantsPreflight: false,
  hubChain: undefined,
  tellNow: () => [],
  publishedKeys: undefined,
  close: () => undefined,
};

/** Throws when a policy cannot be made, for example because a file is gone. */
export function createPolicies(
  configuration: Configuration,
  contracts: ReadonlyMap<string, Contract>,
  parts: PolicyParts,
): Policies {
  const { services, policies } = configuration;
  if (policies.length === 0 && services.every((service) => service.policies.length === 0)) {
    return none;
  }
  const general = policies.map((use, index) => compile(use, index, undefined, undefined));
  const own = services.map(({ name, policies: uses }) =>
    uses.map((use, index) => compile(use, index, name, contracts.get(name))),
  );

  function compile(
    use: PolicyUse,
    index: number,
    serviceName: string | undefined,
    contract: Contract | undefined,
  ): CompiledPolicy {
    const kind = parts.kinds.find(({ name }) => name === use.name);
    if (kind === undefined) throw new Error(`there is no policy ${use.name} in this build`);
    const steps = made(use.name, serviceName, () =>
      kind.create(use.options, {
        serviceName,
        contract,
        platform: parts.platform,
        cells: parts.cells,
        counts: parts.counts,
        store: parts.store,
        records: parts.records,
        id: placeId(use, index, serviceName),
        source: use.source,
      }),
    );
    return { use, level: kind.level, steps, callers: callerPlaces(use.only, configuration) };
  }

  /** By the index of the route; made when the first exchange takes it. */
  const chains: (NextChain | undefined)[] = [];
  const isMade: boolean[] = [];
  const { costs, platform } = parts;

  function nextChain(route: CompiledRoute): NextChain | undefined {
    const all = [...general, ...(own[route.serviceIndex] ?? [])];
    const theirs = chain(all.filter(({ use }) => isFor(use.only, route)));
    if (theirs === undefined) return undefined;
    return costs === undefined ? () => theirs : sampleChain(theirs, route, costs, platform.clock);
  }

  return {
    chainOf(route) {
      const { index } = route;
      if (isMade[index] !== true) {
        chains[index] = nextChain(route);
        isMade[index] = true;
      }
      return chains[index]?.();
    },
    wantsPreflight: [...general, ...own.flat()].some(
      ({ steps }) => steps.onPreflight !== undefined,
    ),
    hubChain: chain(general.filter(isOfHubs)),
    tellNow: (serviceIndex, request) =>
      [...general, ...(own[serviceIndex] ?? [])].map(({ steps }) => steps.tellNow?.(request)),
    publishedKeys: publishedOf([...general, ...own.flat()]),
    close() {
      for (const { steps } of [...general, ...own.flat()]) steps.close?.();
    },
  };
}

/** What the world refuses, a folder for example, is told with whose it was to be. */
function made(name: string, serviceName: string | undefined, make: () => PolicySteps): PolicySteps {
  try {
    return make();
  } catch (cause) {
    const of = serviceName === undefined ? "" : ` of service ${serviceName}`;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`policy ${name}${of} cannot be made: ${why}`, { cause });
  }
}

/** Which operation a call is for is known only to the exchanges that a hub makes of it. */
function isOfHubs({ level, steps, use }: CompiledPolicy): boolean {
  if (use.only?.operations !== undefined) return false;
  return level === "request" || steps.onOwnAnswer !== undefined;
}

/** Of a place in the configuration, the same in the next revision. */
export function placeId({ name }: PolicyUse, index: number, serviceName = ""): string {
  return `${serviceName}/${index}/${name}`;
}

function chain(policies: readonly CompiledPolicy[]): PolicyChain | undefined {
  if (policies.length === 0) return undefined;
  const wants = (...names: readonly (keyof PolicySteps)[]): boolean =>
    policies.some(({ steps }) => names.some((name) => steps[name] !== undefined));
  return {
    policies,
    wantsRouted: wants("onRouted"),
    wantsCall: wants("onCall"),
    wantsReply: wants("onReply"),
    wantsHeld: wants("holds"),
    wantsGathered: wants("gathers"),
    wantsOutputs: wants("onInput", "onOutput"),
    rewrites: wants("rewriteCall", "rewriteReply"),
    wantsAttempts: wants("onAttempt", "onAttemptEnd", "onAttemptMoved"),
    wantsHedges: wants("hedges"),
    wantsSend: wants("onSend"),
    wantsAnswer: wants("onAnswer"),
    wantsTap: wants("tapAnswer"),
    wantsProblem: wants("onProblem"),
  };
}

/** Several places may have the same keys. */
function publishedOf(policies: readonly CompiledPolicy[]): (() => readonly object[]) | undefined {
  const sources = policies.flatMap(({ steps }) => steps.publishedKeys ?? []);
  if (sources.length === 0) return undefined;
  return () => {
    const keys = sources.flatMap((source) => source());
    return [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
  };
}

function callerPlaces(
  only: PolicyScope | undefined,
  { callers }: Configuration,
): ReadonlySet<number | undefined> | undefined {
  if (only?.callers === undefined) return undefined;
  const places = only.callers.map((name) =>
    callers === "open" ? -1 : (placeNamed(callers, name) ?? -1),
  );
  // Whoever is not known is `anonymous`, whether or not there is a caller of that name.
  return new Set([...places, ...(only.callers.includes("anonymous") ? [undefined] : [])]);
}

/**
 * A route that stands for several operations (all of SOAP's are at one address) is held to what any
 * of them is: which one is called is known too late.
 */
export function isFor(only: PolicyScope | undefined, { service, route }: CompiledRoute): boolean {
  if (only?.operations === undefined) return true;
  if (route.face !== undefined && route.operation === undefined) {
    return only.operations.some((name) => isOfService(name, service));
  }
  const names = [route.id, ...(route.operation === undefined ? [] : [route.operation])];
  return only.operations.some(
    (wanted) =>
      wanted === `${service.name}.*` ||
      names.some((name) => wanted === name || wanted === `${service.name}.${name}`),
  );
}

/** The same of a route that several operations share, once it is known which one is called. */
export function isForOperation(
  only: PolicyScope | undefined,
  { service, route }: CompiledRoute,
  operation: string,
): boolean {
  if (only?.operations === undefined || route.operation !== undefined) return true;
  return only.operations.some((wanted) =>
    [`${service.name}.*`, route.id, operation, `${service.name}.${operation}`].includes(wanted),
  );
}

function isOfService(wanted: string, { name, routes }: Service): boolean {
  if (wanted.startsWith(`${name}.`)) return true;
  return routes.some(({ id, operation }) => wanted === id || wanted === operation);
}
