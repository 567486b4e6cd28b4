/** What is captured of the exchanges of a route, worked out once for each. */
import type { Capture, Revision, Route } from "#configuration/configuration.ts";
import type { CompiledRoute } from "#gateway/compile-routes.ts";
import { createSensitiveNames, type SensitiveNames } from "#ledger/bodies/sensitive-names.ts";
import { sensitiveFieldsOf } from "./sensitive-fields.ts";

export interface CapturePlan {
  /** The most that any operation of the route asks for: a document tells its operation late. */
  readonly most: Capture;
  /** By the operation, once it is known. */
  readonly captureOf: (operation: string | undefined) => Capture;
  readonly names: SensitiveNames;
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
  const fromContract = contract === undefined ? [] : sensitiveFieldsOf(contract);
  return {
    most:
      route.operation === undefined
        ? Object.values(operations).reduce(greater, ofRoute)
        : captureOf(route.operation),
    captureOf,
    names: createSensitiveNames([...sensitive, ...fromContract, ...proofsIn(route)]),
  };
}

/**
 * Of a request to a face over all services: it holds any number of calls, and names of fields do
 * not tell what to mask in it, so it is committed to and never kept.
 */
export function createHubPlan({ configuration }: Pick<Revision, "configuration">): CapturePlan {
  const most = configuration.ledger?.capture === "none" ? "none" : "digest";
  return { most, captureOf: () => most, names: createSensitiveNames([]) };
}

/**
 * What a UsernameToken calls the secret of a caller. Those that are passed on to the service are
 * secrets as those that are proofs here.
 */
function proofsIn({ face }: Route): readonly string[] {
  return face === "soap" ? ["Password"] : [];
}

function greater(one: Capture, other: Capture): Capture {
  return ranks[one] >= ranks[other] ? one : other;
}
