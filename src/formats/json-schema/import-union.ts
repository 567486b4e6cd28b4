/**
 * One of several: oneOf, anyOf, several types, and a base that stands for all that derive from it.
 */
import type { Type, TypeName, UnionType, Variant } from "#contract/types.ts";
import { enumOfVariants } from "./import-enum.ts";
import { notEnforced } from "./import-number.ts";
import { isBareReference, propertiesOf, saysMore, spread, type Parts } from "./keywords.ts";
import {
  child,
  entriesOf,
  has,
  isTrueAt,
  itemsOf,
  textAt,
  textOf,
  type Located,
} from "./located.ts";
import { isNull } from "./nullable.ts";
import { referenceOf } from "./references.ts";
import { opaqueJson, type ReadNested, type SchemaScope } from "./scope.ts";
import { cleanName, unique } from "./type-names.ts";

interface Alternatives {
  readonly at: Located;
  readonly exclusive: boolean;
  readonly variants: readonly Located[];
}

/** The type of parts that offer alternatives; undefined when they offer none. */
export function importUnion(
  scope: SchemaScope,
  parts: Parts,
  readNested: ReadNested,
): Type | undefined {
  const [first, ...more] = alternativesOf(scope, parts);
  if (first === undefined) return undefined;
  for (const { at } of more) notEnforced(scope, at, "a second choice beside another one");
  const { at, exclusive, variants } = first;
  const common = parts.flatMap((part) => withoutAlternatives(part) ?? []);
  const isChoice = parts.some((part) => isTrueAt(child(part, "x-parlance") ?? part, "choice"));
  const keyed = isChoice || variants.length > 1 ? keyedChoice(variants, readNested) : undefined;
  if (keyed !== undefined) return keyed;
  const [only] = variants;
  if (only === undefined) return { ...opaqueJson };
  if (variants.length === 1) {
    const alone = common.every((part) => !saysMore(part));
    return alone && isBareReference(only)
      ? readNested.schema(only).type
      : readNested.parts([...common, ...spread([only], scope.references)]);
  }
  if (common.every((part) => !saysMore(part))) {
    const values = enumOfVariants(scope, variants);
    if (values !== undefined) return values;
  }
  const holder = parts.find((part) => has(part, "discriminator"));
  const property = holder && discriminatorOf(holder);
  if (!exclusive) {
    const message = "of several variants that fit, the first is taken";
    if (property === undefined) scope.report.info("any-of", at, message);
  }
  const named = nameVariants(scope, variants, common, readNested);
  const tagged = property === undefined ? undefined : tags(scope, holder as Located, variants);
  return {
    kind: "union",
    plain: true,
    exclusive,
    variants: named.map((variant, index) => {
      const tag = tagged?.[index];
      return tag === undefined ? variant : { ...variant, tag };
    }),
    ...(property === undefined ? {} : { discriminator: { property } }),
  };
}

/** Null, and choices that only say which properties are required, are no alternatives here. */
function alternativesOf(scope: SchemaScope, parts: Parts): readonly Alternatives[] {
  return parts.flatMap((part) =>
    ["oneOf", "anyOf"].flatMap((key) => {
      const at = child(part, key);
      if (at === undefined) return [];
      const variants = itemsOf(at).filter((variant) => !isNull(variant));
      if (variants.length > 0 && variants.every(saysOnlyWhatIsRequired)) {
        if (!has(part, "x-parlance")) notEnforced(scope, at, "which properties go together");
        return [];
      }
      return [{ at, exclusive: key === "oneOf", variants }];
    }),
  );
}

function saysOnlyWhatIsRequired(variant: Located): boolean {
  const entries = entriesOf(variant);
  return (
    entries.length > 0 &&
    entries.every(({ key }) => ["required", "not", "title", "description"].includes(key))
  );
}

/** A part as it would be without its alternatives; undefined when nothing is left. */
function withoutAlternatives(part: Located): Located | undefined {
  if (part.node.kind !== "map") return undefined;
  const entries = new Map(part.node.entries);
  for (const key of ["oneOf", "anyOf", "allOf", "$ref", "discriminator"]) entries.delete(key);
  const left: Located = { ...part, node: { ...part.node, entries } };
  return saysMore(left) ? left : undefined;
}

/** Objects of one required key each: what describing makes of a choice with keys. */
function keyedChoice(variants: readonly Located[], readNested: ReadNested): UnionType | undefined {
  const keyed = variants.map((variant) => {
    const [only, ...more] = entriesOf(child(variant, "properties"));
    const required = itemsOf(child(variant, "required"));
    const closed = child(variant, "additionalProperties")?.node;
    if (only === undefined || more.length > 0 || required.length !== 1) return undefined;
    if (textOf(required[0]) !== only.key || closed?.kind !== "scalar") return undefined;
    return closed.value === false ? only : undefined;
  });
  if (keyed.includes(undefined)) return undefined;
  const keys = new Set(keyed.map((entry) => entry?.key));
  if (keys.size < variants.length) return undefined;
  return {
    kind: "union",
    exclusive: true,
    variants: keyed.flatMap((entry) =>
      entry === undefined ? [] : [readNested.variant(entry.key, entry)],
    ),
  };
}

function nameVariants(
  scope: SchemaScope,
  variants: readonly Located[],
  common: Parts,
  readNested: ReadNested,
): readonly Variant[] {
  const taken = new Map<string, number>();
  return variants.map((variant) => {
    const together = common.some(saysMore);
    const type = together
      ? readNested.parts([...common, ...spread([variant], scope.references)])
      : readNested.schema(variant).type;
    const reference = referenceOf(variant);
    const target = reference && scope.references.follow(reference, variant.document);
    const word = textAt(variant, "title") ?? (target ? target.word : wordFor(type));
    return { name: unique(cleanName(word), taken), type };
  });
}

/** What a variant without a name is called. */
export function wordFor(type: Type): string {
  switch (type.kind) {
    case "ref":
      return type.name;
    case "record":
      return "object";
    case "int":
      return "integer";
    case "decimal":
    case "float":
      return "number";
    case "bool":
      return "boolean";
    default:
      return type.kind;
  }
}

/** Swagger 2 writes the name alone. */
function discriminatorOf(schema: Located): string | undefined {
  const holder = child(schema, "discriminator");
  if (holder === undefined) return undefined;
  return textOf(holder) ?? textAt(holder, "propertyName");
}

/** Tags of the variants: as mapped, and else the name of the schema. */
function tags(
  scope: SchemaScope,
  holder: Located,
  variants: readonly Located[],
): readonly (string | undefined)[] {
  const targets = variants.map((variant) => {
    const reference = referenceOf(variant);
    return reference === undefined
      ? undefined
      : scope.references.follow(reference, variant.document);
  });
  const mapped = mappingOf(scope, holder);
  return targets.map((target, index) => {
    const tag = target && (mapped.get(target.node) ?? target.word);
    if (tag !== undefined) return tag;
    const inline = variants[index] as Located;
    const property = discriminatorOf(holder) ?? "";
    const [own] = propertiesOf(spread([inline], scope.references)).get(property) ?? [];
    const constant = own && (textOf(child(own, "const")) ?? textOf(itemsOf(child(own, "enum"))[0]));
    return constant ?? textAt(inline, "title");
  });
}

function mappingOf(scope: SchemaScope, holder: Located): ReadonlyMap<unknown, string> {
  const mapped = new Map<unknown, string>();
  const discriminator = child(holder, "discriminator");
  for (const entry of entriesOf(discriminator && child(discriminator, "mapping"))) {
    const value = textOf(entry) ?? "";
    const target =
      scope.references.follow(value, entry.document) ??
      scope.references.follow(`#/components/schemas/${value}`, entry.document);
    if (target === undefined) {
      const message = `\`${value.slice(0, 100)}\` is no schema of this document`;
      scope.report.warning("reference-not-found", entry, message);
    } else if (!mapped.has(target.node)) mapped.set(target.node, entry.key);
  }
  return mapped;
}

/**
 * A schema with a discriminator from which others derive stands for all of them: it becomes the
 * union of them and of itself, and its own fields go to a type of their own, `baseName`.
 */
export function importFamily(
  scope: SchemaScope,
  schema: Located,
  name: TypeName,
): UnionType | undefined {
  const property = discriminatorOf(schema);
  if (property === undefined) return undefined;
  const family = scope.derivedOf(schema);
  if (family.length === 0) return undefined;
  const mapped = mappingOf(scope, schema);
  const variants = family.map(({ word, schema: derived }) => {
    const type = scope.names.nameOf(derived, word);
    return { name: type, type: refTo(type), tag: mapped.get(derived.node) ?? word };
  });
  const own = scope.names.baseNameOf(schema, name);
  variants.push({ name: own, type: refTo(own), tag: mapped.get(schema.node) ?? name });
  return { kind: "union", plain: true, exclusive: true, variants, discriminator: { property } };
}

function refTo(name: TypeName) {
  return { kind: "ref" as const, name };
}
