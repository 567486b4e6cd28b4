/** Schema of `graphql`; its defaults stand in base/graphql-settings.ts alone. */
import { mapOf, wholeNumber, type JsonSchema } from "#base/json-schema.ts";
import { defaultGraphqlSettings, type GraphqlLimits } from "#base/graphql-settings.ts";

const limits: { readonly [Name in keyof GraphqlLimits]: readonly [string, number] } = {
  tokensMax: ["Words and signs of a document.", 1_000_000],
  depthMax: ["Fields within each other.", 1_000],
  fieldsMax: ["Fields of an operation, counted wherever its fragments are spread.", 1_000_000],
  rootFieldsMax: ["Fields at the root of an operation: each is a call.", 256],
  aliasesMax: ["Aliases of an operation.", 100_000],
  directivesMax: ["Directives of an operation.", 100_000],
  costMax: ["Fields of an operation times the lengths of the lists around them.", 1_000_000_000],
  listLength: ["Items that a list is taken to hold where a cost is counted.", 10_000],
  batchMax: ["Operations of one request, in an array. 1: no batches.", 1_000],
};

const limitSchemas = Object.entries(limits).map(([name, [description, maximum]]) => [
  name,
  wholeNumber(description, {
    ...{ from: 1, to: maximum },
    default: defaultGraphqlSettings.limits[name as keyof GraphqlLimits],
  }),
]);

export const graphqlSchema: JsonSchema = mapOf(
  "GraphQL to callers, at `/graphql` and `/graphql/{service}`.",
  {
    introspection: {
      type: "boolean",
      description: "Whether callers may ask for the schema of what they may call.",
      default: defaultGraphqlSettings.introspection,
    },
    keyLists: {
      type: "boolean",
      description:
        "Whether one query's calls for different keys are made as one call of an operation that " +
        "takes a list of the keys, where the service has one.",
      default: defaultGraphqlSettings.keyLists,
    },
    limits: mapOf(
      "Bounds on what one operation may ask for. Beyond: an error, and no call.",
      Object.fromEntries(limitSchemas) as Readonly<Record<string, JsonSchema>>,
      { default: {} },
    ),
    documents: mapOf(
      "Documents that callers may name by an id instead of sending them.",
      {
        file: {
          type: "string",
          description:
            "JSON file with an object of documents by id. An id of 64 hexadecimal digits, also " +
            "behind `sha256:`, is the document's SHA-256.",
          minLength: 1,
          "x-file": true,
          "x-expected": "a file name, relative to the configuration",
        },
        only: {
          type: "boolean",
          description: "Whether callers may send no other documents.",
          default: false,
        },
      },
      { required: ["file"] },
    ),
  },
  { default: {} },
);
