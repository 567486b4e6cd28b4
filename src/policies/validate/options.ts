/** What an operator says of messages in one direction. */
import { mapOf, wholeNumber, type JsonSchema } from "#base/json-schema.ts";
import type { ShapeLimits } from "./shape-limits.ts";

export interface DirectionOptions extends ShapeLimits {
  readonly mode: "refuse" | "report" | "off";
  readonly unknown: "reject" | "allow";
  readonly bytesMax: number;
}

export interface Options {
  readonly requests: DirectionOptions;
  readonly answers: DirectionOptions;
}

function limit(description: string): JsonSchema {
  return wholeNumber(description, { from: 1, to: 1_000_000_000 });
}

const bytesMaxDefault = 1_048_576;

function direction(description: string, mode: "refuse" | "report", unknown: "reject" | "allow") {
  return mapOf(
    description,
    {
      mode: {
        type: "string",
        enum: ["refuse", "report", "off"],
        description:
          "`refuse`: what does not fit goes no further. `report`: it passes, and stands in the " +
          "log, in the record, in the metrics and in the answer's `Parlance-Reported`. `off`: it " +
          "is not looked at.",
        default: mode,
      },
      unknown: {
        type: "string",
        enum: ["reject", "allow"],
        description:
          "Fields that the contract does not know. In Protocol Buffers they are always allowed, " +
          "as they are in what the contract itself leaves open.",
        default: unknown,
      },
      bytesMax: wholeNumber(
        "Bytes of a body, also of one that is compressed, when it no longer is. So much is held " +
          "back while it is read.",
        { unit: "bytes", from: 1, to: 16_777_216, default: bytesMaxDefault },
      ),
      depthMax: limit("Lists, maps and records within each other."),
      itemsMax: limit("Items of one list."),
      entriesMax: limit("Entries of one map, fields of one record."),
      textLengthMax: limit("Characters of one text, octets of one value of bytes."),
    },
    { default: { mode, unknown, bytesMax: bytesMaxDefault } },
  );
}

export const optionsSchema: JsonSchema = mapOf("What is held to the contract.", {
  requests: direction("What callers send.", "refuse", "reject"),
  answers: direction("What instances answer.", "report", "allow"),
});
