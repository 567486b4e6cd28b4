/**
 * The fast way to write: the value is copied into plain objects with the members in order, which
 * the engine's own JSON.stringify then writes. Not for what has to stand as exact text.
 */
import type { Contract } from "#contract/contract.ts";
import type { RecordType, Type, TypeName, UnionType } from "#contract/types.ts";
import { createRecord, typeKey, type Value, type ValueRecord } from "#contract/value.ts";
import type { JsonWriteOptions } from "./options.ts";
import {
  derivedTypes,
  fieldsOf,
  isExact,
  isOpen,
  recordName,
  resolve,
  spelledFields,
} from "./resolve.ts";

export interface Shadow {
  readonly convert: (value: Value) => unknown;
  /** Whether something in the last value cannot be written in this way. */
  readonly failed: () => boolean;
}

/** Undefined: the value goes as it is. */
type Convert = ((value: Value) => unknown) | undefined;

type Members = { [name: string]: unknown };

interface Scope {
  readonly contract: Contract;
  readonly derived: ReadonlyMap<TypeName, readonly TypeName[]>;
  readonly exactNumbers: "string" | "number";
  readonly named: Map<TypeName, Convert>;
  failed: boolean;
}

/** @returns undefined when values hold JSON as text, or how one is spelled depends on the value. */
export function compileShadow(
  contract: Contract,
  type: Type,
  options: JsonWriteOptions,
): Shadow | undefined {
  const derived = derivedTypes(contract);
  const { exactNumbers = "string" } = options;
  if (exactNumbers === "safe") return undefined;
  const scope: Scope = { contract, derived, exactNumbers, named: new Map(), failed: false };
  if (carriesText(scope, type, new Set())) return undefined;
  const convert = compile(scope, type);
  return {
    convert(value) {
      scope.failed = false;
      return convert === undefined ? value : convert(value);
    },
    failed: () => scope.failed,
  };
}

function carriesText(scope: Scope, type: Type, seen: Set<TypeName>): boolean {
  const into = (inner: Type): boolean => carriesText(scope, inner, seen);
  switch (type.kind) {
    case "ref": {
      if (seen.has(type.name)) return false;
      seen.add(type.name);
      const target = scope.contract.types.get(type.name);
      const derived = scope.derived.get(type.name) ?? [];
      const types = [target?.type, ...derived.map((name): Type => ({ kind: "ref", name }))];
      return types.some((one) => one !== undefined && into(one));
    }
    case "record": {
      const fields = fieldsOf(scope.contract, type);
      return isOpen(scope.contract, type) || fields.some((field) => into(field.type));
    }
    case "union":
      return type.variants.some((variant) => into(variant.type));
    case "list":
      return into(type.item);
    case "map":
      return into(type.value);
    case "opaque":
      return type.content === "json";
    default:
      return false;
  }
}

function compile(scope: Scope, type: Type): Convert {
  switch (type.kind) {
    case "ref":
      return compileNamed(scope, type.name);
    case "record":
      return compileRecord(scope, type, undefined);
    case "union":
      return compileUnion(scope, type);
    case "list": {
      const item = compile(scope, type.item);
      return item === undefined ? undefined : (value) => convertItems(value, item);
    }
    case "map": {
      const convert = compile(scope, type.value);
      return convert === undefined ? undefined : (value) => convertEntries(value, convert);
    }
    case "bytes":
      return type.encoding === "hex" ? toHex : toBase64;
    case "opaque":
      return type.content === "protoAny" ? toBase64 : undefined;
    case "float":
      return (value) => toFloat(scope, value as number);
    case "int":
      return isExact(type) ? compileExact(scope, type.spelling) : undefined;
    case "decimal":
      return compileExact(scope, type.spelling);
    case "enum":
      return type.spelling === "number" ? compileExact(scope, "number") : undefined;
    default:
      return undefined;
  }
}

function compileNamed(scope: Scope, name: TypeName): Convert {
  if (scope.named.has(name)) return scope.named.get(name);
  let actual: Convert;
  scope.named.set(name, (value) => (actual === undefined ? value : actual(value)));
  const target = scope.contract.types.get(name)?.type;
  if (target?.kind === "record") actual = compileRecord(scope, target, name);
  else if (target !== undefined) actual = compile(scope, target);
  scope.named.set(name, actual);
  return actual;
}

function compileExact(scope: Scope, spelling: "string" | "number" | undefined): Convert {
  if ((spelling ?? scope.exactNumbers) === "string") return undefined;
  return (value) => {
    const number = Number(value);
    if (String(number) === value) return number;
    scope.failed = true;
    return null;
  };
}

function toFloat(scope: Scope, value: number): unknown {
  if (Object.is(value, -0)) scope.failed = true;
  return Number.isFinite(value) ? value : String(value);
}

function bufferOf(value: Value): Buffer {
  const { buffer, byteOffset, byteLength } = value as Uint8Array;
  return Buffer.from(buffer, byteOffset, byteLength);
}

function toBase64(value: Value): string {
  return bufferOf(value).toString("base64");
}

function toHex(value: Value): string {
  return bufferOf(value).toString("hex").toUpperCase();
}

function convertItems(value: Value, item: NonNullable<Convert>): unknown {
  const items = value as readonly Value[];
  const out: unknown[] = [];
  for (let index = 0; index < items.length; index++) {
    const one = items[index] as Value;
    out.push(one === null ? null : item(one));
  }
  return out;
}

function convertEntries(value: Value, convert: NonNullable<Convert>): unknown {
  const map = value as ValueRecord;
  const out = createRecord() as Members;
  for (const key in map) {
    const one = map[key] as Value;
    out[key] = one === null ? null : convert(one);
  }
  return out;
}

function compileUnion(scope: Scope, union: UnionType): Convert {
  const property = union.discriminator?.property;
  const variants = union.variants.map(({ name, type, tag }) => {
    const record = resolve(scope.contract, type);
    const isTagged = property !== undefined && record.kind === "record";
    const head = isTagged ? { name: property, value: tag ?? name } : undefined;
    const named = recordName(scope.contract, type);
    const convert = isTagged ? compileRecord(scope, record, named, head) : compile(scope, type);
    return [name, convert] as const;
  });
  const converts = new Map(variants);
  const keyed = property === undefined && union.plain !== true;
  if (keyed && variants.every(([, convert]) => convert === undefined)) return undefined;
  return (value) => {
    for (const name in value as ValueRecord) {
      const inner = (value as ValueRecord)[name] as Value;
      const convert = converts.get(name);
      const converted = convert === undefined || inner === null ? inner : convert(inner);
      return keyed ? Object.assign(createRecord(), { [name]: converted }) : converted;
    }
    return null;
  };
}

interface CopiedField {
  readonly key: string;
  /** Undefined for a choice whose variants stand in the enclosing object. */
  readonly name: string | undefined;
  readonly convert: Convert;
}

interface Head {
  readonly name: string;
  readonly value: string;
}

function compileRecord(
  scope: Scope,
  record: RecordType,
  name: TypeName | undefined,
  tag?: Head,
): NonNullable<Convert> {
  const tags = tag === undefined ? [] : [tag];
  const own = compileCopy(scope, record, tags);
  const derived = name === undefined ? [] : (scope.derived.get(name) ?? []);
  if (derived.length === 0) return own;
  const copies = new Map<Value | undefined, NonNullable<Convert>>();
  for (const derivedName of derived) {
    const type = resolve(scope.contract, { kind: "ref", name: derivedName });
    if (type.kind !== "record") continue;
    const heads = [...tags, { name: typeKey, value: derivedName }];
    copies.set(derivedName, compileCopy(scope, type, heads));
  }
  return (value) => (copies.get((value as ValueRecord)[typeKey]) ?? own)(value);
}

function compileCopy(
  scope: Scope,
  record: RecordType,
  heads: readonly Head[],
): NonNullable<Convert> {
  // Planned at the first message: records may hold themselves.
  let fields: readonly CopiedField[] | undefined;
  let create: () => Members = () => ({});
  return (value) => {
    const members = value as ValueRecord;
    if (fields === undefined) {
      fields = planCopy(scope, record, heads);
      const isSafe = fields.every(({ name }) => name !== undefined && name !== "__proto__");
      if (!isSafe) create = createRecord;
    }
    const out = create();
    for (let index = 0; index < heads.length; index++) {
      const head = heads[index] as Head;
      out[head.name] = head.value;
    }
    for (let index = 0; index < fields.length; index++) {
      const { key, name, convert } = fields[index] as CopiedField;
      const one = members[key];
      if (one === undefined) continue;
      const converted = convert === undefined || one === null ? one : convert(one);
      if (name !== undefined) out[name] = converted;
      else Object.assign(out, converted);
    }
    return out;
  };
}

function planCopy(
  scope: Scope,
  record: RecordType,
  heads: readonly Head[],
): readonly CopiedField[] {
  const written = new Set(heads.map(({ name }) => name));
  const copied: CopiedField[] = [];
  for (const { field, name, flat } of spelledFields(scope.contract, record)) {
    if (written.has(name)) continue;
    const convert = compile(scope, field.type);
    copied.push({ key: field.name, name: flat === undefined ? name : undefined, convert });
  }
  return copied;
}
