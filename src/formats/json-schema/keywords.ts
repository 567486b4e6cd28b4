/**
 * What a schema says once its allOf is spread out: several parts that all hold. Each keyword is
 * read from the parts together.
 */
import { child, entriesOf, has, itemsOf, scalarOf, textOf, type Located } from "./located.ts";
import { referenceOf, type References } from "./references.ts";

export type Parts = readonly Located[];

/** Keywords that say something about a place, or about nothing, but not what a value looks like. */
const annotations = new Set([
  ...["$ref", "$dynamicRef", "$recursiveRef", "$comment", "$schema", "$id", "id", "$vocabulary"],
  ...["$anchor", "$dynamicAnchor", "$recursiveAnchor", "$defs", "definitions"],
  ...["title", "description", "default", "example", "examples", "deprecated", "readOnly"],
  ...["writeOnly", "nullable", "externalDocs", "xml", "discriminator", "contentSchema"],
]);

/** Whether it says anything about values beside a reference. */
export function saysMore(schema: Located): boolean {
  if (schema.node.kind !== "map") return false;
  for (const key of schema.node.entries.keys()) {
    if (!annotations.has(key) && !key.startsWith("x-")) return true;
  }
  return false;
}

/** Whether all that it says of values is their type, which a reference beside it says better. */
export function saysTypeAlone(schema: Located): boolean {
  return entriesOf(schema).every(
    ({ key }) => key === "type" || annotations.has(key) || key.startsWith("x-"),
  );
}

export function isBareReference(schema: Located): boolean {
  return referenceOf(schema) !== undefined && !saysMore(schema);
}

const partsMax = 1_000;

/** The schema and all of its allOf, references followed; each once, so that rings end. */
export function spread(
  schemas: readonly Located[],
  references: References,
  without?: Located,
): Parts {
  const parts: Located[] = [];
  const seen = new Set<unknown>(without === undefined ? [] : [without.node]);
  const waiting = [...schemas].reverse();
  for (let schema = waiting.pop(); schema !== undefined; schema = waiting.pop()) {
    if (seen.has(schema.node) || parts.length > partsMax) continue;
    seen.add(schema.node);
    if (saysMore(schema) || referenceOf(schema) === undefined) parts.push(schema);
    const reference = referenceOf(schema);
    const next = itemsOf(child(schema, "allOf")).toReversed();
    const target = reference && references.follow(reference, schema.document);
    if (target) next.push(target);
    waiting.push(...next);
  }
  return parts;
}

/** The keyword as the first part has it. */
export function keyword(parts: Parts, key: string): Located | undefined {
  for (const part of parts) {
    const found = child(part, key);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function keywords(parts: Parts, key: string): readonly Located[] {
  return parts.flatMap((part) => child(part, key) ?? []);
}

/** Names of properties, in the order of the parts, with all that the parts say of each. */
export function propertiesOf(parts: Parts): ReadonlyMap<string, readonly Located[]> {
  const properties = new Map<string, Located[]>();
  for (const part of parts) {
    for (const entry of entriesOf(child(part, "properties"))) {
      const known = properties.get(entry.key);
      if (known === undefined) properties.set(entry.key, [entry]);
      else known.push(entry);
    }
  }
  return properties;
}

export function requiredOf(parts: Parts): ReadonlySet<string> {
  const lists = keywords(parts, "required");
  return new Set(lists.flatMap((list) => itemsOf(list).flatMap((item) => textOf(item) ?? [])));
}

/** Types that all parts allow, without null; undefined: none is named. */
export function typesOf(parts: Parts): readonly string[] | undefined {
  let allowed: readonly string[] | undefined;
  for (const named of keywords(parts, "type")) {
    const types = typesIn(named).filter((type) => type !== "null");
    // Every integer is a number, so the narrower of the two holds.
    allowed = allowed === undefined ? types : narrow(allowed, types);
  }
  return allowed ?? impliedType(parts);
}

function typesIn(named: Located): readonly string[] {
  const one = scalarOf(named);
  if (typeof one === "string") return [one];
  return itemsOf(named).flatMap((item) => textOf(item) ?? []);
}

function narrow(one: readonly string[], other: readonly string[]): readonly string[] {
  const both = one.filter((type) => other.includes(type));
  if (both.length > 0) return both;
  if ([...one, ...other].includes("integer") && [...one, ...other].includes("number")) {
    return ["integer"];
  }
  return one;
}

const implied: readonly (readonly [type: string, keys: readonly string[]])[] = [
  ["object", ["properties", "additionalProperties", "patternProperties", "required"]],
  ["array", ["items", "prefixItems", "minItems", "maxItems"]],
  ["string", ["pattern", "minLength", "maxLength", "contentEncoding", "contentMediaType"]],
  ["number", ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]],
];

/** Many documents leave the type out where another keyword makes it plain. */
function impliedType(parts: Parts): readonly string[] | undefined {
  for (const [type, keys] of implied) {
    if (parts.some((part) => keys.some((key) => has(part, key)))) return [type];
  }
  if (keyword(parts, "format") !== undefined) return ["string"];
  return undefined;
}

export function allowsNull(schema: Located): boolean {
  const types = child(schema, "type");
  if (types !== undefined && typesIn(types).includes("null")) return true;
  return types?.node.kind === "scalar" && types.node.value === null;
}
