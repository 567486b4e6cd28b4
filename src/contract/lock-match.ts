/** Which locked member a member of the source is, and the names that follow from it. */
import {
  insideOf,
  isInline,
  membersAt,
  type LockedMember,
  type LockedMembers,
} from "./lock-entries.ts";
import type { Locking } from "./lock-scope.ts";
import type { Field, Variant } from "./types.ts";

/** Those with a name of their own by what they stand for, inline ones by what is in them. */
export function matchFields(
  { contract, locked }: Locking,
  fields: readonly Field[],
  identities: readonly string[],
  known: readonly LockedMember[],
  owner: string,
): Map<Field, LockedMember> {
  const matched = new Map<Field, LockedMember>();
  const left = new Set(known);
  fields.forEach((field, index) => {
    if (isInline(field)) return;
    const found = known.find(({ identity }) => identity === identities[index]);
    if (found === undefined || !left.delete(found)) return;
    matched.set(field, found);
  });
  for (const field of fields) {
    if (!isInline(field)) continue;
    const inside = new Set(insideOf(contract, field.type));
    const common = (one: LockedMember): number =>
      membersAt(locked, `${owner}/${one.name}`).filter(({ identity }) => inside.has(identity))
        .length;
    const [best] = [...left]
      .filter((one) => one.identity.startsWith("inline") && common(one) > 0)
      .toSorted((a, b) => common(b) - common(a));
    if (best === undefined) continue;
    left.delete(best);
    matched.set(field, best);
  }
  return matched;
}

export function addNames(
  locked: LockedMembers | undefined,
  owner: string,
  taken: Set<string>,
): void {
  for (const { name } of membersAt(locked, owner)) taken.add(name);
  addFlatNames(locked, owner, taken);
}

/** Variants of choices that stand in their record. */
export function addFlatNames(
  locked: LockedMembers | undefined,
  owner: string,
  taken: Set<string>,
): void {
  for (const { name, number, isNested, identity } of membersAt(locked, owner)) {
    if (number !== undefined || isNested || !identity.startsWith("inline")) continue;
    for (const variant of membersAt(locked, `${owner}/${name}`)) taken.add(variant.name);
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
