/** Which fields are masked, and how. */
import { mapOf, wholeNumber, type JsonSchema } from "#base/json-schema.ts";
import type { MaskRule } from "./compile-mask.ts";
import type { Masking } from "./masked-value.ts";

export interface Options {
  readonly requests: readonly MaskRule[];
  readonly answers: readonly MaskRule[];
  readonly sensitive: "show" | Masking["how"];
  readonly unless: { readonly callers: readonly string[]; readonly scopes: readonly string[] };
}

/** How fields are masked of which the contract says that they are sensitive. */
export const usualText = "***";
export const usualShow = 4;

const rule = mapOf(
  "A field, and how it is masked.",
  {
    field: {
      type: "string",
      description:
        "Its path through the contract's fields: `customer.card`. Lists, maps and choices are " +
        "gone through: `lines.price` is the price of every line. Variants of a choice have " +
        "names, too. `**.iban`: at any depth.",
      pattern: "^(?:\\*\\*\\.)?[^.*]{1,200}(?:\\.[^.*]{1,200}){0,20}$",
      "x-expected": "names of fields joined by dots, perhaps behind `**.`",
    },
    how: {
      type: "string",
      enum: ["remove", "replace", "partly"],
      description:
        "`remove`: left out; null, or replaced, where the contract wants something there. " +
        "`replace`: by `text`, or for what is no text by a value of its type that says nothing. " +
        "`partly`: of a text only the end shows, of all else nothing.",
      default: "replace",
    },
    text: {
      type: "string",
      description: "What stands in the place of a text, where its type allows that.",
      pattern: "^[\\x20-\\x7e]{0,200}$",
      default: usualText,
      "x-expected": "up to 200 visible ASCII characters",
    },
    show: wholeNumber(
      "Characters at the end that show. Of a text that is not twice as long, none do.",
      { from: 1, to: 100, default: usualShow },
    ),
  },
  { required: ["field"] },
);

function rules(description: string): JsonSchema {
  return { type: "array", description, default: [], items: rule };
}

function names(description: string): JsonSchema {
  const items: JsonSchema = { type: "string", pattern: "^.{1,200}$", "x-expected": "a name" };
  return { type: "array", description, default: [], items };
}

export const optionsSchema: JsonSchema = mapOf("What is masked.", {
  requests: rules("Fields of calls, before instances get them."),
  answers: rules("Fields of answers and declared faults, before callers get them."),
  sensitive: {
    type: "string",
    enum: ["show", "remove", "replace", "partly"],
    description: "What becomes of fields of answers that the contract marks as sensitive.",
    default: "show",
  },
  unless: mapOf(
    "Who sees and sends everything as it is.",
    {
      callers: names("Callers by name."),
      scopes: names("Scopes of their tokens, any of which will do."),
    },
    { default: { callers: [], scopes: [] } },
  ),
});
