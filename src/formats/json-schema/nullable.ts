/** Whether a schema allows null, in any of the ways that its dialects have of saying so. */
import type { PlacedNode } from "#formats/yaml/placed-node.ts";
import { allowsNull } from "./keywords.ts";
import { child, has, isTrueAt, itemsOf, scalarOf, type Located } from "./located.ts";
import { referenceOf, type References } from "./references.ts";

const depthMax = 50;
const known = new WeakMap<PlacedNode, boolean>();

export function isNullable(schema: Located, references: References, depth = 0): boolean {
  if (schema.node.kind !== "map") return false;
  let answer = known.get(schema.node);
  if (answer === undefined) {
    // What leads back here must not decide: a ring says nothing about null.
    known.set(schema.node, false);
    answer = depth < depthMax && judge(schema, references, depth + 1);
    known.set(schema.node, answer);
  }
  return answer;
}

function judge(schema: Located, references: References, depth: number): boolean {
  if (isTrueAt(schema, "nullable") || isTrueAt(schema, "x-nullable")) return true;
  if (allowsNull(schema)) return true;
  // A type that does not name null goes before values that do.
  const untyped = !has(schema, "type");
  if (untyped && itemsOf(child(schema, "enum")).some((item) => scalarOf(item) === null))
    return true;
  if (scalarOf(child(schema, "const")) === null) return true;
  for (const key of ["oneOf", "anyOf"]) {
    const variants = itemsOf(child(schema, key));
    if (variants.some((variant) => isNullable(variant, references, depth))) return true;
  }
  const reference = referenceOf(schema);
  const target = reference && references.follow(reference, schema.document);
  if (target) return isNullable(target, references, depth);
  const all = itemsOf(child(schema, "allOf"));
  return all.length > 0 && all.every((part) => isNullable(part, references, depth));
}

/** A variant that stands for null alone. */
export function isNull(variant: Located): boolean {
  if (allowsNull(variant)) {
    const types = child(variant, "type");
    return types?.node.kind === "scalar" || itemsOf(types).length === 1;
  }
  if (has(variant, "const")) return scalarOf(child(variant, "const")) === null;
  const values = itemsOf(child(variant, "enum"));
  return values.length === 1 && scalarOf(values[0]) === null;
}
