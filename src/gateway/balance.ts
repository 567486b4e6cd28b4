/** Which instance of a service is next: in turn, passing over those that were just unreachable. */
import type { InstancePool } from "./instances.ts";

export interface Balancer {
  /** One that was not tried yet, a reachable one if there is; undefined when all were tried. */
  pick(tried: readonly InstancePool[]): InstancePool | undefined;
  /** Whether `pick` would find one. */
  hasOther(tried: readonly InstancePool[]): boolean;
}

export function createBalancer(pools: readonly InstancePool[]): Balancer {
  let turn = 0;
  return {
    pick(tried) {
      let fallback: InstancePool | undefined;
      for (let count = 0; count < pools.length; count++) {
        turn = turn + 1 >= pools.length ? 0 : turn + 1;
        const pool = pools[turn] as InstancePool;
        if (tried.includes(pool)) continue;
        if (pool.reachable) return pool;
        fallback ??= pool;
      }
      return fallback;
    },
    hasOther: (tried) => pools.some((pool) => !tried.includes(pool)),
  };
}
