/**
 * The lock: which name stands for which part of the source, so that a contract whose source is put
 * in another order, or grows, keeps the names and numbers that callers know. Names were numbered
 * where they clashed, in the order of the source.
 */
import { hash } from "node:crypto";
import { canonicalText } from "./canonical-bytes.ts";
import type { Contract, Dialect } from "./contract.ts";
import { ownValue, type LockedMembers } from "./lock-entries.ts";
import { applyMembers } from "./lock-members.ts";
import {
  identityOfOperation,
  inOrderOfGrpc,
  olderIdentityOf,
  termsById,
  withTerms,
} from "./lock-operations.ts";
import type { Terms, TermsChange } from "./lock-terms.ts";
import { renameContract } from "./rename.ts";
import type { NamedType } from "./types.ts";

/** Names, and what each of them stands for in the source. */
export interface LockedNames extends LockedMembers {
  readonly operations: Readonly<Record<string, string>>;
  readonly types: Readonly<Record<string, string>>;
  /** By the name of the operation; undefined in locks that were written before there were any. */
  readonly terms: Readonly<Record<string, Terms>> | undefined;
}

export interface LockChange {
  readonly kind: "kept" | "added" | "gone" | "replaced" | TermsChange["aspect"];
  readonly of: "operation" | "type" | "member";
  /** Of a member with its owner: `Invoice.choice2`. */
  readonly name: string;
  /** kept: the name that it would have without the lock; otherwise what was locked. */
  readonly was: string;
  /** What is there instead; of an operation that is gone, the one that it may have become. */
  readonly now?: string;
}

/**
 * Operations and types without an identity of their own are left out: they cannot be told apart.
 * @param previous the lock that the contract is under, whose numbers are not given again.
 */
export function lockNames(contract: Contract, previous?: LockedNames): LockedNames {
  const { members, reserved } = applyMembers(contract, previous).members;
  const { operations, types } = namesOf(contract, identityOfOperation);
  return { operations, terms: termsById(contract), types, members, reserved };
}

function namesOf(
  { dialect, operations, types }: Contract,
  identity: typeof identityOfOperation,
): Pick<LockedNames, "operations" | "types"> {
  return {
    operations: sorted(operations.map((one) => [one.id, identity(one)])),
    types: sorted(Array.from(types.values(), (one) => [one.name, identityOfType(dialect, one)])),
  };
}

/** The contract under its locked names, and how it differs from what was locked. */
export function applyLock(
  contract: Contract,
  locked: LockedNames,
): { readonly contract: Contract; readonly changes: readonly LockChange[] } {
  const isOlder = locked.terms === undefined;
  const fresh = namesOf(contract, isOlder ? olderIdentityOf : identityOfOperation);
  const operationIds = contract.operations.map(({ id }) => id);
  const operations = match(operationIds, fresh.operations, locked.operations, "operation");
  // Of gRPC these locks know the shape alone, which says nothing about what is new.
  const typesLocked = isOlder && contract.dialect === "grpc" ? fresh.types : locked.types;
  const types = match([...contract.types.keys()], fresh.types, typesLocked, "type");
  const names = { operations: operations.names, types: types.names };
  const members = applyMembers(renameContract(contract, names), locked);
  const ofMembers = members.changes.map((one): LockChange => ({ ...one, of: "member" }));
  const ofOperations = withTerms(operations.changes, members.contract, locked.terms);
  const changes = [...ofOperations, ...types.changes, ...ofMembers];
  if (locked.terms === undefined) return { contract: members.contract, changes };
  const ordered = inOrderOfGrpc(members.contract.operations, locked.terms);
  return { contract: { ...members.contract, operations: ordered }, changes };
}

function match(
  all: readonly string[],
  fresh: Readonly<Record<string, string>>,
  locked: Readonly<Record<string, string>>,
  of: LockChange["of"],
) {
  const nameOf = new Map(Object.entries(locked).map(([name, identity]) => [identity, name]));
  const moved = movesOf(all, fresh, nameOf);
  const names = new Map<string, string>();
  const changes: LockChange[] = [];
  const change = (one: Omit<LockChange, "of">, identity: string): void => {
    // A type without a name in the source is known by its shape, which may well change.
    if (!identity.startsWith(shape)) changes.push({ ...one, of });
  };
  const taken = new Set<string>();
  for (const [name, identity] of Object.entries(fresh)) {
    const known = moved.get(name) ?? name;
    if (nameOf.get(identity) !== known) continue;
    taken.add(known);
    if (known === name) continue;
    names.set(name, known);
    change({ kind: "kept", name: known, was: name }, identity);
  }
  for (const name of all) {
    const identity = ownValue(fresh, name);
    if (names.has(name) || (identity !== undefined && nameOf.get(identity) === name)) continue;
    let free = name;
    for (let count = 2; taken.has(free); count += 1) free = `${name}${count}`;
    taken.add(free);
    if (free !== name) names.set(name, free);
    if (identity === undefined) continue;
    const before = ownValue(locked, free);
    if (before === undefined) change({ kind: "added", name: free, was: "" }, identity);
    else {
      const known = before.startsWith(shape) ? before : identity;
      change({ kind: "replaced", name: free, was: before, now: identity }, known);
    }
  }
  for (const [name, identity] of Object.entries(locked)) {
    if (!taken.has(name)) change({ kind: "gone", name, was: identity }, identity);
  }
  return { names, changes };
}

const shape = "shape:";

/**
 * Names of the source that get another, which the lock has for what they stand for. A shape is a
 * guess: it takes no name from a type that has that in the source, and keeps it.
 */
function movesOf(
  all: readonly string[],
  fresh: Readonly<Record<string, string>>,
  nameOf: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const moves = new Map<string, string>();
  for (const [name, identity] of Object.entries(fresh)) {
    const known = nameOf.get(identity);
    if (known !== undefined && known !== name) moves.set(name, known);
  }
  const movedTo = new Map(Array.from(moves, ([name, known]) => [known, name]));
  const staying = all.filter((name) => !moves.has(name));
  for (const name of staying) {
    const other = movedTo.get(name);
    if (other === undefined || ownValue(fresh, other)?.startsWith(shape) !== true) continue;
    moves.delete(other);
    staying.push(other);
  }
  return moves;
}

/** Messages of gRPC have names that are known on the wire. */
function identityOfType(dialect: Dialect, { name, type, xmlName }: NamedType): string {
  if (dialect === "grpc") return name;
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
