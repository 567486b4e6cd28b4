/**
 * The schema as editors need it: they see `${NAME}` where the gateway sees what it stands for, so
 * every value may also be text with a reference in it.
 */
import type { JsonSchema } from "#base/json-schema.ts";

const reference = "\\$\\{";

export function publishedSchema(schema: JsonSchema): object {
  const { properties, additionalProperties, items, ...own } = schema;
  return {
    ...own,
    ...withReference(schema),
    ...(properties === undefined ? {} : { properties: mapValues(properties) }),
    ...(items === undefined ? {} : { items: publishedSchema(items) }),
    ...(additionalProperties === undefined
      ? {}
      : {
          additionalProperties:
            additionalProperties === false ? false : publishedSchema(additionalProperties),
        }),
  };
}

function withReference({ type, pattern, enum: words }: JsonSchema): object {
  const types = [type ?? []].flat();
  if (words !== undefined) {
    return { enum: undefined, anyOf: [{ enum: words }, { type: "string", pattern: reference }] };
  }
  if (types.includes("string")) {
    return pattern === undefined ? {} : { pattern: `${pattern}|${reference}` };
  }
  if (types.includes("integer") || types.includes("boolean")) {
    return { type: [...types, "string"], pattern: reference };
  }
  return {};
}

function mapValues(properties: Readonly<Record<string, JsonSchema>>): object {
  const entries = Object.entries(properties);
  return Object.fromEntries(entries.map(([key, value]) => [key, publishedSchema(value)]));
}
