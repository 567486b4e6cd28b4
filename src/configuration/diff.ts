/** What changed between two configurations, short enough for a log line. Values are not shown. */
import {
  callerAt,
  callerNameAt,
  haveSameKeys,
  haveSameOrder,
  placeNamed,
  type Callers,
} from "./callers.ts";
import type { Caller, Configuration } from "./configuration.ts";
import { canonicalJson, saysTheSame } from "./revision.ts";

export interface Change {
  readonly kind: "added" | "removed" | "changed";
  /** `services.orders`, `services.orders.instances`, `callers.storefront`, `listen.port`. */
  readonly path: string;
}

export function diffConfigurations(before: Configuration, after: Configuration): readonly Change[] {
  return [
    ...diffNamed("services", before.services, after.services, diffFields),
    ...diffCallers(before.callers, after.callers),
    ...diffFields("identity", before.identity ?? {}, after.identity ?? {}),
    ...diffFields("listen", before.listen, after.listen),
    ...diffFields("limits", before.limits, after.limits),
    ...diffFields("timeouts", before.timeouts, after.timeouts),
    ...diffFields("graphql", before.graphql ?? {}, after.graphql ?? {}),
    ...diffLedger(before.ledger, after.ledger),
    ...diffFields("log", before.log, after.log),
    ...(["policies", "limitStore", "zone"] as const).flatMap((key) =>
      diffWhole(key, before[key], after[key]),
    ),
    ...diffWhole("state.path", before.stateFolder, after.stateFolder),
  ];
}

function diffWhole(path: string, before: unknown, after: unknown): readonly Change[] {
  if (saysTheSame(before, after)) return [];
  if (before === undefined) return [{ kind: "added", path }];
  return [{ kind: after === undefined ? "removed" : "changed", path }];
}

function diffCallers(
  before: Configuration["callers"],
  after: Configuration["callers"],
): readonly Change[] {
  if (before === "open" || after === "open") {
    return before === after ? [] : [{ kind: "changed", path: "callers" }];
  }
  const earlier = callersMissing(before, after);
  const changes = diffNamed("callers", earlier, callersMissing(after, before), diffFields);
  if (changes.length > 0 || haveSameOrder(before, after)) return changes;
  return [{ kind: "changed", path: "callers" }];
}

/** Those that are not just so among the others; of 100,000 that are few. */
function callersMissing(callers: Callers, others: Callers): readonly Caller[] {
  const own = callers.grants.map(canonicalJson);
  const other = others.grants.map(canonicalJson);
  const missing: Caller[] = [];
  for (let place = 0; place < callers.count; place++) {
    const there = placeNamed(others, callerNameAt(callers, place) as string);
    const isThere =
      there !== undefined &&
      haveSameKeys(callers, place, others, there) &&
      own[callers.grantPlaces[place] as number] === other[others.grantPlaces[there] as number] &&
      saysTheSame(callers.proofs.get(place), others.proofs.get(there));
    if (!isThere) missing.push(callerAt(callers, place) as Caller);
  }
  return missing;
}

function diffLedger(
  before: Configuration["ledger"],
  after: Configuration["ledger"],
): readonly Change[] {
  if (before !== undefined && after !== undefined) return diffFields("ledger", before, after);
  if (before === after) return [];
  return [{ kind: before === undefined ? "added" : "removed", path: "ledger" }];
}

interface Named {
  readonly name: string;
}

function diffNamed<Item extends Named>(
  path: string,
  before: readonly Item[],
  after: readonly Item[],
  diffItems: (path: string, before: Item, after: Item) => readonly Change[],
): readonly Change[] {
  const changes: Change[] = [];
  const earlier = new Map(before.map((item) => [item.name, item]));
  for (const item of after) {
    const own = `${path}.${item.name}`;
    const old = earlier.get(item.name);
    if (old === undefined) changes.push({ kind: "added", path: own });
    else changes.push(...diffItems(own, old, item));
    earlier.delete(item.name);
  }
  for (const name of earlier.keys()) changes.push({ kind: "removed", path: `${path}.${name}` });
  if (changes.length === 0 && before.some(({ name }, index) => after[index]?.name !== name)) {
    // The order decides between routes that match the same requests.
    changes.push({ kind: "changed", path });
  }
  return changes;
}

function diffFields(path: string, before: object, after: object): readonly Change[] {
  const old = new Map(Object.entries(before));
  return Object.entries(after)
    .filter(([field, value]) => !saysTheSame(old.get(field), value))
    .map(([field]) => ({ kind: "changed", path: `${path}.${field}` }));
}
