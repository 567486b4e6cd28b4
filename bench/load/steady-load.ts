/**
 * A constant rate of requests that does not wait for answers, so that a pause of the gateway is
 * seen by every request that falls into it, and not only by those under way.
 */
import { Pool } from "undici";
import { quantile } from "#bench/rig/statistics.ts";

export interface SteadyResult {
  readonly requests: number;
  /** Neither answered with 200 nor refused. */
  readonly failed: number;
  /** With 429 or 503, for there is too much. */
  readonly refused: number;
  /** Answered with 200. */
  readonly good: number;
  readonly seconds: number;
  /** Of all of them. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of those answered with 200, by the `instance` that they name. */
  readonly goodMs: ReadonlyMap<string, readonly number[]>;
}

interface SteadyOptions {
  readonly connections?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SteadyLoad {
  readonly stop: () => Promise<SteadyResult>;
}

export function startSteadyLoad(
  origin: string,
  path: string,
  perSecond: number,
  { connections = 64, headers = {} }: SteadyOptions = {},
): SteadyLoad {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const goodMs = new Map<string, number[]>();
  const latenciesMs: number[] = [];
  const pending = new Set<Promise<void>>();
  let failed = 0;
  let refused = 0;
  let good = 0;
  const note = (status: number, instance: string, tookMs: number): void => {
    if (status === 429 || status === 503) refused += 1;
    else if (status !== 200) failed += 1;
    else {
      good += 1;
      const own = goodMs.get(instance) ?? [];
      goodMs.set(instance, own);
      own.push(tookMs);
    }
  };
  const ask = async (): Promise<void> => {
    const sentMs = performance.now();
    try {
      const answer = await pool.request({ path, method: "GET", headers });
      await answer.body.dump();
      const instance = String(answer.headers["instance"]);
      note(answer.statusCode, instance, performance.now() - sentMs);
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
      const seconds = (performance.now() - startedMs) / 1000;
      await Promise.all(pending);
      await pool.close();
      return {
        requests: latenciesMs.length,
        failed,
        refused,
        good,
        seconds,
        p50Ms: quantile(latenciesMs, 0.5),
        p99Ms: quantile(latenciesMs, 0.99),
        goodMs,
      };
    },
  };
}
