/** What is captured of the exchanges of a route, worked out once for each. */
import type { Capture, Revision, Route, Service } from "#configuration/configuration.ts";
import type { Contract } from "#contract/contract.ts";
import { cutPath } from "#contract/path-segments.ts";
import type { CompiledRoute } from "#gateway/compile-routes.ts";
import { routedPath } from "#gateway/contract-routes.ts";
import { createSensitiveNames, type SensitiveNames } from "#ledger/bodies/sensitive-names.ts";
import { sensitiveFieldsOf } from "./sensitive-fields.ts";

export interface CapturePlan {
  /** The most that any operation of the route asks for: a document tells its operation late. */
  readonly most: Capture;
  /** By the operation, once it is known. */
  readonly captureOf: (operation: string | undefined) => Capture;
  readonly names: SensitiveNames;
  /** The same, and what keys of callers are called in queries. */
  readonly headNames: SensitiveNames;
  /** Of the route, with the names of its segments' values; `{name=**}`: of all that follow. */
  readonly path: string | undefined;
}

const ranks: Readonly<Record<Capture, number>> = { none: 0, digest: 1, full: 2 };

export function createCapturePlan(
  { route, service }: CompiledRoute,
  revision: Revision,
): CapturePlan {
  const { capture: general = "none", operations = {}, sensitive = [] } = service.ledger ?? {};
  const ofRoute = operations[route.id] ?? general;
  const captureOf = (operation: string | undefined): Capture =>
    operation === undefined ? ofRoute : (operations[operation] ?? ofRoute);
  const contract = revision.contracts.get(service.name);
  const listed = createSensitiveNames(sensitive);
  const fromContract = contract === undefined ? [] : sensitiveFieldsOf(contract, listed);
  const names = createSensitiveNames([...sensitive, ...fromContract, ...proofsIn(route)]);
  return {
    most:
      route.operation === undefined
        ? Object.values(operations).reduce(greater, ofRoute)
        : captureOf(route.operation),
    captureOf,
    names,
    headNames: withKey(names, revision.configuration.identity?.key.query),
    path: namedPath(route, service, contract),
  };
}

/** Routes of a contract number what stands in their segments; the contract gives it names. */
function namedPath(route: Route, { name }: Service, contract: Contract | undefined): string {
  const operation = contract?.operations.find(({ id }) => id === route.operation);
  if (route.face !== "rest" || operation?.rest === undefined) return route.path;
  for (const rest of [operation.rest, ...(operation.rest.aliases ?? [])]) {
    if (route.path !== `/${name}${routedPath({ ...operation, rest })}`) continue;
    const { segments, rest: isOpen } = cutPath(rest.path);
    const path = `/${name}/${segments.join("/")}`;
    return isOpen ? path.replace(/\}$/, "=**}") : path;
  }
  return route.path;
}

/**
 * Of a request to a face over all services: it holds any number of calls, and names of fields do
 * not tell what to mask in it, so it is committed to and never kept.
 */
export function createHubPlan({ configuration }: Pick<Revision, "configuration">): CapturePlan {
  const most = configuration.ledger?.capture === "none" ? "none" : "digest";
  const names = createSensitiveNames([]);
  return { most, captureOf: () => most, names, headNames: names, path: undefined };
}

/**
 * What a UsernameToken calls the secret of a caller. Those that are passed on to the service are
 * secrets as those that are proofs here.
 */
function proofsIn({ face }: Route): readonly string[] {
  return face === "soap" ? ["Password"] : [];
}

/** In addresses that requests come from a key stands as it stood in their own. */
function withKey(names: SensitiveNames, parameter: string | undefined): SensitiveNames {
  if (parameter === undefined) return names;
  return { isEmpty: names.isEmpty, has: (name) => name === parameter || names.has(name) };
}

function greater(one: Capture, other: Capture): Capture {
  return ranks[one] >= ranks[other] ? one : other;
}
