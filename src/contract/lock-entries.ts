/**
 * What a lock keeps of the members of types: for each record, union and enumeration, its owner, the
 * names of the members with their numbers and what they stand for in the source. An entry is a
 * text: `3 {urn:a}id`, `- nested inline` for a choice, whose variants have numbers instead.
 */
import type { Contract, RestBinding } from "./contract.ts";
import type { Field, Type, Variant } from "./types.ts";

/** By owner, then by name. */
export type LockedEntries = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface LockedMembers {
  readonly members: LockedEntries;
  /** Numbers that are not given again, by owner. */
  readonly reserved: Readonly<Record<string, readonly number[]>>;
}

export interface LockedMember {
  readonly name: string;
  readonly number: number | undefined;
  /** A choice that is a member of its own in JSON, not flat in its record. */
  readonly isNested: boolean;
  readonly identity: string;
}

const entryForm = /^(\d{1,9}|-) (nested )?(.*)$/s;

export function isEntry(text: unknown): text is string {
  return typeof text === "string" && entryForm.test(text);
}

export function writeEntry({ number, isNested, identity }: LockedMember): string {
  return `${number ?? "-"} ${isNested ? "nested " : ""}${identity}`;
}

export function membersAt(locked: LockedMembers | undefined, owner: string): LockedMember[] {
  const entries = locked === undefined ? undefined : ownValue(locked.members, owner);
  return Object.entries(entries ?? {}).map(([name, text]) => {
    const [, number = "-", nested, identity = ""] = entryForm.exec(text) ?? [];
    return {
      name,
      number: number === "-" ? undefined : Number(number),
      isNested: nested !== undefined,
      identity,
    };
  });
}

export function ownValue<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** Numbers that an owner has given, those of the variants of its choices among them. */
export function numbersAt(locked: LockedMembers | undefined, owner: string): readonly number[] {
  if (locked === undefined) return [];
  const own = membersAt(locked, owner);
  const given = own.flatMap(({ name, number }) =>
    number === undefined
      ? membersAt(locked, `${owner}/${name}`).flatMap((one) => one.number ?? [])
      : [number],
  );
  return [...given, ...(ownValue(locked.reserved, owner) ?? [])];
}

/** A union that is written where it is used shares the numbers of its record. */
export function isOneof({ type, nullable }: Field): boolean {
  return type.kind === "union" && !nullable;
}

export function isInline({ xml }: Field): boolean {
  return xml?.node === "inline";
}

/** What each member stands for in the source; the second of a kind is `...#2`. */
export function identitiesOf(
  contract: Contract,
  members: readonly (Field | Variant)[],
  parameters: RestBinding["parameters"] = [],
): readonly string[] {
  const counts = new Map<string, number>();
  return members.map((member) => {
    const parameter = parameters.find(
      ({ field, within }) => within === undefined && field === member.name,
    );
    const identity =
      parameter === undefined
        ? identityOf(contract, member)
        : `${parameter.in} ${parameter.name.toLowerCase()}`;
    const count = (counts.get(identity) ?? 0) + 1;
    counts.set(identity, count);
    return count === 1 ? identity : `${identity}#${count}`;
  });
}

/** In XML Schema by node and qualified name, elsewhere by the name that the source has. */
function identityOf({ dialect }: Contract, member: Field | Variant): string {
  const { name, xml } = member;
  if (dialect !== "soap" || xml === undefined) {
    return ("jsonName" in member ? member.jsonName : undefined) ?? name;
  }
  const { node, namespace, wrapper = xml } = xml;
  const qualified = `{${wrapper.namespace}}${wrapper.name}`;
  switch (node) {
    case "element":
      return qualified;
    case "attribute":
      return `@${qualified}`;
    case "any":
    case "anyAttribute":
      return `${node} ${namespace}`;
    default:
      return node;
  }
}

/** What stands inside of an inline member, by which it is known. */
export function insideOf(contract: Contract, type: Type): readonly string[] {
  if (type.kind === "union") return identitiesOf(contract, type.variants);
  if (type.kind === "record") return identitiesOf(contract, type.fields);
  return type.kind === "list" ? insideOf(contract, type.item) : [];
}
