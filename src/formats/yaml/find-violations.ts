/**
 * Holds plain values against a schema of ours (only what base/json-schema.ts has), and fills
 * in its defaults. Compiled to closures at once: a general validator took 100 ms for that alone, in
 * every process that loads a configuration. A test holds it against Ajv.
 */
import type { JsonSchema, JsonType } from "#base/json-schema.ts";
import type { NodePath } from "./node-path.ts";

export interface Violation {
  readonly keyword: keyof JsonSchema;
  readonly path: NodePath;
  /** The schema that has the keyword. */
  readonly schema: JsonSchema;
  readonly value: unknown;
  /** The key that is unknown, or missing. */
  readonly key?: string;
  /** It is not about the value of the path, but about this name of one of its members. */
  readonly propertyName?: string;
}

export type FindViolations = (value: unknown) => readonly Violation[];

type Members = Record<string, unknown>;
/** @param path of the value; changed and restored on the way. */
type Check = (value: unknown, path: (string | number)[], found: Violation[]) => void;

export function compileSchema(schema: JsonSchema): FindViolations {
  const check = compile(schema);
  return (value) => {
    const found: Violation[] = [];
    check(value, [], found);
    return found;
  };
}

const isOfType: Readonly<Record<JsonType, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  integer: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
  object: isMap,
  array: Array.isArray,
  null: (value) => value === null,
};

function compile(schema: JsonSchema): Check {
  const checks = [
    ...simpleChecks(schema),
    ...(schema.items === undefined ? [] : [checkItems(schema.items)]),
    ...mapChecks(schema),
  ];
  return (value, path, found) => {
    for (const check of checks) check(value, path, found);
  };
}

/** Keywords that need nothing but the value itself. */
function simpleChecks(schema: JsonSchema): readonly Check[] {
  const checks: Check[] = [];
  const require = (keyword: keyof JsonSchema, holds: (value: unknown) => boolean): void => {
    checks.push((value, path, found) => {
      if (!holds(value)) found.push({ keyword, path: [...path], schema, value });
    });
  };
  const { type, maximum, minimum, maxLength, minLength, pattern } = schema;
  const { minItems, maxItems, minProperties, maxProperties } = schema;
  if (type !== undefined) {
    const types = [type].flat() as readonly JsonType[];
    require("type", (value) => types.some((one) => isOfType[one](value)));
  }
  const atMost = (limit: number) => (value: unknown) => !isNumber(value) || value <= limit;
  const atLeast = (limit: number) => (value: unknown) => !isNumber(value) || value >= limit;
  if (maximum !== undefined) require("maximum", atMost(maximum));
  if (minimum !== undefined) require("minimum", atLeast(minimum));
  if (maxLength !== undefined) {
    require("maxLength", (value) => typeof value !== "string" || lengthOf(value) <= maxLength);
  }
  if (minLength !== undefined) {
    require("minLength", (value) => typeof value !== "string" || lengthOf(value) >= minLength);
  }
  if (pattern !== undefined) {
    const expression = new RegExp(pattern, "u");
    require("pattern", (value) => typeof value !== "string" || expression.test(value));
  }
  if (minItems !== undefined) {
    require("minItems", (value) => !Array.isArray(value) || value.length >= minItems);
  }
  if (maxItems !== undefined) {
    require("maxItems", (value) => !Array.isArray(value) || value.length <= maxItems);
  }
  if (minProperties !== undefined) {
    require("minProperties", (value) =>
      !isMap(value) || Object.keys(value).length >= minProperties);
  }
  if (maxProperties !== undefined) {
    require("maxProperties", (value) =>
      !isMap(value) || Object.keys(value).length <= maxProperties);
  }
  if ("const" in schema) require("const", (value) => value === schema.const);
  const words = schema.enum;
  if (words !== undefined) require("enum", (value) => words.includes(value));
  return checks;
}

function checkItems(schema: JsonSchema): Check {
  const check = compile(schema);
  return (value, path, found) => {
    if (!Array.isArray(value)) return;
    for (const [index, item] of value.entries()) {
      path.push(index);
      check(item, path, found);
      path.pop();
    }
  };
}

function mapChecks(schema: JsonSchema): readonly Check[] {
  const { required = [], properties = {}, additionalProperties, propertyNames } = schema;
  const known = new Map(Object.entries(properties).map(([key, own]) => [key, compile(own)]));
  const others = additionalProperties === false ? false : additionalProperties;
  const checkOther = others === undefined || others === false ? undefined : compile(others);
  const checkName = propertyNames === undefined ? undefined : compile(propertyNames);
  const defaults = Object.entries(properties).filter(([, own]) => own.default !== undefined);
  if (required.length + known.size === 0 && others === undefined && !checkName) return [];
  const checkMembers: Check = (value, path, found) => {
    if (!isMap(value)) return;
    for (const key in value) {
      if (checkName !== undefined) checkOneName(checkName, key, path, found);
      const check = known.get(key) ?? checkOther;
      if (check !== undefined) {
        path.push(key);
        check(value[key], path, found);
        path.pop();
      } else if (others === false) {
        const keyword = "additionalProperties";
        found.push({ keyword, path: [...path], schema, value, key });
      }
    }
  };
  const checkRequired: Check = (value, path, found) => {
    if (!isMap(value)) return;
    for (const key of required) {
      if (value[key] !== undefined) continue;
      found.push({ keyword: "required", path: [...path], schema, value, key });
    }
  };
  const fillIn: Check = (value) => {
    if (!isMap(value)) return;
    for (const [key, own] of defaults) {
      if (value[key] === undefined) value[key] = copyOf(own.default);
    }
  };
  return [fillIn, checkRequired, checkMembers];
}

function checkOneName(
  check: Check,
  name: string,
  path: (string | number)[],
  found: Violation[],
): void {
  const before = found.length;
  check(name, path, found);
  for (let at = before; at < found.length; at++) {
    found[at] = { ...(found[at] as Violation), propertyName: name };
  }
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, copyOf(own)]));
}

/** Infinity, which YAML can spell, is none in JSON: its type is wrong, and that is enough. */
function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function isMap(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** In characters, of which some are two units. */
function lengthOf(text: string): number {
  return /[\uD800-\uDBFF]/.test(text) ? Array.from(text).length : text.length;
}
