/** Schema of messages and their fields. */
import { mapOf, type JsonSchema } from "#base/json-schema.ts";

const delimiter: JsonSchema = {
  type: "string",
  minLength: 1,
  maxLength: 8,
  pattern: '^[^\\r\\n"]+$',
  "x-expected": "1 to 8 characters, no line ends or quotes",
};

const fieldName: JsonSchema = {
  type: "string",
  pattern: "^[A-Za-z_][A-Za-z0-9_-]{0,60}(\\.[A-Za-z_][A-Za-z0-9_-]{0,60}){0,5}$",
  "x-expected": "a letter, then letters, digits, _ or -",
};

const fieldProperties: Readonly<Record<string, JsonSchema>> = {
  name: {
    ...fieldName,
    description:
      "Name of the field to callers; absent for what is no value. In `faces`, a path is possible.",
  },
  as: {
    type: "string",
    description: "Its name in the text: in header lines, as a key, as an element.",
    minLength: 1,
    maxLength: 200,
    "x-expected": "a name of at most 200 characters",
  },
  type: {
    type: "string",
    description:
      "What it holds. `int` has 32 bits and `long` 64; decimals keep every digit. In `faces` it " +
      "follows from the service's contract.",
    enum: [
      ...["string", "int", "long", "bigint", "decimal", "double", "bool"],
      ...["date", "time", "datetime", "bytes"],
    ],
  },
  values: {
    type: "array",
    description: "All texts that are possible.",
    minItems: 1,
    items: { type: "string", maxLength: 500, "x-expected": "a text, in quotes" },
    "x-expected": "a list of texts",
  },
  required: { type: "boolean", description: "Whether it has to be there.", default: true },
  length: {
    type: "integer",
    description: "Fixed width: its characters. Otherwise: how many a text may have.",
    minimum: 1,
    maximum: 100_000,
    "x-expected": "1 to 100000",
  },
  start: {
    type: "integer",
    description: "Fixed width: its first character, from 1. Default: behind the field before it.",
    minimum: 1,
    maximum: 1_000_000,
    "x-expected": "1 to 1000000",
  },
  align: {
    type: "string",
    description: "Fixed width. Default: numbers right, all else left.",
    enum: ["left", "right"],
  },
  pad: {
    type: "string",
    description: "Fixed width: what fills the rest. Default: 0 for numbers, else a blank.",
    minLength: 1,
    maxLength: 1,
    "x-expected": "one character",
  },
  decimals: {
    type: "integer",
    description: "Digits behind a point that is not written: 3 reads 012500 as 12.500.",
    minimum: 0,
    maximum: 18,
    "x-expected": "0 to 18",
  },
  sign: {
    type: "string",
    description: "Where minus stands: before the digits, behind them, or in the last digit.",
    enum: ["leading", "trailing", "overpunch"],
    default: "leading",
  },
  plus: {
    type: "boolean",
    description:
      "Whether a plus is written where minus would stand, as of `SIGN SEPARATE` in COBOL. It is " +
      "read either way, and so is a blank behind the digits.",
    default: false,
  },
  picture: {
    type: "string",
    description: "Of dates and times: `yyyyMMdd`, `HH:mm`, `dd.MM.yyyy HH:mm:ss`.",
    maxLength: 40,
    "x-expected": "a picture of yyyy or yy, MM, dd, HH, mm and ss",
  },
  words: {
    type: "object",
    description: 'What is written for a value: `{ "true": Y, "false": N }`.',
    minProperties: 1,
    additionalProperties: { type: "string", maxLength: 500, "x-expected": "a text, in quotes" },
    "x-expected": "a map from values to what is written",
  },
  blank: {
    type: "string",
    description:
      "What a field of nothing but padding, or an empty value, says: the field is absent, null, " +
      "or an empty text; or it is refused. Default: absent if not required, empty for texts, " +
      "else refused.",
    enum: ["absent", "null", "empty", "refused"],
  },
  const: {
    type: "string",
    description: "What stands there always; it tells operations and records apart.",
    minLength: 1,
    maxLength: 500,
    "x-expected": "a text, in quotes",
  },
  count: {
    ...fieldName,
    description: "It holds the number of these records: written, and compared when read.",
  },
  many: { type: "boolean", description: "Forms, keys, XML: it may be there several times." },
  sensitive: { type: "boolean", description: "Masked wherever messages are kept or shown." },
  description: { type: "string", description: "For callers' documents.", maxLength: 2_000 },
};

/** @param depth of fields within fields. */
function fieldsSchema(depth: number): JsonSchema {
  const nested: Readonly<Record<string, JsonSchema>> =
    depth === 0
      ? {}
      : { fields: { ...fieldsSchema(depth - 1), description: "XML: what stands within it." } };
  return {
    type: "array",
    description: "What a message, or a line of it, consists of, in order.",
    minItems: 1,
    items: mapOf("A field.", { ...fieldProperties, ...nested }),
    "x-expected": "a list of fields",
  };
}

/** @param depth of records within records. */
function recordSchema(depth: number): JsonSchema {
  const records: JsonSchema = {
    type: "array",
    description: "Lines behind each of these that belong to it.",
    minItems: 1,
    "x-expected": "a list of records",
  };
  const nested: Readonly<Record<string, JsonSchema>> =
    depth === 0 ? {} : { records: { ...records, items: recordSchema(depth - 1) } };
  return mapOf("A kind of lines.", { ...recordProperties, ...nested }, recordRequired);
}

const recordRequired = { required: ["name", "fields"] };
const recordProperties: Readonly<Record<string, JsonSchema>> = {
  name: { ...fieldName, description: "The field that holds it, or the list of them." },
  occurs: {
    type: "string",
    description: "How often such a line stands there.",
    enum: ["once", "optional", "many"],
    default: "once",
  },
  fields: fieldsSchema(0),
};

export function messageSchema(description: string): JsonSchema {
  return mapOf(
    description,
    {
      format: {
        type: "string",
        description: "How it is written.",
        enum: [
          ...["fixed-width", "csv", "delimited", "key-value", "form", "xml", "xml-rpc", "empty"],
        ],
      },
      fields: fieldsSchema(2),
      rows: {
        ...fieldName,
        description: "There are any number of lines with these fields; the list is called so.",
      },
      records: {
        type: "array",
        description: "Lines of several kinds, in this order, instead of `fields`.",
        minItems: 1,
        items: recordSchema(2),
        "x-expected": "a list of records",
      },
      delimiter: {
        ...delimiter,
        description: "Between values. Default: a comma for csv, `|` for delimited.",
      },
      header: { type: "boolean", description: "Whether the first line names the columns." },
      quote: {
        type: "string",
        description: "csv: round values that hold delimiters, quotes or line ends.",
        minLength: 1,
        maxLength: 1,
        default: '"',
        "x-expected": "one character",
      },
      separator: {
        ...delimiter,
        description: "key-value: between key and value.",
        default: "=",
      },
      lineEnd: {
        type: "string",
        description: "Default: that of the contract. none: lines of fixed width follow each other.",
        enum: ["lf", "crlf", "cr", "none"],
      },
      endsLast: {
        type: "boolean",
        description: "Whether the last line is ended, too. Default: yes, but where lines frame.",
      },
      root: {
        ...fieldName,
        description: "xml: the root element. Default: `request` or `answer`.",
      },
      method: {
        type: "string",
        description: "xml-rpc: the method. Default: the name of the operation.",
        pattern: "^[A-Za-z0-9_.:/]{1,200}$",
        "x-expected": "letters, digits, _, ., : and /",
      },
      struct: {
        type: "boolean",
        description:
          "xml-rpc: whether the fields are members of one struct. Default: parameters in " +
          "requests; in answers the value itself if there is one field, else a struct.",
      },
    },
    { required: ["format"] },
  );
}
