/**
 * An instance as one service sees it: how much it has to do, how fast it answers, and whether it is
 * well. Known by each worker for itself; it outlives revisions.
 */
import type { InstancePool } from "./instances.ts";

export type TargetState = "well" | "unreachable" | "unhealthy" | "ejected";

/** After this time of its own, a past latency counts for a third. */
const forgetMs = 10_000;
/** Consecutive ejections make it longer, so many times at most. */
const ejectionsMax = 10;

export class Target {
  readonly pool: InstancePool;
  inFlight = 0;
  /** Whether active checks say so; true without any. */
  isHealthy = true;
  ejectedUntilMs = 0;
  /** Since when it has been well; 0: from the beginning. */
  #wellSinceMs = 0;
  #failures = 0;
  #ejections = 0;
  #latencyMs = 0;
  #latencyAtMs = 0;

  constructor(pool: InstancePool) {
    this.pool = pool;
  }

  stateAt(nowMs: number): TargetState {
    if (!this.isHealthy) return "unhealthy";
    if (nowMs < this.ejectedUntilMs) return "ejected";
    return this.pool.reachable ? "well" : "unreachable";
  }

  isUsable(nowMs: number): boolean {
    return this.stateAt(nowMs) === "well";
  }

  /** Its weight, less while it is new or comes back. */
  weightAt(weight: number, nowMs: number, slowStartMs: number): number {
    const { sinceMs, unreachableUntilMs } = this.pool;
    const since = Math.max(this.#wellSinceMs, this.ejectedUntilMs, sinceMs, unreachableUntilMs);
    if (slowStartMs === 0 || since === 0 || nowMs >= since + slowStartMs) return weight;
    return weight * Math.max(0.1, (nowMs - since) / slowStartMs);
  }

  noteHealthy(isHealthy: boolean, nowMs: number): void {
    if (isHealthy && !this.isHealthy) this.#wellSinceMs = nowMs;
    this.isHealthy = isHealthy;
  }

  /** @returns how often in a row it has failed now. */
  noteOutcome(failed: boolean): number {
    this.#failures = failed ? this.#failures + 1 : 0;
    if (!failed) this.#ejections = 0;
    return this.#failures;
  }

  eject(nowMs: number, forMs: number): void {
    this.#failures = 0;
    this.#ejections = Math.min(this.#ejections + 1, ejectionsMax);
    this.ejectedUntilMs = nowMs + forMs * this.#ejections;
  }

  /** A peak counts at once, what is faster only little by little. */
  noteLatency(tookMs: number, nowMs: number): void {
    const kept = Math.exp(-(nowMs - this.#latencyAtMs) / forgetMs);
    this.#latencyAtMs = nowMs;
    this.#latencyMs =
      tookMs > this.#latencyMs ? tookMs : this.#latencyMs * kept + tookMs * (1 - kept);
  }

  /** How long a request would have to wait, more or less. */
  costAt(nowMs: number): number {
    // One that has not been asked for long is worth finding out about.
    const latency = this.#latencyMs * Math.exp(-(nowMs - this.#latencyAtMs) / forgetMs);
    return (latency + 0.1) * (this.inFlight + 1);
  }
}
