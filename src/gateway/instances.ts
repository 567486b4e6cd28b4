/**
 * The instances that a worker knows, each with its pool of connections. They outlive revisions:
 * a new one that names the same instance keeps its connections.
 */
import type { Limits, Timeouts } from "#base/limits.ts";
import type { Platform } from "#base/platform.ts";
import type { Instance } from "#configuration/configuration.ts";
import { Http2Pool } from "#wire/http2-pool.ts";
import { Target } from "./target.ts";
import { ConnectionPool, type Pool, type PoolContext, type PoolTarget } from "#wire/pool.ts";

/** After a failed connection the instance is passed over that long, if there are others. */
const coolDownMs = 1_000;

export class InstancePool {
  readonly instance: Instance;
  readonly connections: Pool;
  readonly #clock: { readonly nowMs: number };
  /** Since when it is there; 0: since requests are served. */
  readonly sinceMs: number;
  #unreachableUntilMs = 0;
  /** As each service sees it. */
  readonly #targets = new Map<string, Target>();

  constructor(
    instance: Instance,
    connections: Pool,
    clock: { readonly nowMs: number },
    sinceMs = 0,
  ) {
    this.sinceMs = sinceMs;
    this.instance = instance;
    this.connections = connections;
    this.#clock = clock;
  }

  /** Until when it is passed over, because it was not reached; 0: it always was. */
  get unreachableUntilMs(): number {
    return this.#unreachableUntilMs;
  }

  get reachable(): boolean {
    return this.#clock.nowMs >= this.#unreachableUntilMs;
  }

  targetFor(serviceName: string): Target {
    const found = this.#targets.get(serviceName) ?? new Target(this);
    this.#targets.set(serviceName, found);
    return found;
  }

  noteUnreachable(): void {
    this.#unreachableUntilMs = this.#clock.nowMs + coolDownMs;
  }
}

export interface InstanceRegistry {
  /** Pools for these instances in order; those that no call has named since `retire` close. */
  of(instances: readonly Instance[], limits: Limits, timeouts: Timeouts): readonly InstancePool[];
  /** Closes the pools of all instances but these. */
  retainOnly(kept: ReadonlySet<InstancePool>): void;
  /** Requests are served: whoever is found from now on is new beside the others. */
  beginServing(): void;
  onTick(nowMs: number): void;
}

export function createInstanceRegistry(
  platform: Platform,
  clock: { readonly nowMs: number },
): InstanceRegistry {
  const pools = new Map<string, InstancePool>();
  let isServing = false;
  return {
    beginServing: () => void (isServing = true),
    of(instances, limits, timeouts) {
      return instances.map((instance) => {
        // Limits and files belong to the key: a change of them takes new connections.
        const target = targetOf(instance, platform);
        const {
          weight: _weight,
          drain: _drain,
          zone: _zone,
          priority: _priority,
          ...same
        } = instance;
        const key = JSON.stringify([same, limits, timeouts, target]);
        let pool = pools.get(key);
        if (pool === undefined) {
          const context: PoolContext = { platform, limits, timeouts, clock };
          const connections = openPool(instance, target, context);
          pool = new InstancePool(instance, connections, clock, isServing ? clock.nowMs : 0);
          pools.set(key, pool);
        }
        return pool;
      });
    },
    retainOnly(kept) {
      for (const [key, pool] of pools) {
        if (kept.has(pool)) continue;
        pools.delete(key);
        pool.connections.close();
      }
    },
    onTick(nowMs) {
      for (const pool of pools.values()) pool.connections.onTick(nowMs);
    },
  };
}

function openPool(instance: Instance, target: PoolTarget, context: PoolContext): Pool {
  return instance.http2 ? new Http2Pool(target, context) : new ConnectionPool(target, context);
}

function targetOf(instance: Instance, platform: Platform): PoolTarget {
  const { host, port, socketPath, tls, framing } = instance;
  const read = (file: string | undefined) =>
    file === undefined ? undefined : platform.files.read(file);
  return {
    host,
    port,
    socketPath,
    framing,
    tls:
      tls === undefined
        ? undefined
        : {
            serverName: tls.serverName,
            verify: tls.verify,
            ca: read(tls.caFile),
            cert: read(tls.certFile),
            key: read(tls.keyFile),
          },
  };
}
