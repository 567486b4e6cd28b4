/** The part of JSON Schema 2020-12 in which parlance.yaml and options of policies are described. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: JsonType | readonly JsonType[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: false | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  /** The value is a secret: messages never show it. */
  readonly writeOnly?: boolean;
  /** The value names a file, relative to parlance.yaml; a change of it is a new revision. */
  readonly "x-file"?: boolean;
  /** The value names a folder, relative to parlance.yaml, which need not exist. */
  readonly "x-folder"?: boolean;
  /** What a value must look like, in words: the end of "expected ...". */
  readonly "x-expected"?: string;
}

export type JsonType = "string" | "integer" | "boolean" | "object" | "array" | "null";

/** `unit`: what it counts, in the plural. `hint`: what is said behind the bounds. */
interface Range {
  readonly unit?: string;
  readonly from: number;
  readonly to: number;
  readonly default?: number;
  readonly hint?: string;
}

export function wholeNumber(description: string, range: Range): JsonSchema {
  const { unit = "a whole number", from, to, hint } = range;
  return {
    type: "integer",
    description,
    minimum: from,
    maximum: to,
    ...(range.default === undefined ? {} : { default: range.default }),
    "x-expected": `${unit} from ${from} to ${to}${hint === undefined ? "" : ` ${hint}`}`,
  };
}

/** A map with exactly these keys, all optional unless `required` names them. */
export function mapOf(
  description: string,
  properties: Readonly<Record<string, JsonSchema>>,
  more: Partial<JsonSchema> = {},
): JsonSchema {
  return { type: "object", description, properties, additionalProperties: false, ...more };
}

/** What may stand under a key of a map or at an index of a list. */
export function schemaUnder(
  schema: JsonSchema | undefined,
  key: string | number,
): JsonSchema | undefined {
  if (schema === undefined) return undefined;
  if (typeof key === "number") return schema.items;
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, key)) {
    return schema.properties[key];
  }
  return schema.additionalProperties === false ? undefined : schema.additionalProperties;
}

export function allowsType(schema: JsonSchema | undefined, type: JsonType): boolean {
  const types = schema?.type;
  return typeof types === "string" ? types === type : (types?.includes(type) ?? false);
}
