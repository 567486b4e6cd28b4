/** What reading of schemas shares: references, names, findings, and how much is still allowed. */
import type { Type, Variant } from "#contract/types.ts";
import type { Parts } from "./keywords.ts";
import type { Located } from "./located.ts";
import type { References } from "./references.ts";
import type { Report } from "./report.ts";
import type { TypeNames } from "./type-names.ts";

export const schemasMax = 50_000;
export const schemaDepthMax = 200;

export interface SchemaScope {
  readonly references: References;
  readonly report: Report;
  readonly names: TypeNames;
  /** Before JSON Schema 2020-12: what stands beside a `$ref` says nothing. */
  readonly refHidesSiblings: boolean;
  /** Schemas that have this one among their allOf, with the word they are known by. */
  readonly derivedOf: (base: Located) => readonly NamedSchema[];
  /** Schemas read so far, and how deep the one being read is nested. */
  readonly spent: { schemas: number; depth: number };
}

export interface NamedSchema {
  readonly word: string;
  readonly schema: Located;
}

/** A schema as it stands somewhere: its type, and what belongs to the place, not the type. */
export interface ReadSchema {
  readonly type: Type;
  readonly nullable: boolean;
  readonly default?: string;
  readonly documentation?: string;
  readonly sensitive?: boolean;
  readonly oneWay?: "readOnly" | "writeOnly";
}

export const opaqueJson: Type = { kind: "opaque", content: "json" };

/** How the readers of one kind of schema have the schemas within it read. */
export interface ReadNested {
  readonly schema: (schema: Located) => ReadSchema;
  readonly parts: (parts: Parts) => Type;
  /** Several schemas of one property, all of which hold. */
  readonly together: (schemas: readonly Located[]) => ReadSchema;
  readonly variant: (name: string, schema: Located) => Variant;
}
