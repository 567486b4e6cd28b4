/** Schema of `policies`: the rules that exchanges are held to, in the order written. */
import { mapOf, type JsonSchema } from "#base/json-schema.ts";

/** Options of each policy of this build, by its name. */
export type PolicySchemas = Readonly<Record<string, JsonSchema>>;

const only = mapOf("What the policy is for. Default: everything.", {
  callers: {
    type: "array",
    description: "Names of callers; `anonymous` is whoever is not known.",
    items: { type: "string", "x-expected": "the name of a caller" },
    minItems: 1,
    "x-expected": "at least one caller",
  },
  operations: {
    type: "array",
    description:
      "Operations or routes: `getOrder` in the list of a service, `orders.getOrder` or " +
      "`orders.*` in the general one. All operations of SOAP have one address: there it is for " +
      "every call of the service as soon as it is for one of them.",
    items: { type: "string", "x-expected": "the name of an operation or route" },
    minItems: 1,
    "x-expected": "at least one operation",
  },
});

export function policiesSchema(description: string, policies: PolicySchemas): JsonSchema {
  const entries = Object.entries(policies).map(([name, schema]) => [name, withScope(schema)]);
  return {
    type: "array",
    description: `${description} [Policies](policies.md) has them all.`,
    default: [],
    "x-expected": "a list of policies",
    items: mapOf(
      "A policy by its name, with its options.",
      Object.fromEntries(entries) as PolicySchemas,
      {
        minProperties: 1,
        maxProperties: 1,
        "x-expected": "one policy by its name, such as `cors: {}`; each has its own `-`",
      },
    ),
  };
}

function withScope(schema: JsonSchema): JsonSchema {
  return { ...schema, properties: { ...schema.properties, only } };
}
