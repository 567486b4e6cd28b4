/**
 * A revision on its way to a worker: a large one goes in parts, since a worker can do nothing else
 * while it takes one in.
 */
import type { Revision, Service } from "#configuration/configuration.ts";
import type { Contract } from "#contract/contract.ts";

export interface RevisionPart {
  readonly services: readonly Service[];
  readonly contracts: readonly (readonly [service: string, Contract])[];
}

export interface SplitRevision {
  /** To go ahead, in this order. */
  readonly parts: readonly RevisionPart[];
  /** The revision without what is in them. */
  readonly rest: Revision;
}

/** What of routes and of operations is taken in within a millisecond or two. */
const weightMax = 500;

export function splitRevision(revision: Revision): SplitRevision {
  const { configuration } = revision;
  const parts: RevisionPart[] = [];
  let services: Service[] = [];
  let contracts: (readonly [string, Contract])[] = [];
  let weight = 0;
  for (const service of configuration.services) {
    const contract = revision.contracts.get(service.name);
    const own = service.routes.length + 1 + 4 * (contract?.operations.length ?? 0);
    if (weight > 0 && weight + own > weightMax) {
      parts.push({ services, contracts });
      [services, contracts, weight] = [[], [], 0];
    }
    services.push(service);
    if (contract !== undefined) contracts.push([service.name, contract]);
    weight += own;
  }
  const rest = {
    ...revision,
    configuration: { ...configuration, services },
    contracts: new Map(contracts),
  };
  return { parts, rest };
}

export function joinRevision({ parts, rest }: SplitRevision): Revision {
  if (parts.length === 0) return rest;
  const { configuration } = rest;
  const services = [...parts.flatMap((part) => part.services), ...configuration.services];
  const contracts = new Map([...parts.flatMap((part) => part.contracts), ...rest.contracts]);
  return { ...rest, configuration: { ...configuration, services }, contracts };
}
