/** Which instance of a service is next: in turn, passing over those that were just unreachable. */
import type { InstancePool } from "./instances.ts";

export class Balancer {
  readonly #pools: readonly InstancePool[];
  #turn = 0;

  constructor(pools: readonly InstancePool[]) {
    this.#pools = pools;
  }

  /** One that was not tried yet, a reachable one if there is; undefined when all were tried. */
  pick(tried: readonly InstancePool[]): InstancePool | undefined {
    const pools = this.#pools;
    let fallback: InstancePool | undefined;
    for (let count = 0; count < pools.length; count++) {
      this.#turn = this.#turn + 1 >= pools.length ? 0 : this.#turn + 1;
      const pool = pools[this.#turn] as InstancePool;
      if (tried.includes(pool)) continue;
      if (pool.reachable) return pool;
      fallback ??= pool;
    }
    return fallback;
  }

  /** Whether `pick` would find one. */
  hasOther(tried: readonly InstancePool[]): boolean {
    return this.#pools.some((pool) => !tried.includes(pool));
  }
}
