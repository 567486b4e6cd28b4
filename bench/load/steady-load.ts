/**
 * A constant rate of requests that does not wait for answers, so that a pause of the gateway is
 * seen by every request that falls into it, and not only by those under way.
 */
import { Pool } from "undici";
import { quantile } from "#bench/rig/statistics.ts";

export interface SteadyResult {
  readonly requests: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface SteadyLoad {
  readonly stop: () => Promise<SteadyResult>;
}

export function startSteadyLoad(origin: string, path: string, perSecond: number): SteadyLoad {
  const pool = new Pool(origin, { connections: 64, pipelining: 1 });
  const latenciesMs: number[] = [];
  const pending = new Set<Promise<void>>();
  let failed = 0;
  const ask = async (): Promise<void> => {
    const sentMs = performance.now();
    try {
      const answer = await pool.request({ path, method: "GET" });
      await answer.body.dump();
      if (answer.statusCode !== 200) failed += 1;
    } catch {
      failed += 1;
    }
    latenciesMs.push(performance.now() - sentMs);
  };
  const startedMs = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - startedMs) * perSecond) / 1000;
    for (; sent < due; sent += 1) {
      const one = ask();
      pending.add(one);
      void one.then(() => pending.delete(one));
    }
  }, 2);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(pending);
      await pool.close();
      return {
        requests: latenciesMs.length,
        failed,
        p50Ms: quantile(latenciesMs, 0.5),
        p99Ms: quantile(latenciesMs, 0.99),
      };
    },
  };
}
