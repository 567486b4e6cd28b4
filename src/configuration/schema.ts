/**
 * The JSON Schema (2020-12) of parlance.yaml, the only place where its keys, defaults and
 * descriptions are written. Checks, editors' completion and docs/reference derive from it.
 */
import { mapOf, type JsonSchema } from "#base/json-schema.ts";
import { limitsSchema, timeoutsSchema } from "./schema-bounds.ts";
import { graphqlSchema } from "./schema-graphql.ts";
import { identitySchema, type ProofSchemas } from "./schema-identity.ts";
import { ledgerSchema } from "./schema-ledger.ts";
import { limitStoreSchema } from "./schema-limit-store.ts";
import { listenSchema } from "./schema-listen.ts";
import { policiesSchema, type PolicySchemas } from "./schema-policies.ts";
import { callerSecuritySchema } from "./schema-security.ts";
import { createServicesSchema } from "./schema-services.ts";
import { stateSchema } from "./schema-state.ts";

const words = (description: string, pattern: string, expected: string): JsonSchema => ({
  type: "array",
  description,
  minItems: 1,
  items: { type: "string", pattern, "x-expected": expected },
});

const grantSchema = mapOf(
  "`*`, `orders.*` or `orders.getOrder`; or a map, for some requests only.",
  {
    operations: {
      type: "string",
      description: "What may be called: `*`, `orders.*` or `orders.getOrder`.",
      "x-expected": "*, service.* or service.route",
    },
    methods: words(
      "By which methods, GET with HEAD. An operation of a contract has those of its REST form, " +
        "in whichever dialect it is called. Default: any.",
      "^[A-Z][A-Z-]{0,31}$",
      "a method in upper case, such as GET",
    ),
    scopes: words(
      "Scopes that the caller's token has to have, all of them. Default: none.",
      "^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,256}$",
      "a scope: visible ASCII characters without spaces, quotes and backslashes",
    ),
  },
  { required: ["operations"] },
);

const maySchema: JsonSchema = {
  type: "array",
  description: "What the caller may call, each `*`, `orders.*` or `orders.getOrder`, or a map.",
  default: [],
  items: {
    ...grantSchema,
    type: ["string", "object"],
    "x-expected": "*, service.* or service.route, or a map with these as `operations`",
  },
};

const keySchema: JsonSchema = {
  type: "string",
  pattern: "^[\\x21-\\x7e]{1,4096}$",
  writeOnly: true,
  "x-expected": "1 to 4096 visible ASCII characters without spaces; put numbers in quotes",
};

/** Whoever mistakes the two writes the key itself there. */
const digestSchema: JsonSchema = {
  type: "string",
  pattern: "^[0-9a-f]{64}$",
  writeOnly: true,
  "x-expected": "64 hexadecimal digits, as `parlance key` prints them",
};

/** A change takes two. Many that stay would be several callers under one name. */
const keysMax = 4;

/** What stands in place of the list may be a key, so it is not shown either. */
const severalOf = (items: JsonSchema, description: string, expected: string): JsonSchema => ({
  type: "array",
  description,
  minItems: 1,
  maxItems: keysMax,
  items,
  writeOnly: true,
  "x-expected": expected,
});

const createCallersSchema = (proofs: ProofSchemas): JsonSchema => ({
  type: ["object", "string"],
  description:
    "Who may call what. Nobody may call anything that is not listed here; `open` lets anybody " +
    "call everything, for local work only.",
  pattern: "^open$",
  examples: ["open"],
  "x-expected": "a map of callers by name, or the word open",
  propertyNames: {
    pattern: "^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$",
    "x-expected": "letters, digits, ., - or _, at most 63",
  },
  additionalProperties: mapOf("A program or person that calls services.", {
    key: {
      ...keySchema,
      description:
        "Secret the caller sends as `X-Api-Key` or `Authorization: Bearer`. Keep it outside " +
        "the file: `${STOREFRONT_KEY}`. The caller `anonymous` (no proof sent) has none, and a " +
        "caller with another proof need not have one.",
    },
    keySha256: {
      ...digestSchema,
      description:
        "SHA-256 of the key in hexadecimal digits, instead of `key`, so that the key itself " +
        "stands nowhere. `parlance key` makes both.",
    },
    keys: severalOf(
      keySchema,
      "Several keys instead of `key`: each is enough, and it is the same caller with any of " +
        "them. For changing a key without a pause; the ledger numbers them in this order.",
      `a list of 1 to ${keysMax} keys`,
    ),
    keysSha256: severalOf(
      digestSchema,
      "SHA-256 of several keys, instead of `keySha256`, in the order of the ledger's numbers.",
      `a list of 1 to ${keysMax} digests, each as \`parlance key\` prints it`,
    ),
    wsSecurity: callerSecuritySchema,
    ...Object.fromEntries(Object.entries(proofs).map(([name, { caller }]) => [name, caller])),
    may: maySchema,
  }),
});

const logSchema = mapOf(
  "What the gateway writes to its log.",
  {
    level: {
      type: "string",
      description: "Least severity that is written.",
      enum: ["debug", "info", "warn", "error"],
      default: "info",
    },
    exchanges: {
      type: "string",
      description: "Which exchanges write a line.",
      enum: ["all", "failures", "none"],
      default: "failures",
    },
  },
  { default: {} },
);

/** @param policies, proofs their options, by name: those of this build. */
export function createConfigurationSchema(
  policies: PolicySchemas,
  proofs: ProofSchemas = {},
): JsonSchema {
  const general =
    "Rules that all exchanges are held to, in the order written, before those of their service.";
  return mapOf(
    "Configuration of the Parlance gateway.",
    {
      version: { description: "Version of this format.", const: 1, "x-expected": "1" },
      listen: listenSchema,
      services: createServicesSchema(policies),
      callers: createCallersSchema(proofs),
      identity: identitySchema(proofs),
      policies: policiesSchema(general, policies),
      limits: limitsSchema,
      timeouts: timeoutsSchema,
      graphql: graphqlSchema,
      ledger: ledgerSchema,
      state: stateSchema,
      zone: {
        type: "string",
        description:
          "Where this gateway runs: instances with the same `zone` are preferred. Set it by the " +
          "environment: `${ZONE}`.",
        pattern: "^[\\x21-\\x7e]{1,64}$",
        "x-expected": "1 to 64 visible ASCII characters without spaces",
      },
      limitStore: limitStoreSchema,
      log: logSchema,
    },
    {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $id: "urn:parlance:configuration:1",
      title: "parlance.yaml",
      required: ["version", "services"],
    },
  );
}
