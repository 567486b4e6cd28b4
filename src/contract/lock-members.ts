/**
 * Members of types under their locked names and numbers. What is new takes no name and no number
 * that is locked, in its own type, in those that it extends and in those that extend it.
 */
import type { Contract, Message, Operation, RestBinding } from "./contract.ts";
import {
  identitiesOf,
  isInline,
  isOneof,
  membersAt,
  numbersAt,
  type LockedMember,
  type LockedMembers,
} from "./lock-entries.ts";
import { addFlatNames, addNames, matchFields, nameMembers } from "./lock-match.ts";
import {
  emptySpace,
  free,
  note,
  type Locking,
  type MemberChange,
  type Space,
} from "./lock-scope.ts";
import { renameBinding, renameKeys, type Renamed } from "./rename-members.ts";
import { derivedTypes, recordName } from "./resolve.ts";
import type { EnumType, Field, NamedType, RecordType, Type, TypeName, Variant } from "./types.ts";

export interface AppliedMembers {
  readonly contract: Contract;
  readonly changes: readonly MemberChange[];
  /** The lock of the contract as it is now. */
  readonly members: LockedMembers;
}

export function applyMembers(
  contract: Contract,
  locked: LockedMembers | undefined,
): AppliedMembers {
  const locking: Locking = {
    ...{ contract, locked, descendants: derivedTypes(contract) },
    ...{ spaces: new Map(), renamed: new Map(), entries: {}, changes: [] },
  };
  const done = new Map<TypeName, NamedType>();
  for (const named of basesFirst(contract)) {
    done.set(named.name, { ...named, type: lockNamed(locking, named) });
  }
  const types = new Map(
    [...contract.types.keys()].map((name) => [name, done.get(name) as NamedType]),
  );
  const operations = contract.operations.map((operation) => lockOperation(locking, operation));
  const { entries, changes } = locking;
  return {
    contract: { ...contract, types, operations },
    changes,
    members: { members: entries, reserved: reservedIn(locked, entries) },
  };
}

/** Numbers of members that are gone, as long as their owner is there. */
function reservedIn(
  locked: LockedMembers | undefined,
  members: LockedMembers["members"],
): LockedMembers["reserved"] {
  const now = { members, reserved: {} };
  return Object.fromEntries(
    Object.keys(members).flatMap((owner) => {
      const given = new Set(numbersAt(now, owner));
      const gone = new Set(numbersAt(locked, owner).filter((number) => !given.has(number)));
      return gone.size === 0 ? [] : [[owner, [...gone].toSorted((a, b) => a - b)]];
    }),
  );
}

function basesFirst({ types }: Contract): readonly NamedType[] {
  const depthOf = ({ type }: NamedType): number => {
    let depth = 0;
    let at: Type | undefined = type;
    while (at?.kind === "record" && at.extends !== undefined && depth < 1_000) {
      at = types.get(at.extends)?.type;
      depth++;
    }
    return depth;
  };
  const depths = new Map(Array.from(types.values(), (named) => [named, depthOf(named)]));
  return [...types.values()].toSorted((a, b) => (depths.get(a) ?? 0) - (depths.get(b) ?? 0));
}

function lockNamed(locking: Locking, { name, type }: NamedType): Type {
  if (type.kind !== "record") return lockType(locking, type, name);
  const base = type.extends === undefined ? undefined : locking.spaces.get(type.extends);
  const space: Space = {
    names: new Set(base?.names),
    numbers: new Set(base?.numbers),
  };
  locking.spaces.set(name, space);
  const below = (locking.descendants.get(name) ?? []).filter((one) => one !== name);
  return lockRecord(locking, type, name, space, below);
}

/** @param shared of the record whose choice it is; absent: a union has numbers of its own. */
function lockType(locking: Locking, type: Type, owner: string, shared?: Space): Type {
  switch (type.kind) {
    case "record":
      return lockRecord(locking, type, owner, emptySpace(), []);
    case "union": {
      const space = shared ?? emptySpace();
      const numbers = numbersAt(locking.locked, owner);
      if (shared === undefined) for (const number of numbers) space.numbers.add(number);
      return { ...type, variants: lockVariants(locking, type.variants, owner, space) };
    }
    case "list":
      return { ...type, item: lockType(locking, type.item, owner, undefined) };
    case "map":
      return { ...type, value: lockType(locking, type.value, owner, undefined) };
    case "enum":
      return lockEnum(locking, type, owner);
    default:
      return type;
  }
}

function lockRecord(
  locking: Locking,
  record: RecordType,
  owner: string,
  space: Space,
  below: readonly TypeName[],
  parameters: RestBinding["parameters"] = [],
): RecordType {
  const { contract, locked } = locking;
  const known = membersAt(locked, owner);
  const identities = identitiesOf(contract, record.fields, parameters);
  const matched = matchFields(locking, record.fields, identities, known, owner);
  for (const one of [owner, ...below]) {
    for (const number of numbersAt(locked, one)) space.numbers.add(number);
  }
  const taken = new Set(space.names);
  for (const one of below) addNames(locking, one, taken);
  for (const { name } of new Set(matched.values())) taken.add(name);
  addFlatNames(locking, owner, taken);
  const matching = { owner, members: record.fields, identities, known, matched };
  const names = nameMembers(locking, matching, taken);
  for (const number of givenNumbers(record)) space.numbers.add(number);
  for (const name of names) space.names.add(name);
  const fields = record.fields.map((field, index): Field => {
    const name = names[index] as string;
    const member = matched.get(field);
    const { jsonName, ...plain } = field;
    const isNested = member === undefined ? jsonName === field.name : member.isNested;
    const isOne = isOneof(field);
    const number = isOne ? undefined : (field.protoNumber ?? member?.number ?? free(space));
    const flat = isInline(field) && !isNested;
    const shared = isOne ? { ...space, names: flat ? space.names : new Set<string>() } : undefined;
    const type = lockType(locking, field.type, `${owner}/${name}`, shared);
    const spelled = isInline(field)
      ? isNested
        ? { jsonName: name }
        : {}
      : jsonName === undefined
        ? {}
        : { jsonName };
    const identity = identities[index] as string;
    note(locking, owner, { name, number, isNested: isInline(field) && isNested, identity });
    if (flat && type.kind === "union") {
      for (const variant of type.variants) space.names.add(variant.name);
    }
    return {
      ...plain,
      ...{ name, type },
      ...spelled,
      ...(number === undefined ? {} : { protoNumber: number }),
    };
  });
  const variants = new Map<string, ReadonlyMap<string, string>>();
  const byName = record.fields.map((field, index) => [field.name, names[index] as string] as const);
  record.fields.forEach((field, index) => {
    const after = fields[index]?.type;
    if (field.type.kind !== "union" || after?.kind !== "union") return;
    const pairs = field.type.variants.map(({ name }, at) => {
      return [name, after.variants[at]?.name ?? name] as const;
    });
    variants.set(field.name, new Map(pairs));
  });
  locking.renamed.set(owner, { fields: new Map(byName), variants });
  return { ...record, fields };
}

function givenNumbers({ fields }: RecordType): readonly number[] {
  return fields.flatMap(({ protoNumber, type }) => [
    ...(protoNumber === undefined ? [] : [protoNumber]),
    ...(type.kind === "union" ? type.variants.flatMap((one) => one.protoNumber ?? []) : []),
  ]);
}

function lockVariants(
  locking: Locking,
  variants: readonly Variant[],
  owner: string,
  space: Space,
): readonly Variant[] {
  const known = membersAt(locking.locked, owner);
  const identities = identitiesOf(locking.contract, variants);
  const matched = new Map<Variant, LockedMember>();
  variants.forEach((variant, index) => {
    const found = known.find(({ identity }) => identity === identities[index]);
    if (found !== undefined) matched.set(variant, found);
  });
  const taken = new Set(space.names);
  for (const { name } of matched.values()) taken.add(name);
  const matching = { owner, members: variants, identities, known, matched };
  const names = nameMembers(locking, matching, taken);
  return variants.map((variant, index) => {
    const name = names[index] as string;
    const number = variant.protoNumber ?? matched.get(variant)?.number ?? free(space);
    space.numbers.add(number);
    note(locking, owner, { name, number, isNested: false, identity: identities[index] as string });
    const type = lockType(locking, variant.type, `${owner}/${name}`);
    return { ...variant, name, type, protoNumber: number };
  });
}

/** Values are known by themselves; they have numbers alone. */
function lockEnum(locking: Locking, type: EnumType, owner: string): EnumType {
  const known = new Map(
    membersAt(locking.locked, owner).map(({ name, number }) => [name, number] as const),
  );
  const numbers = new Set(numbersAt(locking.locked, owner));
  for (const { number } of type.values) if (number !== undefined) numbers.add(number);
  const values = type.values.map(({ value, number: own }) => {
    const number = own ?? known.get(value) ?? free({ names: new Set(), numbers });
    numbers.add(number);
    note(locking, owner, { name: value, number, isNested: false, identity: value });
    if (known.size > 0 && !known.has(value)) {
      locking.changes.push({ kind: "added", name: `${owner}.${value}`, was: value });
    }
    return { value, number };
  });
  const there = new Set(values.map(({ value }) => value));
  for (const value of known.keys()) {
    if (there.has(value)) continue;
    locking.changes.push({ kind: "gone", name: `${owner}.${value}`, was: value });
  }
  return { ...type, values };
}

function lockOperation(locking: Locking, operation: Operation): Operation {
  const { id, input, output, faults, rest, soap } = operation;
  const lockMessage = (message: Message, side: string): Message => {
    if (message.type.kind === "ref") return message;
    const owner = `operation ${id} ${side}`;
    const parameters = side === "input" ? (rest?.parameters ?? []) : [];
    const type = lockRecord(locking, message.type, owner, emptySpace(), [], parameters);
    return { ...message, type };
  };
  const renamedIn = (type: Type, owner: string): readonly Renamed[] => {
    if (type.kind !== "ref") return [locking.renamed.get(owner) ?? []].flat();
    return lineOf(locking.contract, type.name).flatMap((name) => locking.renamed.get(name) ?? []);
  };
  const renamedOf = ({ type }: Message, side: string) => renamedIn(type, `operation ${id} ${side}`);
  const locked = {
    ...operation,
    input: lockMessage(input, "input"),
    output: output && lockMessage(output, "output"),
    faults: faults.map((fault) => {
      if (fault.type?.kind !== "record") return fault;
      const owner = `operation ${id} fault ${fault.name}`;
      return { ...fault, type: lockRecord(locking, fault.type, owner, emptySpace(), []) };
    }),
  };
  const renamed = {
    input: renamedOf(input, "input"),
    output: output === undefined ? [] : renamedOf(output, "output"),
    keys: (keys: readonly string[]) => {
      const inInput = (type: Type) => renamedIn(type, `operation ${id} input`);
      return renameKeys(locking.contract, input.type, inInput, keys);
    },
  };
  return { ...locked, ...renameBinding({ rest, soap }, renamed) };
}

/** A type and those that it extends. */
function lineOf(contract: Contract, name: TypeName): readonly TypeName[] {
  const line: TypeName[] = [];
  let at = recordName(contract, { kind: "ref", name });
  while (at !== undefined && line.length < 1_000) {
    line.push(at);
    const type: Type | undefined = contract.types.get(at)?.type;
    const base: TypeName | undefined = type?.kind === "record" ? type.extends : undefined;
    at = base === undefined ? undefined : recordName(contract, { kind: "ref", name: base });
  }
  return line;
}
