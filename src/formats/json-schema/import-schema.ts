/**
 * A schema to a type. What it refers to stays a named type, read later from a queue, so that
 * recursion costs nothing and nesting is bounded by that of the document.
 */
import type { ListType, Type, TypeName } from "#contract/types.ts";
import { importEnum } from "./import-enum.ts";
import { importInteger, importNumber, notEnforced } from "./import-number.ts";
import { importObject } from "./import-object.ts";
import { importString } from "./import-string.ts";
import { importUnion, wordFor } from "./import-union.ts";
import { bindProperty } from "./import-xml.ts";
import {
  isBareReference,
  keyword,
  propertiesOf,
  requiredOf,
  saysMore,
  saysTypeAlone,
  spread,
  typesOf,
  type Parts,
} from "./keywords.ts";
import {
  child,
  countAt,
  has,
  isTrueAt,
  itemsOf,
  scalarOf,
  textAt,
  textOf,
  type Located,
} from "./located.ts";
import { isNullable } from "./nullable.ts";
import { referenceOf, type Target } from "./references.ts";
import {
  opaqueJson,
  schemaDepthMax,
  schemasMax,
  type ReadNested,
  type ReadSchema,
  type SchemaScope,
} from "./scope.ts";
import { unique } from "./type-names.ts";

export function importSchema(scope: SchemaScope, schema: Located): ReadSchema {
  return { ...annotationsOf(scope, schema), type: typeOfSchema(scope, schema) };
}

function annotationsOf(scope: SchemaScope, schema: Located): Omit<ReadSchema, "type"> {
  const { references } = scope;
  const end = references.resolve(schema);
  const either = (key: string) =>
    child(schema, key) ?? (end === undefined ? undefined : child(end, key));
  const written = either("default");
  const fallback = textOf(written);
  if (written !== undefined && fallback === undefined && written.node.kind !== "scalar") {
    scope.report.info("default-left-out", written, "only simple values are kept as defaults");
  }
  const documentation = textAt(schema, "description");
  const isOn = (key: string) => scalarOf(either(key)) === true;
  return {
    nullable: isNullable(schema, references),
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(documentation === undefined ? {} : { documentation }),
    ...(textOf(either("format")) === "password" ? { sensitive: true } : {}),
    ...(isOn("readOnly")
      ? { oneWay: "readOnly" as const }
      : isOn("writeOnly")
        ? { oneWay: "writeOnly" as const }
        : {}),
  };
}

/** Whether a bound was met; the finding is reported once. */
function isSpent({ spent, report }: SchemaScope, at: Located): boolean {
  spent.schemas++;
  if (spent.schemas <= schemasMax && spent.depth < schemaDepthMax) return false;
  const message =
    spent.schemas > schemasMax
      ? `more than ${schemasMax} schemas are not read; the rest is taken as any JSON`
      : `schemas nested deeper than ${schemaDepthMax} are taken as any JSON`;
  if (spent.schemas === schemasMax + 1 || spent.schemas <= schemasMax) {
    report.warning("too-many-schemas", at, message);
  }
  return true;
}

function typeOfSchema(scope: SchemaScope, schema: Located): Type {
  if (isSpent(scope, schema)) return opaqueJson;
  const { node } = schema;
  if (node.kind === "scalar" && typeof node.value === "boolean") return opaqueJson;
  if (node.kind !== "map") {
    const message = "this is no schema; expected a map of keywords, or true or false";
    scope.report.warning("not-a-schema", schema, message);
    return opaqueJson;
  }
  scope.spent.depth++;
  const type =
    referenceOf(schema) === undefined ? typeOfOwn(scope, schema) : typeOfReference(scope, schema);
  scope.spent.depth--;
  return type;
}

function typeOfReference(scope: SchemaScope, schema: Located): Type {
  const reference = referenceOf(schema) as string;
  if (has(schema, "$dynamicRef")) {
    const message = "a `$dynamicRef` is followed where it stands, not from where it is used";
    scope.report.info("dynamic-reference", schema, message);
  }
  const target = scope.references.follow(reference, schema.document);
  if (target === undefined) return missing(scope, schema, reference);
  if (scope.refHidesSiblings || !saysMore(schema) || saysTypeAlone(schema))
    return refTo(scope, target);
  return typeOfAll(scope, schema, [target], [schema]);
}

function missing(scope: SchemaScope, schema: Located, reference: string): Type {
  const why = scope.references.whyNot(reference);
  const shownReference = reference.slice(0, 200);
  const message = `reference \`${shownReference}\` cannot be followed: ${why}; taken as any JSON`;
  scope.report.warning("reference-not-found", child(schema, "$ref") ?? schema, message);
  return opaqueJson;
}

function refTo(scope: SchemaScope, target: Target): Type {
  return { kind: "ref", name: scope.names.nameOf(target, target.word) };
}

function typeOfOwn(scope: SchemaScope, schema: Located): Type {
  if (has(schema, "allOf")) {
    const all = itemsOf(child(schema, "allOf")).filter(
      (part) => saysMore(part) || isBareReference(part),
    );
    const targets: Target[] = [];
    const others: Located[] = [schema];
    for (const part of all) {
      if (!isBareReference(part)) others.push(part);
      else {
        const reference = referenceOf(part) as string;
        const target = scope.references.follow(reference, part.document);
        if (target === undefined) missing(scope, part, reference);
        else targets.push(target);
      }
    }
    return typeOfAll(scope, schema, targets, others);
  }
  return typeOfParts(scope, [schema]);
}

/** One reference alone is that type; one and properties extends it; others are merged. */
function typeOfAll(
  scope: SchemaScope,
  schema: Located,
  targets: readonly Target[],
  others: readonly Located[],
): Type {
  const [target, second] = targets;
  if (target !== undefined && second === undefined) {
    const isMarked = others.some((part) => isMarkedDerived(part));
    if (
      !isMarked &&
      others.every((part) => (part === schema ? saysNothingBeside(part) : saysTypeAlone(part)))
    ) {
      return refTo(scope, target);
    }
    const own = spread(others, scope.references, target);
    const base = isMarked ? scope.names.nameOf(target, target.word) : baseFor(scope, target, own);
    if (base !== undefined) return typeOfParts(scope, own, base);
  }
  return typeOfParts(scope, spread([schema], scope.references));
}

function saysNothingBeside(schema: Located): boolean {
  if (schema.node.kind !== "map") return true;
  const entries = new Map(schema.node.entries);
  entries.delete("allOf");
  return saysTypeAlone({ ...schema, node: { ...schema.node, entries } });
}

/** Describing says so where the shape alone would not. */
function isMarkedDerived(part: Located): boolean {
  const own = child(part, "x-parlance");
  return own !== undefined && isTrueAt(own, "derived");
}

/** A record can be extended when nothing that is inherited is said again. */
function baseFor(scope: SchemaScope, target: Target, own: Parts): TypeName | undefined {
  const inherited = spread([target], scope.references);
  const isRecord =
    propertiesOf(inherited).size > 0 &&
    !inherited.some((part) => ["oneOf", "anyOf", "enum", "const"].some((key) => has(part, key)));
  if (!isRecord || own.some((part) => has(part, "oneOf") || has(part, "anyOf"))) return undefined;
  const ownProperties = propertiesOf(own);
  const known = propertiesOf(inherited);
  const says = [...ownProperties.keys(), ...requiredOf(own)];
  if (says.some((name) => known.has(name))) return undefined;
  const isFamily = has(target, "discriminator") && scope.derivedOf(target).length > 0;
  if (!isFamily) return scope.names.nameOf(target, target.word);
  scope.names.nameOf(target, target.word);
  return scope.names.baseNameOf(target, target.word);
}

export function typeOfParts(scope: SchemaScope, parts: Parts, base?: TypeName): Type {
  for (const key of ["not", "if"]) {
    const at = keyword(parts, key);
    if (at !== undefined) notEnforced(scope, at, `\`${key}\``);
  }
  const nested = nestedOf(scope);
  const union = base === undefined ? importUnion(scope, parts, nested) : undefined;
  if (union !== undefined) return union;
  const values = importEnum(scope, parts);
  if (values !== undefined) return values;
  const types = base === undefined ? typesOf(parts) : ["object"];
  if (types === undefined || types.length === 0) return opaqueJson;
  if (types.length === 1) return typeOfKind(scope, types[0] as string, parts, base);
  const taken = new Map<string, number>();
  const variants = types.map((kind) => {
    const type = typeOfKind(scope, kind, parts, base);
    return { name: unique(wordFor(type), taken), type };
  });
  return { kind: "union", plain: true, exclusive: false, variants };
}

function typeOfKind(
  scope: SchemaScope,
  kind: string,
  parts: Parts,
  base: TypeName | undefined,
): Type {
  const format = textOf(keyword(parts, "format"));
  switch (kind) {
    case "boolean":
      return { kind: "bool" };
    case "integer":
      return importInteger(scope, parts, format);
    case "number":
      return importNumber(scope, parts, format);
    case "string":
      return importString(scope, parts, format);
    case "array":
      return importList(scope, parts);
    case "object":
      return importObject(scope, parts, base, nestedOf(scope));
    case "file":
      return { kind: "bytes", encoding: "base64" };
    default: {
      const at = keyword(parts, "type") as Located;
      const message = `there is no type \`${kind.slice(0, 100)}\`; taken as any JSON`;
      scope.report.warning("unknown-type", at, message);
      return opaqueJson;
    }
  }
}

function importList(scope: SchemaScope, parts: Parts): Type {
  const items = keyword(parts, "items");
  const tuple = keyword(parts, "prefixItems") ?? (items?.node.kind === "list" ? items : undefined);
  if (tuple !== undefined) {
    const message = "lists whose items have types by their place are taken as any JSON";
    scope.report.warning("tuple", tuple, message);
    return opaqueJson;
  }
  for (const key of ["uniqueItems", "contains", "unevaluatedItems"]) {
    const at = keyword(parts, key);
    if (at !== undefined && scalarOf(at) !== false) notEnforced(scope, at, `\`${key}\``);
  }
  const bounds = parts.map((part) => ({
    min: countAt(part, "minItems"),
    max: countAt(part, "maxItems"),
  }));
  const max = bounds.find((bound) => bound.max !== undefined)?.max;
  const read = items && importSchema(scope, items);
  const list: ListType = {
    kind: "list",
    item: read?.type ?? opaqueJson,
    itemNullable: read?.nullable ?? false,
    min: bounds.find((bound) => bound.min !== undefined)?.min ?? 0,
    ...(max === undefined ? {} : { max }),
  };
  const own = keyword(parts, "x-parlance");
  return own !== undefined && isTrueAt(own, "text") ? { ...list, xmlText: true } : list;
}

function nestedOf(scope: SchemaScope): ReadNested {
  return {
    schema: (schema) => importSchema(scope, schema),
    parts: (parts) =>
      isSpent(scope, parts[0] as Located) ? opaqueJson : typeOfParts(scope, parts),
    together: (schemas) => {
      const [first] = schemas as readonly [Located];
      const read = annotationsOf(scope, first);
      if (schemas.length === 1) return { ...read, type: typeOfSchema(scope, first) };
      if (isSpent(scope, first)) return { ...read, type: opaqueJson };
      scope.spent.depth++;
      const type = typeOfParts(scope, spread(schemas, scope.references));
      scope.spent.depth--;
      const nullable = schemas.every((schema) => isNullable(schema, scope.references));
      return { ...read, nullable, type };
    },
    variant: (name, schema) => ({
      name,
      type: importSchema(scope, schema).type,
      ...(isNullable(schema, scope.references) ? { nullable: true } : {}),
      xml: bindProperty(name, schema, undefined, scope.references),
    }),
  };
}
