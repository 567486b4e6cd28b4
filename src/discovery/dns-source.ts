/**
 * A name that is looked up again and again. What was found stays in use while the lookup fails or
 * finds nothing, for a stated time: an answer that is missing says nothing about instances.
 */
import type { NameServers, Platform } from "#base/platform.ts";
import type { Discovery, DnsSource, Instance } from "#configuration/configuration.ts";
import { foundInstance } from "#configuration/found-instance.ts";
import { createKnownAddresses, type FoundAddresses } from "./known-addresses.ts";

export interface FoundInstances {
  readonly instances: readonly Instance[];
  /** How long it holds, by the records. */
  readonly ttlMs: number;
}

export interface SourceEvents {
  readonly onFound: (instances: readonly Instance[]) => void;
  /** The first of several failures in a row. */
  readonly onFailed: (reason: string) => void;
  /** It has failed for so long that its instances are given up. */
  readonly onGivenUp: (reason: string) => void;
}

export interface WatchedName {
  /** When it was looked up for the first time, with or without success. */
  readonly first: Promise<void>;
  readonly close: () => void;
}

/** However short records say that they hold. */
const lookMsMin = 1_000;
const queryMs = 2_000;
/** Of one name; what is beyond is left out. */
const instancesMax = 1_000;

/** @param isKnown whether instances of it are in use already. */
export function watchName(
  source: DnsSource,
  discovery: Discovery,
  { sockets, timers, clock }: Pick<Platform, "sockets" | "timers" | "clock">,
  isKnown: boolean,
  events: SourceEvents,
): WatchedName {
  const { servers, everyMs, keepMs } = discovery.resolver;
  const names = sockets.nameServers(servers, queryMs);
  const addressesOf = createKnownAddresses(names, keepMs, clock);
  let failures = 0;
  let goodMs = isKnown ? clock.monotonicMs() : undefined;
  let isGivenUp = false;
  let isClosed = false;
  let cancel = (): void => undefined;

  async function look(): Promise<void> {
    let waitMs: number;
    try {
      const { instances, ttlMs } = await lookUp(source, discovery, {
        addressesOf,
        services: names.services,
      });
      if (isClosed) return;
      failures = 0;
      goodMs = clock.monotonicMs();
      isGivenUp = false;
      events.onFound(instances);
      waitMs = Math.min(everyMs, ttlMs);
    } catch (error) {
      if (isClosed) return;
      fail(reasonOf(error, source));
      waitMs = Math.min(everyMs, lookMsMin * 2 ** (failures - 1));
    }
    cancel = timers.after(Math.max(lookMsMin, waitMs), () => void look());
  }

  function fail(reason: string): void {
    failures++;
    if (failures === 1) events.onFailed(reason);
    const sinceMs = goodMs === undefined ? 0 : clock.monotonicMs() - goodMs;
    if (goodMs === undefined || isGivenUp || sinceMs < keepMs) return;
    isGivenUp = true;
    events.onGivenUp(reason);
  }

  return {
    first: look(),
    close() {
      isClosed = true;
      cancel();
    },
  };
}

interface Names extends Pick<NameServers, "services"> {
  readonly addressesOf: (host: string) => Promise<FoundAddresses>;
}

/** Throws when there is none. */
async function lookUp(
  source: DnsSource,
  discovery: Discovery,
  names: Names,
): Promise<FoundInstances> {
  const found = source.kind === "address" ? addresses : services;
  const { instances, ttlMs } = await found(source, discovery, names);
  const sorted = instances.toSorted((a, b) => (a.url < b.url ? -1 : 1)).slice(0, instancesMax);
  return { instances: sorted, ttlMs };
}

async function addresses(
  { url, address }: DnsSource,
  discovery: Discovery,
  { addressesOf }: Names,
): Promise<FoundInstances> {
  const { fresh, kept, ttlMs, reason } = await addressesOf(address.host);
  if (fresh.length === 0) throw reason;
  return {
    // Asked under its name, which certificates and virtual hosts go by.
    instances: [...fresh, ...kept].map((host) =>
      foundInstance(urlAt(url, { ...address, host }), { ...address, host }, discovery),
    ),
    ttlMs,
  };
}

async function services(
  { url, address }: DnsSource,
  discovery: Discovery,
  names: Names,
): Promise<FoundInstances> {
  const records = await names.services(address.host);
  // A target of "." says that there is decidedly no such service (RFC 2782).
  const targets = records.filter(({ name }) => name !== "" && name !== ".");
  if (targets.length === 0) throw new Error("no target");
  let ttlMs = Infinity;
  let hasFresh = false;
  const instances: Instance[] = [];
  let reason: unknown;
  // At once: a server that is silent about some of them must not hold up the others.
  const asked = targets.slice(0, instancesMax).map(async (target) => {
    return { ...target, found: await names.addressesOf(target.name) };
  });
  for (const { name, port, priority, weight, found } of await Promise.all(asked)) {
    ttlMs = Math.min(ttlMs, found.ttlMs);
    reason = found.reason ?? reason;
    hasFresh ||= found.fresh.length > 0;
    for (const host of [...found.fresh, ...found.kept]) {
      const at = { ...address, host, port, authority: `${name.toLowerCase()}:${port}` };
      // 0 is for those that are hardly to be asked.
      const said = { priority, weight: Math.max(1, weight) };
      instances.push(foundInstance(urlAt(url, at), at, discovery, said));
    }
  }
  if (!hasFresh) throw reason;
  return { instances, ttlMs };
}

/** With the address in the place of the name. */
function urlAt(url: string, { scheme, host, port, basePath }: DnsSource["address"]): string {
  const slash = url.endsWith("/") ? "/" : "";
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}${basePath}${slash}`;
}

const words: Readonly<Record<string, string>> = {
  ENOTFOUND: "there is no such name",
  ENODATA: "the name has no such record",
  ESERVFAIL: "the DNS server failed",
  ETIMEOUT: "no DNS server answered in time",
  ECONNREFUSED: "no DNS server takes questions",
};

function reasonOf(error: unknown, { address, kind }: DnsSource): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const said = words[code] ?? (error instanceof Error ? error.message : String(error));
  return `${kind === "service" ? "SRV records" : "addresses"} of ${address.host}: ${said}`;
}
