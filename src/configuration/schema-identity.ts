/** Schema of `identity`: in which ways callers may prove who they are, and what that takes. */
import { mapOf, type JsonSchema } from "#base/json-schema.ts";

/** Of the proofs of a build, by name. */
export type ProofSchemas = Readonly<
  Record<string, { readonly caller: JsonSchema; readonly options: JsonSchema | undefined }>
>;

const token = "[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}";

const keySchema = mapOf("Where keys are looked for, beside the headers.", {
  cookie: {
    type: "string",
    description: "Name of a cookie; it is cut out before the request goes on.",
    pattern: `^${token}$`,
    "x-expected": "the name of a cookie",
  },
  query: {
    type: "string",
    description:
      "Name of a query parameter; it is cut out before the request goes on. URLs end up in " +
      "histories and logs of others: better without.",
    pattern: "^[A-Za-z0-9._~-]{1,128}$",
    "x-expected": "letters, digits, ., _, ~ or -",
  },
});

export function identitySchema(proofs: ProofSchemas): JsonSchema {
  const names = Object.keys(proofs).toSorted();
  const options = Object.entries(proofs).flatMap(([name, schemas]) =>
    schemas.options === undefined ? [] : [[name, schemas.options] as const],
  );
  return mapOf("How callers prove who they are.", {
    order: {
      type: "array",
      description:
        "Which proofs are looked at, in this order; all that a request carries have to hold and " +
        `to name the same caller. Default: ${defaultOrder(names).join(", ")}.`,
      items: { type: "string", enum: ["key", ...names] },
      minItems: 1,
    },
    key: keySchema,
    ...Object.fromEntries(options),
  });
}

/** What the connection has proved costs nothing, so it is first; keys are last. */
const rank = ["certificate", "signature", "token", "basic", "key"];

export function defaultOrder(names: readonly string[]): readonly string[] {
  return rank.filter((name) => name === "key" || names.includes(name));
}
