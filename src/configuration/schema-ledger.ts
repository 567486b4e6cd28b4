/** Schema of `ledger`, for the gateway and for one service: what is put on record, and where. */
import { mapOf, type JsonSchema } from "#base/json-schema.ts";
import { bytesMax } from "./schema-bounds.ts";

const mode: JsonSchema = {
  type: "string",
  description:
    "When an answer is released. strict: once its record is on disk (fdatasync). intent: strict, " +
    "and an unsafe call is on disk before it is passed on. written: once the operating system " +
    "has the record. relaxed: at once.",
  enum: ["strict", "intent", "written", "relaxed"],
};

const capture: JsonSchema = {
  type: "string",
  description:
    "What is kept of bodies. none: nothing. digest: salted commitments, which prove a body that " +
    "is shown later. full: the bodies themselves, too, encrypted with a key for each subject.",
  enum: ["none", "digest", "full"],
};

export const folder: JsonSchema = {
  type: "string",
  minLength: 1,
  maxLength: 4096,
  "x-expected": "the path of a folder, relative to the configuration file",
};

export const serviceLedgerSchema = mapOf("How exchanges with this service are put on record.", {
  mode: { ...mode, description: `${mode.description} Default: \`ledger.mode\`.` },
  capture: { ...capture, description: `${capture.description} Default: \`ledger.capture\`.` },
  operations: {
    type: "object",
    description: "`capture` of single operations (or routes), by name.",
    default: {},
    propertyNames: {
      pattern: "^[^\\x00-\\x20]{1,256}$",
      "x-expected": "the name of an operation or the id of a route",
    },
    additionalProperties: capture,
  },
  sensitive: {
    type: "array",
    description: "Names of fields that are masked before a body is kept, at any depth.",
    default: [],
    items: {
      type: "string",
      pattern: "^[^\\x00-\\x20]{1,256}$",
      "x-expected": "the name of a field, such as cardNumber",
    },
  },
});

export const ledgerSchema: JsonSchema = {
  ...mapOf(
    "The record of all exchanges: durable, and verifiable by outsiders. `off`: there is none.",
    {
      path: {
        ...folder,
        description: "Folder of the ledger. Takes effect at the next start.",
        default: "data/ledger",
      },
      checkpoints: {
        ...folder,
        description:
          "Folder of the separate store of checkpoints, best on another disk: a ledger that was " +
          "set back is noticed by it. Default: `path` with `-checkpoints` behind it.",
      },
      origin: {
        type: "string",
        description:
          "Name of this log to the outside, unique in the world. The number of its epoch is put " +
          "behind it. Default: `parlance/` and the host name.",
        pattern: "^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$",
        "x-expected": "a name such as example.org/payments/node1",
      },
      mode: { ...mode, default: "strict" },
      capture: {
        ...capture,
        description:
          `${capture.description} Requests to GraphQL, JSON-RPC and MCP, which hold any number ` +
          "of calls, are committed to at most.",
        default: "digest",
      },
      retention: mapOf(
        "What is dropped, in whole sealed segments of 65,536 entries; their hashes stay. " +
          "Takes effect at the next start.",
        {
          days: {
            type: "integer",
            description: "Entries older than this; 0: never.",
            minimum: 0,
            maximum: 36_500,
            default: 0,
            "x-expected": "days from 0 (for ever) to 36500",
          },
          bytesMax: {
            type: "integer",
            description: "The oldest while the ledger is larger than this; 0: any size.",
            minimum: 0,
            maximum: bytesMax,
            default: 0,
            "x-expected": `bytes from 0 (any size) to ${bytesMax}`,
          },
        },
        { default: {} },
      ),
    },
    { default: {} },
  ),
  type: ["object", "string"],
  pattern: "^off$",
  examples: ["off"],
  "x-expected": "a map, or the word off",
};
