/** What is configured of tokens: their issuers, and which tokens are a caller's. */
import { mapOf, wholeNumber, type JsonSchema } from "#base/json-schema.ts";

export interface TokenOptions {
  readonly issuers?: Readonly<Record<string, Issuer>>;
  readonly tokenBytesMax?: number;
}

export interface Issuer {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly algorithms: readonly string[];
  /** Absolute path. */
  readonly jwksFile?: string;
  readonly jwksUri?: string;
  readonly introspection?: Introspection;
  readonly clockSkewMs: number;
  readonly cooldownMs: number;
  readonly staleMs: number;
}

export interface Introspection {
  readonly uri: string;
  readonly clientId: string;
  readonly clientSecret: { readonly secret: string };
  readonly cacheMs: number;
}

export interface TokenCaller {
  readonly issuer: string;
  readonly subject?: string;
  readonly claims?: Readonly<Record<string, string | number | boolean>>;
}

export const tokenBytesMaxByDefault = 8_192;

const text = { minLength: 1, maxLength: 1_024 } as const;
const url: JsonSchema = {
  type: "string",
  pattern: "^https?://[^\\s?#]+(\\?[^\\s#]*)?$",
  maxLength: 2_048,
  "x-expected": "a URL with http or https",
};

/** No algorithm of shared secrets: who may verify could sign. */
const algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
const curves = ["ES256", "ES384", "ES512", "EdDSA", "Ed25519"];

function time(description: string, byDefault: number, to: number): JsonSchema {
  return wholeNumber(description, { unit: "milliseconds", from: 0, to, default: byDefault });
}

const introspection = mapOf(
  "Tokens are not verified here, but asked about at the issuer (RFC 7662): for opaque tokens.",
  {
    uri: { ...url, description: "Where it is asked." },
    clientId: { type: "string", description: "Name under which it is asked.", ...text },
    clientSecret: {
      type: "string",
      description: "Secret of that client. Keep it outside the file: `${INTROSPECTION_SECRET}`.",
      writeOnly: true,
      ...text,
    },
    cacheMs: time("How long an answer counts, at most until the token ends.", 30_000, 300_000),
  },
  { required: ["uri", "clientId", "clientSecret"] },
);

const issuer = mapOf(
  "Who issues tokens, and how they are verified. Keys come from `jwksFile`, from `jwksUri`, or, " +
    "where neither is given, from where the issuer's OpenID discovery document says.",
  {
    issuer: {
      type: "string",
      description: "Value of the claim `iss`, exactly; the base URL of an OpenID provider.",
      ...text,
    },
    audience: {
      type: "array",
      description:
        "Values of the claim `aud` of which a token must have one: names of yours. In an answer " +
        "of `introspection` the claim may be left out, since the issuer knows who asks.",
      items: { type: "string", ...text },
      minItems: 1,
    },
    algorithms: {
      type: "array",
      description: "Algorithms of signatures that are taken, whatever the token says.",
      items: { type: "string", enum: [...algorithms, ...curves] },
      minItems: 1,
      default: ["RS256", "ES256"],
    },
    jwksFile: {
      type: "string",
      description: "File with the issuer's public keys, a JWK set.",
      minLength: 1,
      "x-file": true,
      "x-expected": "the path of a JWK set, relative to the configuration file",
    },
    jwksUri: { ...url, description: "Where the issuer serves its public keys, a JWK set." },
    introspection,
    clockSkewMs: time("How far the issuer's clock may differ from ours.", 30_000, 600_000),
    cooldownMs: time(
      "How long after keys were fetched they are not fetched again for the sake of a key id that " +
        "is not among them.",
      30_000,
      3_600_000,
    ),
    staleMs: time(
      "How long keys go on being used when they are out of date and cannot be fetched; then it " +
        "is 503.",
      3_600_000,
      604_800_000,
    ),
  },
  { required: ["issuer", "audience"] },
);

export const optionsSchema = mapOf("Tokens of OpenID providers and OAuth 2 servers.", {
  issuers: {
    type: "object",
    description: "Whose tokens are taken, by names that callers refer to.",
    additionalProperties: issuer,
    propertyNames: {
      pattern: "^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$",
      "x-expected": "letters, digits, ., - or _, at most 63",
    },
  },
  tokenBytesMax: wholeNumber("Longest token that is looked at.", {
    ...{ unit: "bytes", from: 256, to: 65_536, default: tokenBytesMaxByDefault },
  }),
});

export const callerSchema = mapOf(
  "Tokens of this caller, as `Authorization: Bearer`. Without `subject` it stands for everybody " +
    "who has a token with these claims.",
  {
    issuer: { type: "string", description: "Name of one of `identity.token.issuers`.", ...text },
    subject: { type: "string", description: "Value of the claim `sub`.", ...text },
    claims: {
      type: "object",
      description:
        "Claims that a token must have, too, each with this value or a list that has it. Dots " +
        "lead into claims: `realm_access.roles`.",
      additionalProperties: { type: ["string", "integer", "boolean"], maxLength: 1_024 },
      minProperties: 1,
    },
  },
  { required: ["issuer"] },
);
