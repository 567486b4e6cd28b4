/** Fields of a message by their paths, `customer.name`: their types, and their values. */
import type { Contract } from "#contract/contract.ts";
import { fieldsOf, resolve } from "#contract/resolve.ts";
import type { Field, Type } from "#contract/types.ts";
import { createRecord, type Value, type ValueRecord } from "#contract/value.ts";

export interface FoundField {
  readonly field: Field;
  /** Whether it, or a record that it stands in, may be left out. */
  readonly optional: boolean;
}

/** Undefined: there is no such field. Lists are looked into at their end only. */
export function findField(
  contract: Contract,
  type: Type,
  path: readonly string[],
): FoundField | undefined {
  let found: Field | undefined;
  let inside = type;
  let optional = false;
  for (const name of path) {
    const record = resolve(contract, inside);
    if (record.kind !== "record") return undefined;
    found = fieldsOf(contract, record).find((one) => one.name === name);
    if (found === undefined) return undefined;
    optional ||= found.presence !== "required";
    inside = found.type;
  }
  return found && { field: found, optional };
}

export function valueAt(record: ValueRecord, path: readonly string[]): Value | undefined {
  let value: Value | undefined = record;
  for (const name of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as ValueRecord)[name];
  }
  return value;
}

/** Records on the way are made as they are needed. */
export function putAt(record: ValueRecord, path: readonly string[], value: Value): void {
  let inside: { [name: string]: Value } = record;
  for (const name of path.slice(0, -1)) {
    inside = (inside[name] ??= createRecord()) as { [name: string]: Value };
  }
  inside[path.at(-1) as string] = value;
}
