/** Checks plain values against the schema and says in words, with a place, what does not fit. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import type { Diagnostic, SourcePlace } from "#base/diagnostic.ts";
import { didYouMean, nearest } from "#base/nearest.ts";
import type { JsonSchema } from "./json-schema.ts";
import { formatPath, keyOffsetAt, nodeAt, type NodePath, type PlacedNode } from "./placed-node.ts";
import { configurationSchema } from "./schema.ts";

let compiled: ValidateFunction | undefined;

/** Fills the defaults of the schema into `plain`. */
export function checkSchema(
  plain: unknown,
  root: PlacedNode,
  unresolved: ReadonlySet<PlacedNode>,
  placeAt: (offset: number) => SourcePlace,
): readonly Diagnostic[] {
  compiled ??= new Ajv2020({
    allErrors: true,
    verbose: true,
    useDefaults: true,
    allowUnionTypes: true,
    keywords: ["x-expected"],
  }).compile(configurationSchema);
  if (compiled(plain)) return [];
  const diagnostics: Diagnostic[] = [];
  for (const error of compiled.errors ?? []) {
    const path = pathOf(error.instancePath, root);
    const node = nodeAt(root, path);
    if (node !== undefined && unresolved.has(node)) continue;
    // It only says that the error about a name, which stands before it, is one.
    if (error.keyword === "propertyNames") continue;
    diagnostics.push(toDiagnostic(error, path, root, placeAt));
  }
  return diagnostics;
}

function toDiagnostic(
  error: ErrorObject,
  path: NodePath,
  root: PlacedNode,
  placeAt: (offset: number) => SourcePlace,
): Diagnostic {
  const schema = (error.parentSchema ?? {}) as JsonSchema;
  const params = error.params as Readonly<Record<string, unknown>>;
  const expected = schema["x-expected"] ?? expectedOf(schema);
  const subject = path.length === 0 ? "the file" : `\`${formatPath(path)}\``;
  const valuePlace = placeAt(nodeAt(root, path)?.offset ?? 0);
  const keyPlace = placeAt(path.length === 0 ? 0 : (keyOffsetAt(root, path) ?? 0));
  const severity = "error";
  if (error.propertyName !== undefined) {
    const name = error.propertyName;
    const source = placeAt(keyOffsetAt(root, [...path, name]) ?? 0);
    const message = `name ${quote(name)} in ${subject} is not possible; expected ${expected}`;
    return { code: "bad-name", severity, message, source };
  }
  switch (error.keyword) {
    case "additionalProperties": {
      const key = String(params["additionalProperty"]);
      const source = placeAt(keyOffsetAt(root, [...path, key]) ?? 0);
      const known = Object.keys(schema.properties ?? {});
      const where = path.length === 0 ? "" : ` in ${subject}`;
      const message = `unknown key \`${key.slice(0, 100)}\`${where}`;
      const suggestion = didYouMean(key, known) ?? `known are ${known.join(", ")}`;
      return { code: "unknown-key", severity, message, source, suggestion };
    }
    case "required": {
      const key = String(params["missingProperty"]);
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
      const near = typeof error.data === "string" ? nearest(error.data, words) : undefined;
      const hint = near === undefined ? {} : { suggestion: `did you mean \`${near}\`?` };
      return { code: "bad-value", severity, message, source: valuePlace, ...hint };
    }
  }
}

/** Steps of a JSON pointer (RFC 6901), numbers where lists are. */
function pathOf(pointer: string, root: PlacedNode): NodePath {
  const path: (string | number)[] = [];
  let node: PlacedNode | undefined = root;
  for (const part of pointer.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    const step: string | number = node?.kind === "list" ? Number(key) : key;
    path.push(step);
    node = node === undefined ? undefined : nodeAt(node, [step]);
  }
  return path;
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
