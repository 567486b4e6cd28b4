/**
 * Knows the instances of all services: those that are written and those that are found, in the
 * main thread, for all workers. What was found outlives a revision that asks for the same.
 */
import type { Log } from "#base/log.ts";
import type { Cancel, Platform } from "#base/platform.ts";
import type {
  Configuration,
  Discovery,
  Instance,
  InstanceLists,
} from "#configuration/configuration.ts";
import { saysTheSame } from "#configuration/revision.ts";
import { watchName, type WatchedName } from "./dns-source.ts";
import { createLeases, type Lease, type LeaseRefusal, type WantedLease } from "./leases.ts";

export interface InstanceDiscovery {
  /** Services that find instances, with all that they have now. */
  readonly lists: InstanceLists;
  /** From now on as it says. Resolves when new names were looked up, or after a while. */
  take(configuration: Configuration): Promise<void>;
  register(wanted: WantedLease): Lease | LeaseRefusal;
  renew(id: string): Lease | undefined;
  end(id: string): Lease | undefined;
  leases(): readonly Lease[];
  close(): void;
}

interface Found {
  readonly discovery: Discovery;
  readonly names: readonly WatchedName[];
  /** By the place of the name. */
  readonly instances: (readonly Instance[])[];
}

const expireEveryMs = 200;
/** How long a start or a new revision waits for the first answers. */
const firstMs = 3_000;

/** @param onChange the lists are others now. */
export function createDiscovery(
  platform: Platform,
  log: Log,
  onChange: (lists: InstanceLists) => void,
): InstanceDiscovery {
  const { timers } = platform;
  const leases = createLeases(platform);
  let configuration: Configuration | undefined;
  const found = new Map<string, Found>();
  let lists: InstanceLists = {};
  let stopExpiring: Cancel | undefined;

  function expire(): void {
    const over = leases.expire();
    for (const service of over) {
      log.warn("lease-expired", `a lease of ${service} was not renewed in time`, { service });
    }
    if (over.size > 0) renewLists();
  }

  function renewLists(): void {
    const next: Record<string, readonly Instance[]> = {};
    for (const { name, instances, discovery } of configuration?.services ?? []) {
      if (discovery === undefined) continue;
      const named = found.get(name)?.instances.flat() ?? [];
      const all = [...instances, ...named, ...leases.instancesOf(name)];
      // Whoever is told of by several sources is one instance; the first has its way.
      const first = new Map(all.toReversed().map((one) => [one.url, one]));
      next[name] = all.filter((one) => first.get(one.url) === one);
    }
    if (saysTheSame(next, lists)) return;
    logChanges(lists, next);
    lists = next;
    onChange(lists);
  }

  function logChanges(before: InstanceLists, after: InstanceLists): void {
    for (const [service, list] of Object.entries(after)) {
      const old = new Set(before[service]?.map(({ url }) => url));
      const now = new Set(list.map(({ url }) => url));
      const added = [...now].filter((url) => !old.has(url)).length;
      const removed = [...old].filter((url) => !now.has(url)).length;
      if (added === 0 && removed === 0) continue;
      const message = `${service} has ${list.length} instances: ${added} more, ${removed} gone`;
      log.info("instances-changed", message, { service, count: list.length, added, removed });
    }
  }

  /** @param before what was found by the revision before. */
  function watch(service: string, discovery: Discovery, before: Found | undefined): Found {
    const instances = discovery.names.map(({ url }) => {
      const index = before?.discovery.names.findIndex((source) => source.url === url) ?? -1;
      return before?.instances[index] ?? [];
    });
    let hasFailed = false;
    const names = discovery.names.map((source, index) => {
      const fields = { service, source: source.url };
      const isKnown = instances[index]?.length !== 0;
      return watchName(source, discovery, platform, isKnown, {
        onFound(list) {
          if (hasFailed) log.info("discovery-recovered", `${source.url} is found again`, fields);
          hasFailed = false;
          instances[index] = list;
          renewLists();
        },
        onFailed(reason) {
          hasFailed = true;
          const kept = instances[index]?.length ?? 0;
          const keepS = discovery.resolver.keepMs / 1_000;
          const what = `${reason}; the ${kept} instances found before stay for ${keepS} s`;
          log.warn("discovery-failed", what, fields);
        },
        onGivenUp(reason) {
          instances[index] = [];
          log.error("discovery-given-up", `${reason}; its instances are given up`, fields);
          renewLists();
        },
      });
    });
    return { discovery, names, instances };
  }

  return {
    get lists() {
      return lists;
    },
    async take(next) {
      configuration = next;
      const wanted = new Map(
        next.services.flatMap(({ name, discovery }) => (discovery ? [[name, discovery]] : [])),
      );
      const before = new Map(found);
      for (const [name, { discovery, names }] of before) {
        if (saysTheSame(wanted.get(name), discovery)) continue;
        for (const one of names) one.close();
        found.delete(name);
      }
      const fresh: Promise<void>[] = [];
      for (const [name, discovery] of wanted) {
        if (found.has(name)) continue;
        const one = watch(name, discovery, before.get(name));
        found.set(name, one);
        fresh.push(...one.names.map(({ first }) => first));
      }
      const leasing = next.services.filter(({ discovery }) => discovery?.leases !== undefined);
      if (leasing.length > 0) stopExpiring ??= timers.every(expireEveryMs, expire);
      leases.retainOnly(new Set(leasing.map(({ name }) => name)));
      renewLists();
      if (fresh.length === 0) return;
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const cancel = timers.after(firstMs, resolve);
      await Promise.race([Promise.all(fresh), late]);
      cancel();
    },
    register(wanted) {
      const service = configuration?.services.find(({ name }) => name === wanted.service);
      const lease = leases.register(wanted, service?.discovery);
      renewLists();
      return lease;
    },
    renew: (id) => leases.renew(id),
    end(id) {
      const lease = leases.end(id);
      renewLists();
      return lease;
    },
    leases: () => leases.list(),
    close() {
      stopExpiring?.();
      for (const { names } of found.values()) for (const one of names) one.close();
    },
  };
}
