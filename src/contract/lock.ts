/**
 * The lock file: which name stands for which part of the source, so that a contract whose source
 * is put in another order, or grows, keeps the names and numbers that callers know. Names were
 * numbered where they clashed, in the order of the source.
 */
import { hash } from "node:crypto";
import { canonicalText } from "./canonical-bytes.ts";
import type { Contract, Operation } from "./contract.ts";
import { isEntry, type LockedMembers } from "./lock-entries.ts";
import { applyMembers } from "./lock-members.ts";
import { renameContract } from "./rename.ts";
import type { NamedType } from "./types.ts";

/** Names, and what each of them stands for in the source. */
export interface LockedNames extends LockedMembers {
  readonly operations: Readonly<Record<string, string>>;
  readonly types: Readonly<Record<string, string>>;
}

export interface LockChange {
  readonly kind: "kept" | "added" | "gone" | "replaced";
  readonly of: "operation" | "type" | "member";
  /** Of a member with its owner: `Invoice.choice2`. */
  readonly name: string;
  /** kept: the name that it would have without the lock; replaced: what the name stood for. */
  readonly was: string;
}

/**
 * Operations and types without an identity of their own are left out: they cannot be told apart.
 * @param previous the lock that the contract is under, whose numbers are not given again.
 */
export function lockNames(contract: Contract, previous?: LockedNames): LockedNames {
  return { ...namesOf(contract), ...applyMembers(contract, previous).members };
}

function namesOf({ operations, types }: Contract): Pick<LockedNames, "operations" | "types"> {
  return {
    operations: sorted(operations.map((one) => [one.id, identityOfOperation(one)])),
    types: sorted(Array.from(types.values(), (one) => [one.name, identityOfType(one)])),
  };
}

/** The contract under its locked names, and how it differs from what was locked. */
export function applyLock(
  contract: Contract,
  locked: LockedNames,
): { readonly contract: Contract; readonly changes: readonly LockChange[] } {
  const fresh = namesOf(contract);
  const operationIds = contract.operations.map(({ id }) => id);
  const operations = match(operationIds, fresh.operations, locked.operations, "operation");
  const types = match([...contract.types.keys()], fresh.types, locked.types, "type");
  const names = { operations: operations.names, types: types.names };
  const members = applyMembers(renameContract(contract, names), locked);
  const ofMembers = members.changes.map((one): LockChange => ({ ...one, of: "member" }));
  const changes = [...operations.changes, ...types.changes, ...ofMembers];
  return { contract: members.contract, changes };
}

function match(
  all: readonly string[],
  fresh: Readonly<Record<string, string>>,
  locked: Readonly<Record<string, string>>,
  of: LockChange["of"],
) {
  const nameOf = new Map(Object.entries(locked).map(([name, identity]) => [identity, name]));
  const names = new Map<string, string>();
  const changes: LockChange[] = [];
  const change = (kind: LockChange["kind"], name: string, was: string, identity: string): void => {
    // A type without a name in the source is known by its shape, which may well change.
    if (!identity.startsWith(shape)) changes.push({ kind, of, name, was });
  };
  const taken = new Set<string>();
  for (const [name, identity] of Object.entries(fresh)) {
    const known = nameOf.get(identity);
    if (known === undefined) continue;
    taken.add(known);
    if (known === name) continue;
    names.set(name, known);
    change("kept", known, name, identity);
  }
  for (const name of all) {
    const identity = fresh[name];
    if (names.has(name) || (identity !== undefined && nameOf.get(identity) === name)) continue;
    let free = name;
    for (let count = 2; taken.has(free); count += 1) free = `${name}${count}`;
    taken.add(free);
    if (free !== name) names.set(name, free);
    if (identity === undefined) continue;
    const before = locked[free];
    if (before === undefined) change("added", free, "", identity);
    else change("replaced", free, before, before.startsWith(shape) ? before : identity);
  }
  for (const [name, identity] of Object.entries(locked)) {
    if (!taken.has(name)) change("gone", name, identity, identity);
  }
  return { names, changes };
}

const shape = "shape:";

function identityOfOperation({ rest, soap }: Operation): string {
  if (rest !== undefined) return `${rest.method} ${rest.path}`;
  if (soap === undefined) return "";
  const { portType = "", action, input } = soap;
  const element = input === undefined ? "" : `{${input.namespace}}${input.name}`;
  return [portType, element, action].filter((part) => part !== "").join(" ");
}

function identityOfType({ type, xmlName }: NamedType): string {
  if (xmlName !== undefined) return `{${xmlName.namespace}}${xmlName.name}`;
  return `${shape}${hash("sha256", canonicalText(withoutNumbers(type))).slice(0, 16)}`;
}

/** Numbers are given by locks, too. */
function withoutNumbers(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withoutNumbers);
  if (typeof part !== "object" || part === null) return part;
  const kept = Object.entries(part).filter(([key]) => key !== "protoNumber" && key !== "number");
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutNumbers(value)]));
}

function sorted(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const counts = new Map<string, number>();
  for (const [, identity] of pairs) counts.set(identity, (counts.get(identity) ?? 0) + 1);
  const own = pairs.filter(([, identity]) => identity !== "" && counts.get(identity) === 1);
  return Object.fromEntries(own.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

export interface Lock {
  readonly services: ReadonlyMap<string, LockedNames>;
}

export function writeLock({ services }: Lock): string {
  const sortedServices = [...services].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const content = { version: 1, services: Object.fromEntries(sortedServices) };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/** Undefined: this is no lock file of ours. */
export function readLock(text: string): Lock | undefined {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isMap(root) || root["version"] !== 1 || !isMap(root["services"])) return undefined;
  const services = new Map<string, LockedNames>();
  for (const [name, service] of Object.entries(root["services"])) {
    if (!isMap(service)) return undefined;
    const { operations, types, members = {}, reserved = {} } = service;
    if (!isNames(operations) || !isNames(types)) return undefined;
    if (!isMembers(members) || !isReserved(reserved)) return undefined;
    services.set(name, { operations, types, members, reserved });
  }
  return { services };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNames(value: unknown): value is Record<string, string> {
  return isMap(value) && Object.values(value).every((one) => typeof one === "string" && one !== "");
}

function isMembers(value: unknown): value is LockedMembers["members"] {
  return (
    isMap(value) &&
    Object.values(value).every((one) => isMap(one) && Object.values(one).every(isEntry))
  );
}

function isReserved(value: unknown): value is LockedMembers["reserved"] {
  return (
    isMap(value) &&
    Object.values(value).every((one) => Array.isArray(one) && one.every(Number.isSafeInteger))
  );
}
