/** Puts other instances in the place of those that a snapshot was built with. */
import type { InstanceLists } from "#configuration/configuration.ts";
import { saysTheSame } from "#configuration/revision.ts";
import type { InstancePool, InstanceRegistry } from "./instances.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * Exchanges under way keep theirs.
 * @returns the pools that are in use now; undefined: nothing has changed.
 */
export function listInstances(
  { revision, balancers, probes }: Snapshot,
  lists: InstanceLists,
  registry: InstanceRegistry,
): ReadonlySet<InstancePool> | undefined {
  const { services, limits, timeouts } = revision.configuration;
  let hasChanged = false;
  for (const [index, { name }] of services.entries()) {
    const list = lists[name];
    const balancer = balancers[index];
    if (list === undefined || balancer === undefined) continue;
    if (saysTheSame(list, balancer.instances)) continue;
    hasChanged = true;
    const targets = registry.of(list, limits, timeouts).map((pool) => pool.targetFor(name));
    balancer.replace(list, targets);
    probes.replace(name, targets);
  }
  if (!hasChanged) return undefined;
  return new Set(balancers.flatMap(({ targets }) => targets.map(({ pool }) => pool)));
}
