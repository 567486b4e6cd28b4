/** Which operation of the source each of a lock is, and what became of how it is called. */
import type { Contract, Operation } from "./contract.ts";
import { operationsByGrpcPath } from "./grpc-names.ts";
import { ownValue } from "./lock-entries.ts";
import { addressOf, compareTerms, likenessOf, termsOf, type Terms } from "./lock-terms.ts";
import type { LockChange } from "./lock.ts";

/** "": it has none of its own. */
export function identityOfOperation(operation: Operation): string {
  const { id, grpc, jsonrpc, mcp, graphql, text } = operation;
  if (grpc !== undefined) return `${grpc.service}/${grpc.method}`;
  const older = olderIdentityOf(operation);
  if (older !== "") return older;
  if (jsonrpc !== undefined) return jsonrpc.method;
  if (mcp !== undefined) return mcp.tool;
  if (graphql !== undefined) return `${graphqlKindOf(operation)} ${graphql.operation}`;
  return text === undefined ? "" : id;
}

/** In locks without terms: methods of gRPC were known by their address in REST, if any. */
export function olderIdentityOf({ rest, soap }: Operation): string {
  if (rest !== undefined) return addressOf(rest);
  if (soap === undefined) return "";
  const { portType = "", action, input } = soap;
  const element = input === undefined ? "" : `{${input.namespace}}${input.name}`;
  return [portType, element, action].filter((part) => part !== "").join(" ");
}

function graphqlKindOf({ mode, safety }: Operation): string {
  if (mode === "server-stream") return "subscription";
  return safety === "safe" ? "query" : "mutation";
}

export function termsById({ operations }: Contract): Record<string, Terms> {
  const shown = shownInGrpc(operations);
  const byId = operations.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return Object.fromEntries(
    byId.map((one) => [
      one.id,
      { ...termsOf(one), ...(shown.has(one) ? {} : { isHidden: true as const }) },
    ]),
  );
}

/** Whatever the name of the service. */
function shownInGrpc(operations: readonly Operation[]): ReadonlySet<Operation> {
  return new Set(operationsByGrpcPath("", operations).values());
}

/** Of those with one name in gRPC, that comes first which had it. */
export function inOrderOfGrpc(
  operations: readonly Operation[],
  locked: Readonly<Record<string, Terms>>,
): readonly Operation[] {
  const hadName = ({ id }: Operation): boolean => {
    const terms = ownValue(locked, id);
    return terms !== undefined && terms.isHidden !== true;
  };
  const shown = shownInGrpc([...operations.filter(hadName), ...operations]);
  return [
    ...operations.filter((one) => shown.has(one)),
    ...operations.filter((one) => !shown.has(one)),
  ];
}

/** What is called otherwise than it was; and what is gone, with what it may have become. */
export function withTerms(
  changes: readonly LockChange[],
  contract: Contract,
  locked: Readonly<Record<string, Terms>> | undefined,
): readonly LockChange[] {
  if (locked === undefined) return changes;
  const now = termsById(contract);
  const gone = namesByLikeness(changes, "gone", locked);
  const added = namesByLikeness(changes, "added", now);
  const told = changes.map((change): LockChange => {
    const before = change.kind === "gone" ? ownValue(locked, change.name) : undefined;
    const likeness = before && likenessOf(before);
    if (likeness === undefined || gone.get(likeness)?.length !== 1) return change;
    const [only, ...more] = added.get(likeness) ?? [];
    return only === undefined || more.length > 0 ? change : { ...change, now: only };
  });
  const called = Object.entries(now).flatMap(([name, terms]): readonly LockChange[] => {
    const before = ownValue(locked, name);
    if (before === undefined) return [];
    return compareTerms(before, terms).map(({ aspect, was, now: is }) => {
      return { kind: aspect, of: "operation", name, was, now: is };
    });
  });
  return [...told, ...called];
}

function namesByLikeness(
  changes: readonly LockChange[],
  kind: LockChange["kind"],
  terms: Readonly<Record<string, Terms>>,
): ReadonlyMap<string | undefined, readonly string[]> {
  const names = changes.filter((one) => one.kind === kind).map(({ name }) => name);
  return Map.groupBy(names, (name) => {
    const own = ownValue(terms, name);
    return own && likenessOf(own);
  });
}
