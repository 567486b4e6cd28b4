/** What is configured of signatures: whose keys, and what a signature has to cover. */
import { mapOf, wholeNumber } from "#base/json-schema.ts";
import {
  signatureAlgorithms,
  type SignatureAlgorithm,
} from "#formats/http-signature/algorithms.ts";

export interface SignatureCaller {
  readonly keyId: string;
  readonly algorithm: SignatureAlgorithm;
  /** Absolute path; one of the two. */
  readonly publicKey?: string;
  readonly secret?: { readonly secret: string };
}

export interface SignatureOptions {
  readonly components?: readonly string[];
  readonly ageMsMax?: number;
  readonly clockSkewMs?: number;
  readonly nonce?: boolean;
}

export const defaults = {
  components: ["@method", "@authority", "@path", "@query"],
  ageMsMax: 300_000,
  clockSkewMs: 60_000,
  nonce: false,
} as const;

export const callerSchema = mapOf(
  "HTTP Message Signatures of this caller (RFC 9421), in `Signature-Input` and `Signature`.",
  {
    keyId: {
      type: "string",
      description: "Name of the key, `keyid` of a signature.",
      pattern: "^[\\x20-\\x7e]{1,256}$",
      "x-expected": "1 to 256 printable ASCII characters",
    },
    algorithm: {
      type: "string",
      description: "The one algorithm that is taken with this key, whatever the signature says.",
      enum: signatureAlgorithms,
    },
    publicKey: {
      type: "string",
      description: "PEM file with the public key, or a certificate of it.",
      minLength: 1,
      "x-file": true,
      "x-expected": "the path of a PEM file, relative to the configuration file",
    },
    secret: {
      type: "string",
      description:
        "For `hmac-sha256`: the shared secret in base64, 32 bytes or more. Keep it outside the " +
        "file: `${BILLING_SIGNING_SECRET}`.",
      minLength: 1,
      maxLength: 1_024,
      writeOnly: true,
    },
  },
  { required: ["keyId", "algorithm"] },
);

export const optionsSchema = mapOf("HTTP Message Signatures (RFC 9421) of requests.", {
  components: {
    type: "array",
    description:
      "What a signature has to cover; `@target-uri` stands for `@scheme`, `@authority`, `@path` " +
      "and `@query`. Where there is a body, `content-digest` (RFC 9530) has to be covered, too, " +
      "and the body to fit it.",
    items: {
      type: "string",
      pattern: "^@?[a-z0-9!#$%&'*+.^_`|~-]{1,128}$",
      "x-expected": "a field's name in lower case, or a derived component such as @method",
    },
    default: defaults.components,
    minItems: 1,
  },
  ageMsMax: wholeNumber(
    "How long a signature counts, from `created` on, if it does not expire before.",
    { unit: "milliseconds", from: 1_000, to: 86_400_000, default: defaults.ageMsMax },
  ),
  clockSkewMs: wholeNumber("How far the caller's clock may differ from ours.", {
    ...{ unit: "milliseconds", from: 0, to: 600_000, default: defaults.clockSkewMs },
  }),
  nonce: {
    type: "boolean",
    description: "Whether each signature has to have a `nonce`. One that has counts once, anyway.",
    default: defaults.nonce,
  },
});
