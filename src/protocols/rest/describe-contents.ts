/** The media types of a body with the one schema that they all spell. */
import type { RestContent } from "#contract/contract.ts";
import { rawNumber, type Schema } from "#formats/json-schema/describe-scope.ts";
import { withXml } from "#formats/json-schema/describe-xml.ts";

/** With the JSON that callers have beside XML; import leaves it out. */
export function bodyContentsOf(
  contents: readonly RestContent[],
  schema: Schema,
  rootName: string,
): Schema {
  const described = contentsOf(contents, schema, rootName);
  const formats = contents.map(({ format }) => format);
  if (!formats.includes("xml") || formats.includes("json")) return described;
  return { ...described, "application/json": { schema, "x-parlance": "own" } };
}

export function contentsOf(
  contents: readonly RestContent[],
  schema: Schema,
  rootName: string,
): Schema {
  return Object.fromEntries(
    contents.map((content) => [
      content.mediaType,
      { schema: spelled(content, schema, rootName), ...shown(content) },
    ]),
  );
}

/** A number that a binary one does not hold keeps its text. */
function shown({ example }: RestContent): { readonly example?: unknown } {
  return example === undefined ? {} : { example: JSON.parse(example, exactly) };
}

function exactly(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  const isExact = typeof value !== "number" || source === undefined || String(value) === source;
  return isExact ? value : rawNumber(source);
}

function spelled({ format, xml }: RestContent, schema: Schema, rootName: string): Schema {
  if (format === "bytes") return {};
  if (xml === undefined) return schema;
  // A body by reference is called like what it refers to.
  const reference = schema["$ref"];
  const word = typeof reference === "string" ? reference.split("/").at(-1) : rootName;
  return withXml(schema, {
    name: xml.name === word ? undefined : xml.name,
    namespace: xml.namespace === "" ? undefined : xml.namespace,
  });
}
