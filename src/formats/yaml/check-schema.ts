/** Checks plain values against the schema and says in words, with a place, what does not fit. */
import type { Diagnostic, SourcePlace } from "#base/diagnostic.ts";
import { didYouMean, nearest } from "#base/nearest.ts";
import { compileSchema, type FindViolations, type Violation } from "./find-violations.ts";
import type { JsonSchema } from "#base/json-schema.ts";
import { formatPath, keyOffsetAt, nodeAt, type PlacedNode } from "./node-path.ts";

/** A schema is made once and compiled once. */
const compiled = new WeakMap<JsonSchema, FindViolations>();

/** Fills the defaults of the schema into `plain`. */
export function checkSchema(
  plain: unknown,
  root: PlacedNode,
  unresolved: ReadonlySet<PlacedNode>,
  placeAt: (offset: number) => SourcePlace,
  schema: JsonSchema,
): readonly Diagnostic[] {
  const findViolations = compiled.get(schema) ?? compileSchema(schema);
  compiled.set(schema, findViolations);
  const diagnostics: Diagnostic[] = [];
  for (const violation of findViolations(plain)) {
    const node = nodeAt(root, violation.path);
    if (node !== undefined && unresolved.has(node)) continue;
    diagnostics.push(toDiagnostic(violation, root, placeAt));
  }
  return diagnostics;
}

function toDiagnostic(
  { keyword, path, schema, value, key = "", propertyName }: Violation,
  root: PlacedNode,
  placeAt: (offset: number) => SourcePlace,
): Diagnostic {
  const expected = schema["x-expected"] ?? expectedOf(schema);
  const subject = path.length === 0 ? "the file" : `\`${formatPath(path)}\``;
  const valuePlace = placeAt(nodeAt(root, path)?.offset ?? 0);
  const keyPlace = placeAt(path.length === 0 ? 0 : (keyOffsetAt(root, path) ?? 0));
  const severity = "error";
  if (propertyName !== undefined) {
    const source = placeAt(keyOffsetAt(root, [...path, propertyName]) ?? 0);
    const name = quote(propertyName);
    const message = `name ${name} in ${subject} is not possible; expected ${expected}`;
    return { code: "bad-name", severity, message, source };
  }
  switch (keyword) {
    case "additionalProperties": {
      const source = placeAt(keyOffsetAt(root, [...path, key]) ?? 0);
      const known = Object.keys(schema.properties ?? {});
      const where = path.length === 0 ? "" : ` in ${subject}`;
      const message = `unknown key \`${key.slice(0, 100)}\`${where}`;
      const suggestion =
        key === "<<"
          ? "YAML 1.2 merges no maps: write the keys out, or give an alias for a whole value"
          : (didYouMean(key, known) ?? `known are ${known.join(", ")}`);
      return { code: "unknown-key", severity, message, source, suggestion };
    }
    case "required": {
      const missing = schema.properties?.[key];
      const wanted = missing?.["x-expected"];
      const tail = wanted === undefined ? "" : `; expected ${wanted}`;
      const message = `${subject} has no \`${key}\`${tail}`;
      return { code: "missing-key", severity, message, source: keyPlace };
    }
    case "type": {
      const found = describeFound(nodeAt(root, path), schema);
      const message = `${subject} is ${found}; expected ${expected}`;
      return { code: "wrong-type", severity, message, source: valuePlace };
    }
    default: {
      const found = showValue(nodeAt(root, path), schema);
      const message = `${subject} is ${found}; expected ${expected}`;
      const words = (schema.enum ?? []).map(String);
      const near = typeof value === "string" ? nearest(value, words) : undefined;
      const hint = near === undefined ? {} : { suggestion: `did you mean \`${near}\`?` };
      return { code: "bad-value", severity, message, source: valuePlace, ...hint };
    }
  }
}

const typeWords: Readonly<Record<string, string>> = {
  string: "text",
  integer: "a whole number",
  boolean: "true or false",
  object: "a map",
  array: "a list",
  null: "nothing",
};

function expectedOf(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.map(String).join(" or ");
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? []);
  return types.map((type) => typeWords[type] ?? type).join(" or ");
}

function describeFound(node: PlacedNode | undefined, schema: JsonSchema): string {
  if (node?.kind === "map") return "a map";
  if (node?.kind === "list") return "a list";
  if (node === undefined || node.value === null) return "empty";
  if (schema.writeOnly === true) return `a ${typeof node.value}`;
  if (typeof node.value === "string") return `the text ${showValue(node, schema)}`;
  return `${typeof node.value === "number" ? "the number " : ""}${String(node.value)}`;
}

/** Never what came out of the environment, nor what the schema calls a secret. */
function showValue(node: PlacedNode | undefined, schema: JsonSchema): string {
  if (node?.kind === "map") return node.entries.size === 0 ? "an empty map" : "a map";
  if (node?.kind === "list") return node.items.length === 0 ? "an empty list" : "a list";
  if (schema.writeOnly === true) return "not possible";
  if (node?.written !== undefined) return `${quote(node.written)} with its variables filled in`;
  return typeof node?.value === "string" ? quote(node.value) : String(node?.value);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}...` : text);
}
