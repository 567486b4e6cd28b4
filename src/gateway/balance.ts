/** Which instance of a service is next: by a strategy, passing over those that are not well. */
import type { Balance, Instance, OutlierRule, Service } from "#configuration/configuration.ts";
import { createRing, type Ring } from "./hash-ring.ts";
import type { Target } from "./target.ts";

export interface BalancerContext {
  /** Coarse. */
  readonly clock: { readonly nowMs: number };
  /** Whole numbers from 0 to below a bound. */
  readonly draw: (bound: number) => number;
}

type BalancedService = Pick<Service, "balance" | "instances" | "outlier">;

export class Balancer {
  #instances: readonly Instance[] = [];
  #targets: readonly Target[] = [];
  /** Those that get new requests; their weights and zones beside them. */
  #open: readonly Target[] = [];
  #weights: readonly number[] = [];
  #places: readonly Pick<Instance, "zone" | "priority">[] = [];
  readonly #balance: Balance;
  readonly #outlier: OutlierRule | undefined;
  readonly #context: BalancerContext;
  /** Where the gateway runs. */
  readonly #zone: string | undefined;
  #ring: Ring | undefined;
  /** For smooth turns by weight: who has waited longest for its share. */
  #credit = new Float64Array();
  #isEven = true;
  /** Whether all are as near as each other. */
  #isFlat = true;
  #turn = 0;

  /** @param targets in the order of the service's instances. */
  constructor(
    service: BalancedService,
    targets: readonly Target[],
    context: BalancerContext,
    zone?: string,
  ) {
    const { balance, outlier, instances } = service;
    this.#balance = balance;
    this.#outlier = outlier;
    this.#context = context;
    this.#zone = zone;
    this.replace(instances, targets);
  }

  get instances(): readonly Instance[] {
    return this.#instances;
  }

  /** In the order of the instances. */
  get targets(): readonly Target[] {
    return this.#targets;
  }

  /** Others from now on, or the same with other weights. */
  replace(instances: readonly Instance[], targets: readonly Target[]): void {
    const open = instances.filter(({ drain }) => !drain);
    this.#instances = instances;
    this.#targets = targets;
    this.#open = targets.filter((_target, index) => instances[index]?.drain === false);
    this.#weights = open.map(({ weight }) => weight);
    this.#places = open;
    this.#credit = new Float64Array(open.length);
    this.#isEven = this.#weights.every((weight) => weight === this.#weights[0]);
    const [first] = open;
    this.#isFlat = open.every(
      ({ zone, priority = 0 }) =>
        priority === (first?.priority ?? 0) && (this.#zone === undefined || zone === first?.zone),
    );
    this.#ring = this.#balance.strategy === "hash" ? createRing(open) : undefined;
  }

  /** By what requests are told apart; undefined: they are not. */
  get hashBy(): string | undefined {
    return this.#ring === undefined ? undefined : this.#balance.hashBy;
  }

  /** Whether it wants to know how long answers take. */
  get wantsLatency(): boolean {
    return this.#balance.strategy === "peak-ewma";
  }

  /**
   * One that was not tried yet and is well, if there is one, else any that is not drained;
   * undefined when all were tried. @param key of the request, where `hashBy` asks for one.
   */
  pick(tried: readonly Target[], key = ""): Target | undefined {
    const open = this.#open;
    const [only] = open;
    if (only === undefined || open.length === 1) {
      return only === undefined || tried.includes(only) ? undefined : only;
    }
    const { nowMs } = this.#context.clock;
    const { strategy, slowStartMs } = this.#balance;
    if (strategy === "round-robin" && this.#isEven && this.#isFlat && slowStartMs === 0) {
      return this.#inTurn(tried, nowMs);
    }
    const untried = open.filter((target) => !tried.includes(target));
    const well = untried.filter((target) => target.isUsable(nowMs));
    const candidates = this.#nearest(well.length > 0 ? well : untried);
    if (candidates.length < 2) return candidates[0];
    switch (strategy) {
      case "hash":
        return this.#byKey(key, candidates);
      case "round-robin":
        return this.#byWeight(candidates, nowMs);
      case "least-requests":
        return this.#betterOfTwo(candidates, nowMs, ({ inFlight }) => inFlight + 1);
      case "peak-ewma":
        return this.#betterOfTwo(candidates, nowMs, (target) => target.costAt(nowMs));
    }
  }

  #nearest(candidates: readonly Target[]): readonly Target[] {
    if (this.#isFlat) return candidates;
    const placeOf = (target: Target) => this.#places[this.#open.indexOf(target)];
    return nearestOf(candidates, placeOf, this.#zone);
  }

  #inTurn(tried: readonly Target[], nowMs: number): Target | undefined {
    const open = this.#open;
    let fallback: Target | undefined;
    for (let count = 0; count < open.length; count++) {
      this.#turn = this.#turn + 1 >= open.length ? 0 : this.#turn + 1;
      const target = open[this.#turn] as Target;
      if (tried.includes(target)) continue;
      if (target.isUsable(nowMs)) return target;
      fallback ??= target;
    }
    return fallback;
  }

  #weightOf(target: Target, nowMs: number): number {
    const weight = this.#weights[this.#open.indexOf(target)] as number;
    return target.weightAt(weight, nowMs, this.#balance.slowStartMs);
  }

  /** Smooth weighted round robin, as nginx has it: 5:1 is aaabaa, not aaaaab. */
  #byWeight(candidates: readonly Target[], nowMs: number): Target {
    let total = 0;
    let best = -1;
    for (const target of candidates) {
      const at = this.#open.indexOf(target);
      const weight = this.#weightOf(target, nowMs);
      total += weight;
      this.#credit[at] = (this.#credit[at] as number) + weight;
      if (best < 0 || (this.#credit[at] ?? 0) > (this.#credit[best] as number)) best = at;
    }
    this.#credit[best] = (this.#credit[best] as number) - total;
    return this.#open[best] as Target;
  }

  /** Two that are drawn are as good as looking at all, without all running to the same one. */
  #betterOfTwo(
    candidates: readonly Target[],
    nowMs: number,
    cost: (target: Target) => number,
  ): Target {
    const { draw } = this.#context;
    const at = draw(candidates.length);
    const one = candidates[at] as Target;
    const step = 1 + draw(candidates.length - 1);
    const other = candidates[(at + step) % candidates.length] as Target;
    const ofOne = cost(one) / this.#weightOf(one, nowMs);
    return ofOne <= cost(other) / this.#weightOf(other, nowMs) ? one : other;
  }

  #byKey(key: string, candidates: readonly Target[]): Target | undefined {
    let inFlight = 1;
    for (const target of this.#open) inFlight += target.inFlight;
    const share = inFlight / candidates.length;
    const order = (this.#ring as Ring).orderOf(key);
    let first: Target | undefined;
    for (const at of order) {
      const target = this.#open[at] as Target;
      if (!candidates.includes(target)) continue;
      first ??= target;
      if (target.inFlight <= share * boundedLoad) return target;
    }
    return first;
  }

  /** Whether `pick` would find one. */
  hasOther(tried: readonly Target[]): boolean {
    return this.#open.some((target) => !tried.includes(target));
  }

  /** An attempt has had its answer, or failed. @returns whether the instance is ejected for it. */
  note(target: Target, failed: boolean): boolean {
    const failures = target.noteOutcome(failed);
    const rule = this.#outlier;
    if (rule === undefined || failures < rule.failures) return false;
    const { nowMs } = this.#context.clock;
    const open = this.#open;
    const ejected = open.filter(({ ejectedUntilMs }) => nowMs < ejectedUntilMs).length;
    if ((ejected + 1) * 100 > rule.ejectPercentMax * open.length) return false;
    target.eject(nowMs, rule.ejectMs);
    return true;
  }
}

/** Of the lowest priority, and of the gateway's own zone if there is one in it. */
export function nearestOf<One>(
  candidates: readonly One[],
  placeOf: (one: One) => Pick<Instance, "zone" | "priority"> | undefined,
  zone: string | undefined,
): readonly One[] {
  const priorityOf = (one: One): number => placeOf(one)?.priority ?? 0;
  const lowest = Math.min(...candidates.map(priorityOf));
  const first = candidates.filter((one) => priorityOf(one) === lowest);
  const near = first.filter((one) => placeOf(one)?.zone === zone);
  return zone === undefined || near.length === 0 ? first : near;
}

/** How much more than its share an instance takes before the next on the ring is asked. */
const boundedLoad = 1.25;
