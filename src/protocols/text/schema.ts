/** The language in which programs that follow no protocol are declared, as JSON Schema. */
import { mapOf, type JsonSchema } from "#base/json-schema.ts";
import { faultKinds } from "#base/fault-kind.ts";
import { charsets } from "#contract/text-layout.ts";
import { messageSchema } from "./schema-messages.ts";

const frame: JsonSchema = {
  ...mapOf("How a message ends.", {
    until: {
      type: "string",
      description: 'Ended by these characters, for example `"\\x03"` or `"\\r\\n.\\r\\n"`.',
      minLength: 1,
      maxLength: 16,
      pattern: "^[\\u0000-\\u00ff]+$",
      "x-expected": "1 to 16 characters up to U+00FF",
    },
    length: {
      type: "integer",
      description: "Behind its length in so many octets, the most significant first.",
      enum: [1, 2, 3, 4],
    },
    littleEndian: {
      type: "boolean",
      description: "Of `length`: the least significant octet is the first.",
      default: false,
    },
    digits: {
      type: "integer",
      description:
        "Behind its length in so many decimal digits, in the charset; read also in ASCII.",
      minimum: 1,
      maximum: 9,
      "x-expected": "1 to 9",
    },
    inclusive: {
      type: "boolean",
      description: "Whether the length counts itself, too.",
      default: false,
    },
  }),
  type: ["string", "object"],
  pattern: "^(line|close)$",
  "x-expected": "line, close, or a map with until, length or digits",
};

const tcp = mapOf("Spoken over TCP, without HTTP. Instances are then `tcp://host:port`.", {
  request: {
    ...frame,
    description:
      "How a request ends: `line` (as `lineEnd` says), `close` (its sender ends its half), " +
      "or a map.",
    default: "line",
  },
  answer: { ...frame, description: "How an answer ends.", default: "line" },
  keepAlive: {
    type: "boolean",
    description: "Whether a connection carries one request after the other.",
    default: false,
  },
  halfClose: {
    type: "boolean",
    description: "Whether the side that asks ends its half of the connection behind its request.",
    default: false,
  },
});

const http = mapOf("Where the operation is, over HTTP.", {
  method: {
    type: "string",
    description: "Forms that are asked for with GET stand in the query.",
    enum: ["GET", "POST", "PUT", "DELETE"],
    default: "POST",
  },
  path: {
    type: "string",
    description: "Behind the URL of the instance; absent: that URL itself.",
    pattern: "^(/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+$",
    maxLength: 500,
    "x-expected": "a path such as /cgi-bin/rates",
  },
  contentType: {
    type: "string",
    description: "Of requests, and of answers on the text face. Default: that of the format.",
    pattern: "^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(; ?[A-Za-z0-9-]+=[A-Za-z0-9._-]+)*$",
    maxLength: 200,
    "x-expected": "a media type such as text/csv",
  },
});

const template: JsonSchema = {
  type: "string",
  minLength: 1,
  maxLength: 500,
  "x-expected": "text with places such as {code} and {message}",
};

const fault = mapOf("An answer that means a failure.", {
  match: {
    ...template,
    description:
      "How such an answer begins: `ERR {code} {message}`. A place takes what stands there up to " +
      "the text behind it, `{code:3}` three characters, the last one the rest of its line. The " +
      "text face writes the fault so, too.",
  },
  when: {
    type: "object",
    description:
      "Values that such an answer has, whatever else: `{ STATUS: ERR }` of keys, of elements in " +
      "the root, of fields of a line. `/` is the name of the root element.",
    minProperties: 1,
    additionalProperties: {
      type: "string",
      maxLength: 500,
      pattern: "^[^\\r\\n]*$",
      "x-expected": "a text of one line, in quotes",
    },
    "x-expected": "a map of values by name",
  },
  take: {
    type: "object",
    description: "With `when`: what else is said, by name: `{ message: TEXT, code: NR }`.",
    propertyNames: {
      pattern: "^[A-Za-z_][A-Za-z0-9_]{0,60}$",
      "x-expected": "a letter, then letters, digits or _",
    },
    additionalProperties: { type: "string", maxLength: 200, "x-expected": "a name" },
    "x-expected": "a map of names",
  },
  status: {
    type: "string",
    description: "HTTP statuses that mean it, `404` or `5XX`, alone or together with `match`.",
    pattern: "^[1-5](\\d\\d|XX)$",
    "x-expected": 'a status in quotes such as "404" or "5XX"',
  },
  kind: {
    type: "string",
    description: "What kind of failure it is to callers.",
    enum: faultKinds,
    default: "failed_precondition",
  },
  description: { type: "string", description: "For callers' documents.", maxLength: 2_000 },
});

const operation = mapOf(
  "One thing that the program does.",
  {
    description: { type: "string", description: "For callers' documents.", maxLength: 10_000 },
    safety: {
      type: "string",
      description: "Whether it changes nothing, may be repeated, or neither.",
      enum: ["safe", "idempotent", "unsafe"],
      default: "unsafe",
    },
    http,
    request: messageSchema("What the program is sent."),
    answer: messageSchema("What it answers. Absent: nothing, and nobody waits."),
    faults: {
      type: "object",
      description: "Failures by name; the first that fits an answer is taken.",
      default: {},
      propertyNames: {
        pattern: "^[A-Za-z][A-Za-z0-9_-]{0,60}$",
        "x-expected": "a letter, then letters, digits, _ or -",
      },
      additionalProperties: fault,
      "x-expected": "a map of faults by name",
    },
  },
  { required: ["request"] },
);

export const textSchema: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "urn:parlance:schema:text",
  title: "A program that follows no protocol",
  ...mapOf(
    "The contract of a program that speaks text of its own.",
    {
      parlance: { const: "text/1", description: "Says that this is such a contract." },
      name: {
        type: "string",
        description: "The program's own name.",
        minLength: 1,
        maxLength: 100,
        default: "service",
        "x-expected": "a name of at most 100 characters",
      },
      version: {
        type: "string",
        description: "Of the contract, in quotes.",
        maxLength: 50,
        default: "1",
      },
      description: { type: "string", description: "For callers' documents.", maxLength: 10_000 },
      charset: {
        type: "string",
        description: "Characters that it has no octets for are refused, naming the field.",
        enum: charsets,
        default: "utf-8",
      },
      lineEnd: {
        type: "string",
        description: "How lines are ended that are written; any is read within messages.",
        enum: ["lf", "crlf", "cr"],
        default: "lf",
      },
      tcp,
      errors: {
        ...template,
        description: "How the text face tells failures that have no `match` of their own.",
      },
      operations: {
        type: "object",
        description: "What the program does, by name.",
        minProperties: 1,
        propertyNames: {
          pattern: "^[A-Za-z][A-Za-z0-9_-]{0,60}$",
          "x-expected": "a letter, then letters, digits, _ or -",
        },
        additionalProperties: operation,
        "x-expected": "a map of operations by name",
      },
    },
    { required: ["parlance", "operations"] },
  ),
};
