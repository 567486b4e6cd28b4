/** Objects: records with fields, maps, and objects of which nothing is known. */
import type { Field, MapType, Type, TypeName, UnionType } from "#contract/types.ts";
import { typeKey } from "#contract/value.ts";
import { distinguish, type NamedField } from "./distinct-names.ts";
import { bindProperty, xmlOf } from "./import-xml.ts";
import { notEnforced } from "./import-number.ts";
import {
  keyword,
  keywords,
  propertiesOf,
  requiredOf,
  saysMore,
  typesOf,
  type Parts,
} from "./keywords.ts";
import {
  child,
  entriesOf,
  isTrueAt,
  itemsOf,
  placeOf,
  scalarOf,
  textAt,
  textOf,
  type Located,
} from "./located.ts";
import { opaqueJson, type ReadNested, type SchemaScope } from "./scope.ts";
import { cleanName } from "./type-names.ts";

const unenforced = ["minProperties", "maxProperties", "dependentRequired"];

export function importObject(
  scope: SchemaScope,
  parts: Parts,
  base: TypeName | undefined,
  readNested: ReadNested,
): Type {
  for (const key of [...unenforced, "dependentSchemas", "dependencies"]) {
    const at = keyword(parts, key);
    if (at !== undefined) notEnforced(scope, at, `\`${key}\``);
  }
  const patterns = keyword(parts, "patternProperties");
  if (patterns !== undefined) {
    const message = "properties whose names match a pattern are taken as any JSON";
    scope.report.info("not-enforced", patterns, message);
  }
  const properties = propertiesOf(parts);
  const additional =
    keyword(parts, "additionalProperties") ?? keyword(parts, "unevaluatedProperties");
  const flag = scalarOf(additional);
  const schema = additional?.node.kind === "map" ? additional : undefined;
  const own = keyword(parts, "x-parlance");
  const isMarked = own !== undefined && isTrueAt(own, "record");
  const isRecord = base !== undefined || properties.size > 0 || flag === false || isMarked;
  if (!isRecord) return importMap(scope, parts, schema, readNested);
  const fields = importFields(scope, parts, properties, readNested);
  if (schema !== undefined && saysMore(schema)) {
    notEnforced(scope, schema, "the type of properties beside those that are named");
  }
  const open = flag === true || schema !== undefined || patterns !== undefined;
  const restricts = own && textAt(own, "restricts");
  return {
    kind: "record",
    fields: own === undefined ? fields : gatherChoices(fields, own),
    ...(base === undefined ? {} : { extends: base }),
    ...(restricts === undefined ? {} : { restricts }),
    ...(own !== undefined && isTrueAt(own, "abstract") ? { abstract: true } : {}),
    ...(open ? { open: true } : {}),
    xmlOrder: own !== undefined && textAt(own, "order") === "sequence" ? "sequence" : "all",
  };
}

function importMap(
  scope: SchemaScope,
  parts: Parts,
  schema: Located | undefined,
  readNested: ReadNested,
): Type {
  if (requiredOf(parts).size > 0) return importBare(scope, parts);
  const own = keyword(parts, "x-parlance");
  const isMarked = own !== undefined && isTrueAt(own, "map");
  if (schema === undefined || (entriesOf(schema).length === 0 && !isMarked)) return opaqueJson;
  const { type, nullable } = readNested.schema(schema);
  return {
    kind: "map",
    key: keyOf(parts, readNested),
    value: type,
    ...(nullable ? { valueNullable: true } : {}),
  };
}

/** Names are text; a schema of them may narrow it. */
function keyOf(parts: Parts, readNested: ReadNested): MapType["key"] {
  const names = keyword(parts, "propertyNames");
  const type = names && readNested.schema(names).type;
  const isSimple = type !== undefined && !nested.has(type.kind);
  return isSimple ? (type as MapType["key"]) : { kind: "string", whitespace: "preserve" };
}

const nested = new Set<Type["kind"]>(["record", "union", "list", "map", "opaque", "ref"]);

/** Required names without any properties: the names are all that is known. */
function importBare(scope: SchemaScope, parts: Parts): Type {
  const at = keyword(parts, "required") as Located;
  notEnforced(scope, at, "that a property is required of which nothing else is said");
  return opaqueJson;
}

function importFields(
  scope: SchemaScope,
  parts: Parts,
  properties: ReadonlyMap<string, readonly Located[]>,
  readNested: ReadNested,
): readonly Field[] {
  const required = requiredOf(parts);
  const fields: NamedField[] = [];
  for (const [name, schemas] of properties) {
    const [first] = schemas as readonly [Located];
    // The name of a derived type travels beside the fields.
    if (name === typeKey && textAt(first, "x-parlance") === "type") continue;
    if (name === "__proto__") {
      const message = "a property of this name is not offered: it is refused wherever it occurs";
      scope.report.warning("property-not-offered", first, message);
      continue;
    }
    if (scalarOf(first) === false) continue;
    const field = importField(scope, name, schemas, required.has(name), readNested);
    const isRewritten = cleanName(name) !== name && !namesItself(scope, first, field);
    fields.push({ field, isRewritten });
  }
  for (const list of keywords(parts, "required")) {
    for (const item of itemsOf(list)) {
      const name = textOf(item) ?? "";
      if (!properties.has(name)) reportUnknownRequired(scope, item, name);
    }
  }
  return distinguish(fields);
}

/** Whether its name in XML is given: its own, or that of the items of a list without an element. */
function namesItself(scope: SchemaScope, schema: Located, { xml }: Field): boolean {
  const end = scope.references.resolve(schema) ?? schema;
  const items = xml?.wrapper === undefined ? child(end, "items") : undefined;
  return [schema, items].some((one) => {
    const own = one && xmlOf(one, scope.references);
    return own !== undefined && textAt(own, "name") !== undefined;
  });
}

function reportUnknownRequired(scope: SchemaScope, at: Located, name: string): void {
  const message = `property \`${name.slice(0, 100)}\` is required and not described; not enforced`;
  scope.report.info("not-enforced", at, message);
}

function importField(
  scope: SchemaScope,
  name: string,
  schemas: readonly Located[],
  required: boolean,
  readNested: ReadNested,
): Field {
  const [first] = schemas as readonly [Located];
  const read = readNested.together(schemas);
  if (read.oneWay !== undefined) {
    const way = read.oneWay === "readOnly" ? "requests" : "responses";
    const message = `\`${read.oneWay}\` is not enforced: the property may also stand in ${way}`;
    scope.report.info("one-way-property", first, message);
  }
  const end = scope.references.resolve(first) ?? first;
  const list = typesOf([end])?.includes("array") === true ? end : undefined;
  const own = child(first, "x-parlance");
  const named = own && textAt(own, "name");
  const safeName = named ?? (name === typeKey ? "_type" : name);
  const fixed = own && textOf(child(own, "fixed"));
  const isSensitive = read.sensitive === true || (own !== undefined && isTrueAt(own, "sensitive"));
  const isImplicit = own !== undefined && textAt(own, "presence") === "implicit";
  const isRequired = required && read.oneWay === undefined;
  return {
    name: safeName,
    ...(safeName === name ? {} : { jsonName: name }),
    type: read.type,
    presence: isImplicit ? "implicit" : isRequired ? "required" : "optional",
    nullable: read.nullable,
    ...(read.default === undefined ? {} : { default: read.default }),
    ...(fixed === undefined ? {} : { fixed }),
    ...(isSensitive ? { sensitive: true } : {}),
    ...(read.documentation === undefined ? {} : { documentation: read.documentation }),
    xml: bindProperty(name, first, list, scope.references),
    origin: placeOf(first),
  };
}

/** Puts the fields of a choice back together that describing spread into the object. */
function gatherChoices(fields: readonly Field[], own: Located): readonly Field[] {
  let gathered = fields;
  for (const choice of itemsOf(child(own, "choices"))) {
    const names = itemsOf(child(choice, "variants")).flatMap((item) => textOf(item) ?? []);
    const name = textAt(choice, "name");
    const first = gathered.findIndex((field) => names.includes(field.name));
    if (name === undefined || first < 0) continue;
    const members = gathered.filter((field) => names.includes(field.name));
    const type: UnionType = {
      kind: "union",
      exclusive: true,
      variants: members.map(({ name: variant, type: of, xml, nullable }) => ({
        name: variant,
        type: of,
        ...(nullable ? { nullable } : {}),
        ...(xml === undefined ? {} : { xml }),
      })),
    };
    const field: Field = {
      name,
      type,
      presence: isTrueAt(choice, "required") ? "required" : "optional",
      nullable: false,
      xml: { node: "inline", name, namespace: "" },
    };
    gathered = gathered.flatMap((one, index) =>
      index === first ? [field] : members.includes(one) ? [] : [one],
    );
  }
  return gathered;
}
