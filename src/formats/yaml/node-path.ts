/** Finding one's way among the values of a document, by keys and indexes. */
import type { PlacedNode } from "./placed-node.ts";
import { allowsType, schemaUnder, type JsonSchema } from "#base/json-schema.ts";

export type { PlacedEntry, PlacedNode, PlacedScalar } from "./placed-node.ts";

/** Keys and indexes from the root. */
export type NodePath = readonly (string | number)[];

export function nodeAt(root: PlacedNode, path: NodePath): PlacedNode | undefined {
  let node: PlacedNode | undefined = root;
  for (const step of path) {
    if (node?.kind === "map") node = node.entries.get(String(step))?.node;
    else if (node?.kind === "list") node = node.items[Number(step)];
    else return undefined;
  }
  return node;
}

/** Where the key of an entry stands; for items and the root where the value stands. */
export function keyOffsetAt(root: PlacedNode, path: NodePath): number | undefined {
  const parent = nodeAt(root, path.slice(0, -1));
  const last = path.at(-1);
  if (last !== undefined && parent?.kind === "map") {
    const entry = parent.entries.get(String(last));
    if (entry !== undefined) return entry.keyOffset;
  }
  return nodeAt(root, path)?.offset;
}

/** `services.orders.routes[2].path`; keys that are not plain words in quotes. */
export function formatPath(path: NodePath): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (!/^[\w-]+$/.test(step)) text += `[${JSON.stringify(step.slice(0, 100))}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
}

/** Inherits nothing, so that any key may stand in it; faster than Object.create(null). */
const Bare = function () {} as unknown as new () => Record<string, unknown>;
Bare.prototype = Object.create(null);

/**
 * The plain value. Text that came out of a reference becomes the number or truth value that the
 * schema asks for, since `"${PORT}"` cannot say so itself.
 */
export function toPlain(node: PlacedNode, schema: JsonSchema | undefined): unknown {
  if (node.kind === "list") return node.items.map((item) => toPlain(item, schemaUnder(schema, 0)));
  if (node.kind === "map") {
    const plain = new Bare();
    for (const [key, entry] of node.entries) {
      plain[key] = toPlain(entry.node, schemaUnder(schema, key));
    }
    return plain;
  }
  const { value, written } = node;
  if (written === undefined || typeof value !== "string") return value;
  if (allowsType(schema, "integer") && /^-?\d{1,16}$/.test(value)) return Number(value);
  if (allowsType(schema, "boolean") && /^(?:true|false)$/.test(value)) return value === "true";
  if (typeof schema?.const === "number" && `${schema.const}` === value) return schema.const;
  return value;
}
