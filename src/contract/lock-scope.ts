/** What locking of one contract shares, and numbers that are free. */
import type { Contract } from "./contract.ts";
import { writeEntry, type LockedMember, type LockedMembers } from "./lock-entries.ts";
import type { Renamed } from "./rename-members.ts";
import type { TypeName } from "./types.ts";

export interface MemberChange {
  readonly kind: "kept" | "added" | "gone" | "replaced";
  /** `Invoice.choice2`. */
  readonly name: string;
  /** kept: the name that it would have; replaced, gone: what it stood for. */
  readonly was: string;
}

/** Names and numbers in use where new ones are wanted. */
export interface Space {
  readonly names: Set<string>;
  readonly numbers: Set<number>;
}

export interface Locking {
  readonly contract: Contract;
  readonly locked: LockedMembers | undefined;
  readonly descendants: ReadonlyMap<TypeName, readonly TypeName[]>;
  /** Of named records that are done, inherited members included. */
  readonly spaces: Map<TypeName, Space>;
  readonly renamed: Map<string, Renamed>;
  readonly entries: Record<string, Record<string, string>>;
  readonly changes: MemberChange[];
}

export function emptySpace(): Space {
  return { names: new Set(), numbers: new Set() };
}

/** protobuf.dev/programming-guides/proto3: 19,000 to 19,999 are reserved. */
export function free({ numbers }: Space): number {
  let number = 1;
  while (numbers.has(number) || (number >= 19_000 && number <= 19_999)) number++;
  numbers.add(number);
  return number;
}

export function note({ entries }: Locking, owner: string, member: LockedMember): void {
  const own = Object.hasOwn(entries, owner) ? entries[owner] : undefined;
  const table = own ?? {};
  if (own === undefined) define(entries, owner, table);
  define(table, member.name, writeEntry(member));
}

/** Names of types and members may be any text, `__proto__` among them. */
function define<T>(table: Record<string, T>, key: string, value: T): void {
  Object.defineProperty(table, key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}
