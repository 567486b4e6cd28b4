/**
 * Lists that may make a message large: those that stand at its top, in records within records. A
 * message with such a list can be told as several, each with some of the items.
 */
import type { Contract, Message, Operation } from "./contract.ts";
import { createGenerator } from "./generate-values.ts";
import { derivedTypes, fieldsOf, recordName, resolve } from "./resolve.ts";
import type { Field, ListType, NamedType, RecordType, Type } from "./types.ts";
import { createRecord, type Value, type ValueRecord } from "./value.ts";

export interface LargeList {
  /** From the message to the list. */
  readonly steps: readonly ListStep[];
  readonly min: number;
  readonly max: number | undefined;
}

export interface ListStep {
  readonly record: RecordType;
  /** Holds the next record, or the list. */
  readonly field: Field;
}

const stepsMax = 4;
const listsMax = 16;

/** The nearest to the top first. */
export function findLargeLists(contract: Contract, message: Message): readonly LargeList[] {
  const derived = derivedTypes(contract);
  const found: LargeList[] = [];
  let level: { readonly type: Type; readonly steps: readonly ListStep[] }[] = [
    { type: message.type, steps: [] },
  ];
  for (let depth = 0; depth < stepsMax && level.length > 0; depth++) {
    const next: typeof level = [];
    for (const { type, steps } of level) {
      const record = resolve(contract, type);
      const name = recordName(contract, type);
      if (record.kind !== "record" || record.extends !== undefined) continue;
      if (record.abstract === true || (name !== undefined && derived.has(name))) continue;
      for (const field of fieldsOf(contract, record)) {
        if (field.xml !== undefined && field.xml.node !== "element") continue;
        const own = [...steps, { record, field }];
        const inner = resolve(contract, field.type);
        if (inner.kind === "list" && inner.xmlText !== true) {
          found.push({ steps: own, min: inner.min, max: inner.max });
        } else if (inner.kind === "record") next.push({ type: field.type, steps: own });
      }
    }
    level = next;
  }
  return found.slice(0, listsMax);
}

/** The items; undefined: the value has no such list. */
export function itemsOf({ steps }: LargeList, output: ValueRecord): readonly Value[] | undefined {
  let value: Value | undefined = output;
  for (const { field } of steps) value = (value as ValueRecord | null | undefined)?.[field.name];
  return Array.isArray(value) ? (value as readonly Value[]) : undefined;
}

export interface RelaxedOperation {
  readonly contract: Contract;
  readonly operation: Operation;
}

/**
 * The operation with an output that holds any number of items, and, when `isPart`, may lack what
 * stands behind them.
 */
export function relaxList(
  contract: Contract,
  operation: Operation,
  { steps }: LargeList,
  isPart: boolean,
): RelaxedOperation {
  const types = new Map<string, NamedType>(contract.types);
  const relax = (type: Type, depth: number): Type => {
    if (type.kind === "ref") {
      const named = contract.types.get(type.name) as NamedType;
      const name = `${type.name}~part`;
      types.set(name, { ...named, name, type: relax(named.type, depth) });
      return { kind: "ref", name };
    }
    if (type.kind === "list") return withoutCount(type);
    if (type.kind !== "record") return type;
    const { field } = steps[depth] as ListStep;
    const at = type.fields.indexOf(field);
    const fields = type.fields.map((one, index): Field => {
      if (index === at) return { ...one, type: relax(one.type, depth + 1) };
      const mayLack = isPart && index > at && !isAttribute(one);
      return mayLack ? { ...one, presence: "optional" } : one;
    });
    return { ...type, fields };
  };
  const output = operation.output as Message;
  const relaxed: Operation = {
    ...operation,
    output: { ...output, type: relax(output.type, 0) as Message["type"] },
  };
  return { contract: { ...contract, types, operations: [relaxed] }, operation: relaxed };
}

function withoutCount({ kind, item, itemNullable }: ListType): ListType {
  return { kind, item, itemNullable, min: 0 };
}

/** In XML they stand before all elements. */
function isAttribute({ xml }: Field): boolean {
  return xml?.node === "attribute" || xml?.node === "anyAttribute";
}

/**
 * Whether everything is there that an ordered dialect writes before the items, so that nothing that
 * comes behind them can belong there.
 */
export function isSettled({ steps }: LargeList, output: ValueRecord): boolean {
  let value: Value | undefined = output;
  for (const { record, field } of steps) {
    const members = value as ValueRecord;
    const at = record.fields.indexOf(field);
    const before = record.fields.filter((one, index) => index < at || isAttribute(one));
    const isThere = ({ name, presence }: Field): boolean => {
      const found = members[name];
      // What the reader itself may have put there says nothing.
      return presence !== "implicit" && found !== undefined && !isEmptyList(found);
    };
    if (!before.every(isThere)) return false;
    value = members[field.name];
  }
  return true;
}

function isEmptyList(value: Value): boolean {
  return Array.isArray(value) && value.length === 0;
}

/**
 * Puts sample values where a part lacks what must stand behind the items, so that it can be
 * written; what is written of them is thrown away. Undefined: no samples can be made.
 */
export function createFiller(
  contract: Contract,
  message: Message,
  { steps }: LargeList,
): ((part: ValueRecord) => ValueRecord) | undefined {
  const [sample] = createGenerator(contract)({ type: message.type, headers: [] });
  if (sample === undefined) return undefined;
  const fill = (
    part: ValueRecord,
    samples: ValueRecord | undefined,
    depth: number,
  ): ValueRecord => {
    const { record, field } = steps[depth] as ListStep;
    const filled = createRecord();
    for (const name of Object.keys(part)) filled[name] = part[name] as Value;
    for (const { name, presence } of record.fields) {
      const example = samples?.[name];
      if (presence !== "optional" && filled[name] === undefined && example !== undefined) {
        filled[name] = example;
      }
    }
    if (depth + 1 < steps.length) {
      const inner = samples?.[field.name] as ValueRecord | undefined;
      filled[field.name] = fill(part[field.name] as ValueRecord, inner, depth + 1);
    }
    return filled;
  };
  return (part) => fill(part, sample.body, 0);
}
