/** The instances of a service that can be known from outside: those written, and those in DNS. */
import type { Platform } from "#base/platform.ts";
import type { Discovery, DnsSource, Instance, Service } from "#configuration/configuration.ts";
import { watchName } from "#discovery/dns-source.ts";
import { fine, type DoctorFinding } from "./finding.ts";

export interface FoundOfService {
  readonly instances: readonly Instance[];
  readonly findings: readonly DoctorFinding[];
}

export async function findInstances(
  { name, instances, discovery }: Service,
  platform: Pick<Platform, "sockets" | "timers" | "clock">,
): Promise<FoundOfService> {
  if (discovery === undefined) return { instances, findings: [] };
  const looked = await Promise.all(
    discovery.names.map((source) => look(name, source, discovery, platform)),
  );
  const leased =
    discovery.leases === undefined
      ? []
      : [fine("reach", name, "instances that register themselves are not asked")];
  return {
    instances: [...instances, ...looked.flatMap((one) => one.instances)],
    findings: [...looked.flatMap((one) => one.findings), ...leased],
  };
}

async function look(
  name: string,
  source: DnsSource,
  discovery: Discovery,
  platform: Pick<Platform, "sockets" | "timers" | "clock">,
): Promise<FoundOfService> {
  let instances: readonly Instance[] = [];
  let why = "it has no instances";
  const watched = watchName(source, discovery, platform, false, {
    onFound: (found) => void (instances = found),
    onFailed: (reason) => void (why = reason),
    onGivenUp: () => undefined,
  });
  await watched.first;
  watched.close();
  if (instances.length > 0) return { instances, findings: [] };
  const subject = `${name} at ${source.url}`;
  const advice = "correct the name, or its records; until then calls are answered with 503";
  return {
    instances,
    findings: [{ check: "reach", severity: "error", subject, what: why, advice }],
  };
}
