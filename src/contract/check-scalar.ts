/**
 * The lexical forms of scalars, shared by all text formats: compiled once per type, a text to its
 * value and back. White space round a value is the format's affair, a string's facet is ours.
 */
import { compileBytes } from "./lexical-bytes.ts";
import { compileDecimal, compileFloat, compileInt, type ScalarText } from "./lexical-numbers.ts";
import { compileString } from "./lexical-strings.ts";
import { compileDate, compileDateTime, compileDuration, compileTime } from "./lexical-times.ts";
import type { EnumType, ScalarType } from "./types.ts";

export type { ScalarText } from "./lexical-numbers.ts";

export function compileScalarText(type: ScalarType | EnumType): ScalarText {
  switch (type.kind) {
    case "bool":
      return boolean;
    case "int":
      return compileInt(type);
    case "decimal":
      return compileDecimal(type);
    case "float":
      return compileFloat(type.bits);
    case "string":
      return compileString(type);
    case "bytes":
      return compileBytes(type);
    case "date":
      return compileDate(type.zone);
    case "time":
      return compileTime(type.zone);
    case "dateTime":
      return compileDateTime(type.zone);
    case "duration":
      return compileDuration(type.style);
    case "uri":
      return compileText("a URI", (text) => !/[\x00-\x1f\x7f]/.test(text));
    case "qname":
      return compileText("a qualified name such as {namespace}name", isQualifiedName);
    case "uuid":
      return compileText("a UUID", (text) => uuid.test(text));
    case "enum":
      return compileEnum(type);
  }
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** XSD spells it in four ways (Part 2 §3.2.2); written are the words. */
const boolean: ScalarText = {
  expected: "true or false",
  read: (text) => {
    if (text === "true" || text === "1") return true;
    return text === "false" || text === "0" ? false : undefined;
  },
  write: (value) => (value === true ? "true" : value === false ? "false" : undefined),
};

/** A qualified name is `{namespace}local` at run time, or `local` when it has no namespace. */
function isQualifiedName(text: string): boolean {
  return text.length <= 2_048 && /^(?:\{[^{}\s]+\})?[^\s{}:<>&"'/]+$/.test(text);
}

function compileText(expected: string, holds: (text: string) => boolean): ScalarText {
  const check = (text: string): string | undefined => (holds(text) ? text : undefined);
  return {
    expected,
    read: check,
    write: (value) => (typeof value === "string" ? check(value) : undefined),
  };
}

/** How many values a message lists. */
const shownMax = 12;

function compileEnum(type: EnumType): ScalarText {
  const values = new Set(type.values.map(({ value }) => value));
  const shown = [...values].slice(0, shownMax).join(", ");
  const rest = values.size > shownMax ? `, ... (${values.size} values)` : "";
  const expected = values.size === 1 ? shown : `one of ${shown}${rest}`;
  return compileText(expected, (text) => type.open || values.has(text));
}
