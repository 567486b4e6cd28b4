/** How the types of a contract stand in XML: inherited fields, derived types, names by default. */
import { assert } from "#base/assert.ts";
import type { Contract, QualifiedName } from "#contract/contract.ts";
import type {
  EnumType,
  Field,
  NamedType,
  RecordType,
  ScalarType,
  Type,
  TypeName,
  UnionType,
  Variant,
  XmlBinding,
} from "#contract/types.ts";

/** Types that derive from types, and references to references. */
const chainMax = 200;

function namedType(contract: Contract, name: TypeName): NamedType {
  const named = contract.types.get(name);
  assert(named !== undefined, `the contract has no type ${name}`);
  return named;
}

/** The type behind references, with the name of the last one. */
export function resolveType(
  contract: Contract,
  type: Type,
): { readonly type: Exclude<Type, { kind: "ref" }>; readonly named: NamedType | undefined } {
  let named: NamedType | undefined;
  let current = type;
  for (let steps = 0; steps < chainMax; steps += 1) {
    if (current.kind !== "ref") return { type: current, named };
    named = namedType(contract, current.name);
    current = named.type;
  }
  throw new Error(`references go round at ${named?.name ?? ""}`);
}

export function namespaceOfType(named: NamedType | undefined, outer: string): string {
  return named?.xmlName?.namespace ?? outer;
}

/** A field with the namespace that its name is in when its binding says nothing. */
export interface PlacedField {
  readonly field: Field;
  readonly binding: XmlBinding;
  /** For what is inside it. */
  readonly namespace: string;
}

/** All fields of a record, those of the type that it extends first. */
export function fieldsOf(
  contract: Contract,
  record: RecordType,
  namespace: string,
): readonly PlacedField[] {
  const chain: { readonly record: RecordType; readonly namespace: string }[] = [];
  let current: RecordType | undefined = record;
  let outer = namespace;
  while (current !== undefined && chain.length < chainMax) {
    chain.unshift({ record: current, namespace: outer });
    const base: NamedType | undefined =
      current.extends === undefined ? undefined : namedType(contract, current.extends);
    const resolved: Type | undefined =
      base === undefined ? undefined : resolveType(contract, base.type).type;
    current = resolved?.kind === "record" ? resolved : undefined;
    outer = namespaceOfType(base, outer);
  }
  return chain.flatMap((one) =>
    one.record.fields.map((field) => ({
      field,
      binding: field.xml ?? elementBinding(field.name, one.namespace),
      namespace: one.namespace,
    })),
  );
}

export function variantBinding(variant: Variant, namespace: string): XmlBinding {
  return variant.xml ?? elementBinding(variant.name, namespace);
}

export function elementBinding(name: string, namespace: string): XmlBinding {
  return { node: "element", name, namespace };
}

/** Element of the items of a list that is itself an item. */
export const itemName = "item";

/** Types that may stand in the place of a named one, itself not among them. */
export function derivedTypes(contract: Contract, base: TypeName): readonly NamedType[] {
  let index = derivedByContract.get(contract);
  if (index === undefined) {
    index = indexDerived(contract);
    derivedByContract.set(contract, index);
  }
  const found = new Set<NamedType>();
  const visit = (name: TypeName): void => {
    for (const derived of index.get(name) ?? []) {
      if (found.has(derived)) continue;
      found.add(derived);
      visit(derived.name);
    }
  };
  visit(base);
  return [...found];
}

const derivedByContract = new WeakMap<Contract, ReadonlyMap<TypeName, readonly NamedType[]>>();

function indexDerived(contract: Contract): ReadonlyMap<TypeName, readonly NamedType[]> {
  const index = new Map<TypeName, NamedType[]>();
  for (const named of contract.types.values()) {
    if (named.type.kind !== "record") continue;
    const base = named.type.extends ?? named.type.restricts;
    if (base === undefined) continue;
    const derived = index.get(base) ?? [];
    derived.push(named);
    index.set(base, derived);
  }
  return index;
}

/** `{namespace}name`, `name` without a namespace. */
export function clarkName({ name, namespace }: QualifiedName): string {
  return namespace === "" ? name : `{${namespace}}${name}`;
}

function isScalar(type: Type): type is ScalarType | EnumType {
  switch (type.kind) {
    case "record":
    case "union":
    case "list":
    case "map":
    case "opaque":
    case "ref":
      return false;
    default:
      return true;
  }
}

/** Whether an item is a list of elements in its turn. */
export function isNestedList(contract: Contract, { node }: XmlBinding, item: Type): boolean {
  if (node !== "element") return false;
  return resolveType(contract, item).type.kind === "list" && !isTextual(contract, item);
}

/** Whether all variants are spelled in text alone (xs:union). */
export function isTextual(contract: Contract, type: Type, depth = 0): boolean {
  if (depth > chainMax) return false;
  const resolved = resolveType(contract, type).type;
  if (resolved.kind === "list") {
    return resolved.xmlText === true && isTextual(contract, resolved.item, depth + 1);
  }
  if (resolved.kind === "union") return isTextualUnion(contract, resolved, depth);
  return isScalar(resolved);
}

function isTextualUnion(contract: Contract, union: UnionType, depth: number): boolean {
  return union.variants.every(
    ({ type, xml }) => xml === undefined && isTextual(contract, type, depth + 1),
  );
}
