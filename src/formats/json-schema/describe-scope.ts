/** What describing of one contract shares, and small pieces of schemas. */
import type { Contract } from "#contract/contract.ts";
import type { Type, TypeName } from "#contract/types.ts";

/** A schema as it will be written. */
export type Schema = Readonly<Record<string, unknown>>;

export interface DescribeScope {
  readonly contract: Contract;
  /** Where schemas of named types stand: `#/components/schemas/`. */
  readonly refPrefix: string;
  /** Names that documents allow, by the names of types. */
  readonly componentNames: ReadonlyMap<TypeName, string>;
  /** Types that others derive from, with those that do. */
  readonly derived: ReadonlyMap<TypeName, readonly TypeName[]>;
  readonly type: (type: Type) => Schema;
  readonly lose: (code: string, message: string) => void;
}

/** A number as it is written, whatever its size. */
export function rawNumber(text: string): unknown {
  return (JSON as unknown as { rawJSON: (text: string) => unknown }).rawJSON(text);
}

/** Members that are undefined are left out. */
export function compact(schema: Readonly<Record<string, unknown>>): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));
}

/** Adds to the extension that says what standard keywords cannot. */
export function withOwn(schema: Schema, own: Readonly<Record<string, unknown>>): Schema {
  const more = compact(own);
  if (Object.keys(more).length === 0) return schema;
  return { ...schema, "x-parlance": { ...(schema["x-parlance"] as object | undefined), ...more } };
}

export function withNull(schema: Schema): Schema {
  const { type, enum: values } = schema;
  if (typeof type === "string") {
    const listed = Array.isArray(values) ? { enum: [...(values as unknown[]), null] } : {};
    return { ...schema, type: [type, "null"], ...listed };
  }
  for (const key of ["oneOf", "anyOf"]) {
    const variants = schema[key];
    if (Array.isArray(variants))
      return { ...schema, [key]: [...(variants as unknown[]), nullSchema] };
  }
  return { oneOf: [schema, nullSchema] };
}

const nullSchema: Schema = { type: "null" };

export function behind({ contract }: DescribeScope, type: Type): Type {
  let at: Type = type;
  for (let count = 0; at.kind === "ref" && count < 100; count++) {
    at = contract.types.get(at.name)?.type ?? { kind: "opaque", content: "json" };
  }
  return at;
}
