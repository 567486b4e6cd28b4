/** Members inside of fields: `filter.author`, where a variant of a choice is a member as well. */
import type { Contract } from "./contract.ts";
import { fieldsOf, resolve } from "./resolve.ts";
import type { Field, Type } from "./types.ts";
import { createRecord, type Value, type ValueRecord } from "./value.ts";

export interface MemberStep {
  readonly key: string;
  /** Of a choice: no other one may stand beside it. */
  readonly isVariant: boolean;
}

export interface FoundMember {
  /** The last one; it is required where all that leads to it is. */
  readonly field: Field;
  readonly steps: readonly MemberStep[];
}

/** Undefined: there is no such member. */
export function findMember(
  contract: Contract,
  type: Type,
  names: readonly string[],
): FoundMember | undefined {
  const steps: MemberStep[] = [];
  let at = type;
  let field: Field | undefined;
  let isRequired = true;
  for (const key of names) {
    const holder = resolve(contract, at);
    const isVariant = holder.kind === "union";
    if (holder.kind === "record") {
      field = fieldsOf(contract, holder).find(({ name }) => name === key);
    } else if (isVariant) {
      const variant = holder.variants.find(({ name }) => name === key);
      field = variant && { ...variant, presence: "optional", nullable: variant.nullable ?? false };
    } else return undefined;
    if (field === undefined) return undefined;
    isRequired &&= field.presence === "required";
    steps.push({ key, isVariant });
    at = field.type;
  }
  if (field === undefined) return undefined;
  if (names.length === 1 || isRequired) return { field, steps };
  return { field: { ...field, presence: "optional" }, steps };
}

export function memberOf(record: ValueRecord, steps: readonly MemberStep[]): Value | undefined {
  let value: Value | undefined = record;
  for (const { key } of steps) {
    if (value === undefined || value === null) return undefined;
    value = (value as ValueRecord)[key];
  }
  return value;
}

/** @returns the variant that stands there already, if any: then nothing is set. */
export function setMember(
  record: { [key: string]: Value },
  steps: readonly MemberStep[],
  value: Value,
): string | undefined {
  let at = record;
  for (const [index, { key, isVariant }] of steps.entries()) {
    const other = isVariant ? Object.keys(at).find((one) => one !== key) : undefined;
    if (other !== undefined) return other;
    if (index === steps.length - 1) at[key] = value;
    else at = (at[key] ??= createRecord()) as { [key: string]: Value };
  }
  return undefined;
}

/** A copy of the record with that value, and nothing beside it in a choice. */
export function withMember(
  record: ValueRecord,
  [step, ...others]: readonly MemberStep[],
  value: Value,
): ValueRecord {
  if (step === undefined) return record;
  const { key, isVariant } = step;
  const inner = (record[key] ?? {}) as ValueRecord;
  const copy = Object.assign(createRecord(), isVariant ? {} : record);
  copy[key] = others.length === 0 ? value : withMember(inner, others, value);
  return copy;
}
