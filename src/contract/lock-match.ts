/** Which locked member a member of the source is, and the names that follow from it. */
import { insideOf, isInline, membersAt, type LockedMember } from "./lock-entries.ts";
import type { Locking } from "./lock-scope.ts";
import type { Field, Variant } from "./types.ts";

/** Those with a name of their own by what they stand for, choices by what is in them first. */
export function matchFields(
  locking: Locking,
  fields: readonly Field[],
  identities: readonly string[],
  known: readonly LockedMember[],
  owner: string,
): Map<Field, LockedMember> {
  const matched = new Map<Field, LockedMember>();
  const left = new Set(known);
  const matchByIdentity = (field: Field, index: number): void => {
    const found = known.find(({ identity }) => identity === identities[index]);
    if (found !== undefined && left.delete(found)) matched.set(field, found);
  };
  fields.forEach((field, index) => {
    if (!isInline(field)) matchByIdentity(field, index);
  });
  const candidates = [...left].filter((one) => mayBeInline(locking, one));
  for (const { field, one } of alikeInside(locking, fields, candidates, owner)) {
    if (!matched.has(field) && left.delete(one)) matched.set(field, one);
  }
  // Those of XML Schema are but counted.
  if (locking.contract.dialect === "soap") return matched;
  fields.forEach((field, index) => {
    if (isInline(field) && !matched.has(field)) matchByIdentity(field, index);
  });
  return matched;
}

/** Where sources name their choices, these are known by having no number of their own. */
function mayBeInline(locking: Locking, one: LockedMember): boolean {
  const isNamed = locking.contract.dialect !== "soap";
  return isNamed ? one.number === undefined : isNameless(locking, one);
}

/** In XML Schema alone it is the node that an entry names, not the member. */
function isNameless({ contract }: Locking, { identity }: LockedMember): boolean {
  return contract.dialect === "soap" && /^inline(?:#|$)/.test(identity);
}

interface Pair {
  readonly field: Field;
  readonly one: LockedMember;
  readonly common: number;
}

/** Pairs of inline members that have something in common, those with most of it first. */
function alikeInside(
  { contract, locked }: Locking,
  fields: readonly Field[],
  candidates: readonly LockedMember[],
  owner: string,
): readonly Pair[] {
  const before = candidates.map((one) => {
    const members = membersAt(locked, `${owner}/${one.name}`);
    return { one, identities: members.map(({ identity }) => identity) };
  });
  const pairs = fields.filter(isInline).flatMap((field) => {
    const inside = new Set(insideOf(contract, field.type));
    return before.map(({ one, identities }): Pair => {
      return { field, one, common: identities.filter((each) => inside.has(each)).length };
    });
  });
  const isSame = ({ field, one }: Pair): number => Number(field.name === one.name);
  return pairs
    .filter(({ common }) => common > 0)
    .toSorted((a, b) => b.common - a.common || isSame(b) - isSame(a));
}

export function addNames(locking: Locking, owner: string, taken: Set<string>): void {
  for (const { name } of membersAt(locking.locked, owner)) taken.add(name);
  addFlatNames(locking, owner, taken);
}

/** Variants of choices that stand in their record; where sources name them, names are theirs. */
export function addFlatNames(locking: Locking, owner: string, taken: Set<string>): void {
  const { locked } = locking;
  for (const one of membersAt(locked, owner)) {
    if (one.number !== undefined || one.isNested || !isNameless(locking, one)) continue;
    for (const variant of membersAt(locked, `${owner}/${one.name}`)) taken.add(variant.name);
  }
}

/** What the members of one owner are, in the source and under the lock. */
export interface Matching<Member extends Field | Variant> {
  readonly owner: string;
  readonly members: readonly Member[];
  readonly identities: readonly string[];
  readonly known: readonly LockedMember[];
  readonly matched: ReadonlyMap<Member, LockedMember>;
}

/** @param taken names that are not given; those given are added. */
export function nameMembers<Member extends Field | Variant>(
  { changes }: Locking,
  { owner, members, identities, known, matched }: Matching<Member>,
  taken: Set<string>,
): readonly string[] {
  const used = new Set<string>();
  // What is new as a whole has the names of the source, which the importer made unique.
  const avoided = known.length === 0 ? new Set<string>() : taken;
  const names = members.map((member, index) => {
    const locked = matched.get(member);
    if (locked !== undefined) {
      used.add(locked.name);
      if (locked.name !== member.name) {
        changes.push({ kind: "kept", name: `${owner}.${locked.name}`, was: member.name });
      }
      return locked.name;
    }
    let name = member.name;
    for (let count = 2; avoided.has(name); count++) name = `${member.name}${count}`;
    taken.add(name);
    used.add(name);
    const before = known.find((one) => one.name === name);
    if (before !== undefined) {
      changes.push({ kind: "replaced", name: `${owner}.${name}`, was: before.identity });
    } else if (known.length > 0) {
      changes.push({ kind: "added", name: `${owner}.${name}`, was: identities[index] ?? "" });
    }
    return name;
  });
  for (const { name, identity } of known) {
    if (!used.has(name)) changes.push({ kind: "gone", name: `${owner}.${name}`, was: identity });
  }
  return names;
}
