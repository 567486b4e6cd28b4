/** Schemas of `wsSecurity`: how callers prove in SOAP messages who they are, and how we do. */
import { mapOf, wholeNumber, type JsonSchema } from "#base/json-schema.ts";
import { milliseconds } from "./schema-bounds.ts";
import { fileName } from "./schema-listen.ts";

const username: JsonSchema = {
  type: "string",
  minLength: 1,
  maxLength: 256,
  "x-expected": "a name of 1 to 256 characters",
};

const password: JsonSchema = {
  type: "string",
  description: "Its password. Keep it outside the file: `${ERP_PASSWORD}`.",
  minLength: 1,
  maxLength: 4096,
  writeOnly: true,
  "x-expected": "text of 1 to 4096 characters; put numbers in quotes",
};

const passwordFile: JsonSchema = {
  ...fileName,
  description: "File with the password, instead; a line end behind it does not count.",
  "x-expected": "the path of a file with a password, relative to the configuration file",
};

const withoutTls: JsonSchema = {
  type: "boolean",
  description: "Whether the password may travel as text where no TLS hides it. Default: no.",
};

function age(description: string): JsonSchema {
  const range = { from: 1_000, to: 86_400_000, default: 300_000 };
  return wholeNumber(description, { unit: "milliseconds", ...range });
}

function parts(description: string, names: readonly string[]): JsonSchema {
  return { type: "array", description, minItems: 1, items: { type: "string", enum: names } };
}

export const callerSecuritySchema = mapOf(
  "WS-Security: what a SOAP message of this caller carries to prove that it is from it, instead " +
    "of a key. All that is listed has to be there.",
  {
    username: { ...username, description: "Name in its UsernameToken." },
    password,
    passwordFile,
    digest: {
      type: "boolean",
      description: "Whether the password has to come as a digest. Default: text is taken, too.",
    },
    withoutTls,
    certificate: {
      ...fileName,
      description: "PEM file with the certificate of its signatures, or with several: any of them.",
    },
    authority: {
      ...fileName,
      description: "PEM file with authorities, instead: what they issued to `name` is believed.",
    },
    name: {
      ...username,
      description: "Common name, or host or e-mail address, in certificates of `authority`.",
    },
    signed: parts(
      "What the signature has to cover: the Body, the Timestamp, header blocks of the contract, " +
        "those of WS-Addressing, the UsernameToken. Default: body, timestamp, headers.",
      ["body", "timestamp", "headers", "addressing", "username-token"],
    ),
    sha1: {
      type: "boolean",
      description: "Whether SHA-1, which is broken, is taken in signatures. Default: no.",
    },
    ageMsMax: age("How long a message counts, from its creation on."),
    skewMs: {
      ...milliseconds("How far the caller's clock may differ from ours."),
      maximum: 3_600_000,
      default: 60_000,
      "x-expected": "milliseconds from 0 to 3600000",
    },
  },
);

export const serviceSecuritySchema = mapOf(
  "WS-Security: what is added to SOAP messages for the instances.",
  {
    usernameToken: mapOf(
      "A UsernameToken.",
      {
        username: { ...username, description: "Name in it." },
        password,
        passwordFile,
        digest: {
          type: "boolean",
          description: "Whether the password is sent as a digest, or as text.",
          default: true,
        },
        withoutTls,
      },
      { required: ["username"] },
    ),
    sign: mapOf(
      "A signature, with the certificate beside it as a BinarySecurityToken.",
      {
        certificate: { ...fileName, description: "PEM file with the certificate." },
        key: { ...fileName, description: "PEM file with its private key, RSA or EC." },
        parts: {
          ...parts("What is signed.", ["body", "timestamp", "username-token"]),
          default: ["body", "timestamp"],
        },
      },
      { required: ["certificate", "key"] },
    ),
    ageMsMax: age("How long a message counts, from its creation on (`wsu:Expires`)."),
  },
);
