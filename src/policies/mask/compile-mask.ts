/** Masks of a message: compiled along its type, once; a message without anything to mask stays. */
import type { Contract } from "#contract/contract.ts";
import { derivedTypes, fieldsOf, recordName, resolve } from "#contract/resolve.ts";
import type { Field, RecordType, Type, TypeName, Variant } from "#contract/types.ts";
import { createRecord, isRecord, typeKey, type Value, type ValueRecord } from "#contract/value.ts";
import { isOpen } from "#formats/json/resolve.ts";
import { joined, keyOf, startOf, stepInto, type PathState } from "./field-path.ts";
import { compileMaskedValue, type MaskValue, type Masking } from "./masked-value.ts";

export interface MaskRule extends Masking {
  readonly field: string;
}

export interface MaskRules {
  readonly rules: readonly MaskRule[];
  /** How fields are masked that the contract marks as sensitive; undefined: they are not. */
  readonly sensitive: Masking | undefined;
}

/** The same value where there is nothing to mask. */
export type Mask = (value: Value) => Value;

export interface CompiledMask {
  readonly mask: Mask;
  /** Indexes of the rules that are for some field of the type. */
  readonly used: ReadonlySet<number>;
}

export function compileMask(contract: Contract, type: Type, wanted: MaskRules): CompiledMask {
  const scope = new Scope(contract, wanted);
  const mask = scope.compile(type, startOf(wanted.rules.map(({ field }) => field)));
  return { mask: mask ?? ((value) => value), used: scope.used };
}

interface FieldMask {
  readonly own: MaskValue | undefined;
  readonly inside: Mask | undefined;
}

class Scope {
  readonly #contract: Contract;
  readonly #wanted: MaskRules;
  readonly #derived: ReadonlyMap<TypeName, readonly TypeName[]>;
  readonly #known = new Map<string, { mask: Mask | undefined }>();
  readonly used = new Set<number>();

  constructor(contract: Contract, wanted: MaskRules) {
    this.#contract = contract;
    this.#wanted = wanted;
    this.#derived = derivedTypes(contract);
  }

  /** Undefined: nothing in there is masked. */
  compile(type: Type, state: PathState): Mask | undefined {
    if (type.kind !== "ref") return this.#compileType(type, undefined, state);
    const key = `${type.name} ${keyOf(state)}`;
    const known = this.#known.get(key);
    // Records may hold themselves: what is not known yet is looked up when it is met.
    if (known !== undefined) return (value) => known.mask?.(value) ?? value;
    const slot: { mask: Mask | undefined } = { mask: undefined };
    this.#known.set(key, slot);
    slot.mask = this.#compileType(resolve(this.#contract, type), type, state);
    return slot.mask;
  }

  #compileType(type: Type, named: Type | undefined, state: PathState): Mask | undefined {
    switch (type.kind) {
      case "list": {
        const item = this.compile(type.item, state);
        return item && ((value) => maskList(value, item));
      }
      case "map": {
        const entry = this.compile(type.value, state);
        return entry && ((value) => maskEntries(value, () => entry));
      }
      case "union": {
        const variants = new Map<string, Mask>();
        for (const variant of type.variants) {
          const mask = this.#compileVariant(variant, state);
          if (mask !== undefined) variants.set(variant.name, mask);
        }
        if (variants.size === 0) return undefined;
        return (value) => maskEntries(value, (name) => variants.get(name));
      }
      case "opaque": {
        const names = state.open.flatMap(({ anywhere, steps }) =>
          anywhere ? steps.slice(-1) : [],
        );
        if (names.length === 0 || type.content === "protoAny") return undefined;
        const instead = type.content === "json" ? "null" : "";
        return (value) => (mentions(value, names) ? instead : value);
      }
      case "record":
        return this.#compileRecord(type, named && recordName(this.#contract, named), state);
      default:
        return undefined;
    }
  }

  /** A choice may be gone through, or its variant be named: in XML it is an element like others. */
  #compileVariant({ name, type, nullable = false }: Variant, state: PathState): Mask | undefined {
    const { rule, inside } = stepInto(state, name);
    const masking = rule === undefined ? undefined : this.#wanted.rules[rule];
    if (rule === undefined || masking === undefined) {
      return this.compile(type, joined(state, inside));
    }
    this.used.add(rule);
    const field: Field = { name, type, presence: "required", nullable };
    const own = compileMaskedValue(this.#contract, field, masking);
    return (value) => own(value) ?? null;
  }

  #compileRecord(
    record: RecordType,
    name: TypeName | undefined,
    state: PathState,
  ): Mask | undefined {
    const own = this.#compileOwn(record, state);
    const others = new Map<string, Mask>();
    for (const other of name === undefined ? [] : (this.#derived.get(name) ?? [])) {
      const type = resolve(this.#contract, { kind: "ref", name: other });
      const mask = type.kind === "record" ? this.#compileOwn(type, state) : undefined;
      if (mask !== undefined) others.set(other, mask);
    }
    if (others.size === 0) return own;
    return (value) => {
      const found = isRecord(value) ? value[typeKey] : undefined;
      const mask = typeof found === "string" ? (others.get(found) ?? own) : own;
      return mask?.(value) ?? value;
    };
  }

  #compileOwn(record: RecordType, state: PathState): Mask | undefined {
    const masks = new Map<string, FieldMask>();
    const fields = fieldsOf(this.#contract, record);
    for (const field of fields) {
      const { rule, inside } = stepInto(state, field.name);
      if (rule !== undefined) this.used.add(rule);
      const masking = rule === undefined ? this.#sensitive(field) : this.#wanted.rules[rule];
      const own = masking && compileMaskedValue(this.#contract, field, masking);
      const deeper = own === undefined ? this.compile(field.type, inside) : undefined;
      if (own !== undefined || deeper !== undefined) {
        masks.set(field.name, { own, inside: deeper });
      }
    }
    const known = isOpen(this.#contract, record)
      ? new Set(fields.map(({ name }) => name))
      : undefined;
    // What the contract does not know is left out where it may be what is to be masked.
    const isStrange = (name: string, value: Value): boolean => {
      if (known === undefined || known.has(name) || name === typeKey) return false;
      const { rule, inside } = stepInto(state, name);
      if (rule !== undefined) return true;
      const names = inside.open.flatMap(({ steps }) => steps.slice(-1));
      return inside.open.some(({ anywhere }) => !anywhere) || mentions(value, names);
    };
    if (masks.size === 0 && (known === undefined || state.open.length === 0)) return undefined;
    return (value) => (isRecord(value) ? maskFields(value, masks, isStrange) : value);
  }

  #sensitive(field: Field): Masking | undefined {
    return field.sensitive === true ? this.#wanted.sensitive : undefined;
  }
}

/** Of what is carried as its text. */
function mentions(value: Value, names: readonly string[]): boolean {
  return typeof value === "string" && names.some((name) => value.includes(name));
}

function maskList(value: Value, item: Mask): Value {
  return Array.isArray(value) ? (value as readonly Value[]).map(item) : value;
}

function maskEntries(value: Value, maskOf: (name: string) => Mask | undefined): Value {
  if (!isRecord(value)) return value;
  const out = createRecord();
  for (const name of Object.keys(value)) {
    const entry = value[name] as Value;
    out[name] = maskOf(name)?.(entry) ?? entry;
  }
  return out;
}

function maskFields(
  value: ValueRecord,
  masks: ReadonlyMap<string, FieldMask>,
  isStrange: (name: string, value: Value) => boolean,
): Value {
  const out = createRecord();
  for (const name of Object.keys(value)) {
    const was = value[name] as Value;
    const mask = masks.get(name);
    if (mask?.own !== undefined) {
      const masked = mask.own(was);
      if (masked !== undefined) out[name] = masked;
    } else if (mask?.inside !== undefined) out[name] = mask.inside(was);
    else if (!isStrange(name, was)) out[name] = was;
  }
  return out;
}
