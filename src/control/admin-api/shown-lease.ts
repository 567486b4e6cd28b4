/** A lease as the admin API tells it. */
import type { Lease } from "#discovery/leases.ts";

export function shownLease({ id, service, instance, ttlMs, registeredMs, expiresMs }: Lease) {
  const { url, weight, zone, priority = 0 } = instance;
  const [registered, expires] = [registeredMs, expiresMs].map((ms) => new Date(ms).toISOString());
  return { id, service, url, weight, zone, priority, ttlMs, registered, expires };
}
