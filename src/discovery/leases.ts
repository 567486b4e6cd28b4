/** Instances that were registered, each for a time; who does not renew it in time is gone. */
import type { Platform } from "#base/platform.ts";
import type { Discovery, Instance } from "#configuration/configuration.ts";
import { foundInstance } from "#configuration/found-instance.ts";
import { parseInstanceUrl } from "#configuration/instance-url.ts";

export interface Lease {
  /** Whoever knows it may renew and end it. */
  readonly id: string;
  readonly service: string;
  readonly instance: Instance;
  readonly ttlMs: number;
  readonly registeredMs: number;
  /** Wall clock. */
  readonly expiresMs: number;
}

export interface WantedLease {
  readonly service: string;
  readonly url: string;
  readonly ttlMs: number;
  readonly weight: number | undefined;
  readonly zone: string | undefined;
  readonly priority: number | undefined;
}

/** Why it cannot be had. */
export interface LeaseRefusal {
  readonly refused: "not-taken" | "bad-url" | "too-long" | "full";
  readonly detail: string;
}

export interface Leases {
  /** Another one for the same URL takes the place of the one before, and keeps its id. */
  register(wanted: WantedLease, discovery: Discovery | undefined): Lease | LeaseRefusal;
  /** Undefined: there is none, or not any more. */
  renew(id: string): Lease | undefined;
  end(id: string): Lease | undefined;
  list(): readonly Lease[];
  instancesOf(service: string): readonly Instance[];
  /** Services whose leases are over now. */
  expire(): ReadonlySet<string>;
  /** Leases of all other services are over. */
  retainOnly(services: ReadonlySet<string>): void;
}

export function createLeases({ clock, random }: Pick<Platform, "clock" | "random">): Leases {
  const leases = new Map<string, Lease & { readonly untilMs: number }>();

  function keep(lease: Omit<Lease, "expiresMs">, nowMs: number): Lease {
    const expiresMs = nowMs + lease.ttlMs;
    const kept = { ...lease, expiresMs, untilMs: clock.monotonicMs() + lease.ttlMs };
    leases.set(lease.id, kept);
    return kept;
  }

  const of = (service: string): readonly Lease[] =>
    [...leases.values()].filter((lease) => lease.service === service);

  return {
    register({ service, url, ttlMs, ...said }, discovery) {
      if (discovery?.leases === undefined) {
        const detail = `service ${service} has no \`discover.leases\` in the configuration`;
        return { refused: "not-taken", detail };
      }
      const { ttlMsMax, leasesMax } = discovery.leases;
      if (ttlMs > ttlMsMax) {
        const detail = `ttlMs is ${ttlMs}; at most ${ttlMsMax} are allowed (leases.ttlMsMax)`;
        return { refused: "too-long", detail };
      }
      const address = parseInstanceUrl(url);
      if ("error" in address || address.scheme === "tcp" || address.socketPath !== undefined) {
        const why = "error" in address ? address.error : "expected http:// or https://";
        return { refused: "bad-url", detail: `url is not possible: ${why}` };
      }
      const before = of(service).find(({ instance }) => instance.url === url);
      if (before === undefined && of(service).length >= leasesMax) {
        const detail = `service ${service} has ${leasesMax} leases already (leases.leasesMax)`;
        return { refused: "full", detail };
      }
      const { weight, zone, priority } = said;
      const instance = foundInstance(url, address, discovery, {
        ...(weight !== undefined && { weight }),
        ...(zone !== undefined && { zone }),
        ...(priority !== undefined && { priority }),
      });
      const id = before?.id ?? random.bytes(16).toString("hex");
      const nowMs = clock.nowMs();
      const registeredMs = before?.registeredMs ?? nowMs;
      return keep({ id, service, instance, ttlMs, registeredMs }, nowMs);
    },
    renew(id) {
      const lease = leases.get(id);
      return lease && keep(lease, clock.nowMs());
    },
    end(id) {
      const lease = leases.get(id);
      leases.delete(id);
      return lease;
    },
    list: () => [...leases.values()],
    instancesOf: (service) => of(service).map(({ instance }) => instance),
    expire() {
      const nowMs = clock.monotonicMs();
      const over = [...leases.values()].filter(({ untilMs }) => untilMs <= nowMs);
      for (const { id } of over) leases.delete(id);
      return new Set(over.map(({ service }) => service));
    },
    retainOnly(services) {
      for (const { id, service } of leases.values()) if (!services.has(service)) leases.delete(id);
    },
  };
}
