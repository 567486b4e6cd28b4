/** Examples of bodies, as texts of JSON: the first of a media type, else that of its schema. */
import { child, entriesOf, itemsOf, type Located } from "#formats/json-schema/located.ts";
import type { References } from "#formats/json-schema/references.ts";
import type { PlacedNode } from "#formats/yaml/placed-node.ts";

/** Longer ones are not kept. */
const exampleBytesMax = 64 * 1024;

/** @param at what may have `example` or `examples`: a media type object. */
export function exampleAt(at: Located, references: References): Located | undefined {
  const own = child(at, "example");
  if (own !== undefined) return own;
  const [first] = entriesOf(child(at, "examples"));
  const named = first && (references.resolve(first) ?? first);
  const value = named && child(named, "value");
  if (value !== undefined) return value;
  const schema = child(at, "schema");
  return schema && exampleOfSchema(schema, references);
}

export function exampleOfSchema(at: Located, references: References): Located | undefined {
  const schema = references.resolve(at) ?? at;
  return child(schema, "example") ?? itemsOf(child(schema, "examples"))[0];
}

/** Undefined: it is too long. */
export function exampleText({ node }: Located): string | undefined {
  const text = jsonText(node);
  return text.length > exampleBytesMax ? undefined : text;
}

function jsonText(node: PlacedNode): string {
  switch (node.kind) {
    case "list":
      return `[${node.items.map(jsonText).join(",")}]`;
    case "map": {
      const members = Array.from(
        node.entries,
        ([name, entry]) => `${JSON.stringify(name)}:${jsonText(entry.node)}`,
      );
      return `{${members.join(",")}}`;
    }
    case "scalar":
      // A number as it is written may say more than a binary one holds.
      return isJsonNumber(node.source) ? node.source : JSON.stringify(node.value);
  }
}

function isJsonNumber(source: string | undefined): source is string {
  return source !== undefined && /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(source);
}
