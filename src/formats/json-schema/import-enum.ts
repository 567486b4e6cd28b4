/** Closed lists of values: enum, const, and unions of nothing but constants. */
import type { EnumType, Type } from "#contract/types.ts";
import { decimalText } from "./decimal-text.ts";
import { keyword, saysTypeAlone, typesOf, type Parts } from "./keywords.ts";
import { child, has, itemsOf, scalarOf, textOf, type Located } from "./located.ts";
import { opaqueJson, type SchemaScope } from "./scope.ts";
import { notEnforced } from "./import-number.ts";

/** Undefined: the parts name no values, or values that say nothing that the type does not. */
export function importEnum(scope: SchemaScope, parts: Parts): Type | undefined {
  const list = keyword(parts, "enum");
  const single = keyword(parts, "const");
  const at = single ?? list;
  if (at === undefined) return undefined;
  const values = (single === undefined ? itemsOf(list) : [single]).filter(
    (value) => scalarOf(value) !== null,
  );
  const types = typesOf(parts);
  if (values.length === 0) {
    if (types !== undefined) return undefined;
    scope.report.warning("empty-enum", at, "no value is allowed here; taken as any JSON");
    return opaqueJson;
  }
  return enumOf(scope, values, types, at);
}

function enumOf(
  scope: SchemaScope,
  values: readonly Located[],
  types: readonly string[] | undefined,
  at: Located,
): Type | undefined {
  const kinds = new Set(values.map((value) => typeof scalarOf(value)));
  const asText = types?.length === 1 && types[0] === "string" && !kinds.has("undefined");
  if (asText || (kinds.size === 1 && kinds.has("string"))) {
    return { kind: "enum", values: distinct(values.map(textOf)), open: false, spelling: "string" };
  }
  if (kinds.size === 1 && kinds.has("number")) {
    const texts = values.map((value) => decimalText(textOf(value) ?? ""));
    return { kind: "enum", values: distinct(texts), open: false, spelling: "number" };
  }
  if (kinds.size === 1 && kinds.has("boolean")) {
    if (new Set(values.map(scalarOf)).size < 2) notEnforced(scope, at, "that only one truth value");
    return { kind: "bool" };
  }
  if (types !== undefined && types.length === 1 && !kinds.has("string")) {
    notEnforced(scope, at, "this list of values");
    return undefined;
  }
  scope.report.warning("mixed-enum", at, "values of several types; taken as any JSON");
  return opaqueJson;
}

function distinct(texts: readonly (string | undefined)[]): EnumType["values"] {
  return [...new Set(texts.flatMap((text) => text ?? []))].map((value) => ({ value }));
}

/** `oneOf: [{const: a}, {const: b}]`, and `anyOf: [{enum: [a]}, {type: string}]`, which is open. */
export function enumOfVariants(scope: SchemaScope, variants: readonly Located[]): Type | undefined {
  const listed = variants.filter((variant) => has(variant, "const") || has(variant, "enum"));
  const others = variants.filter((variant) => !listed.includes(variant));
  if (listed.length === 0 || others.length > 1) return undefined;
  const [other] = others;
  if (other !== undefined && !(saysTypeAlone(other) && openTypes.has(typeOf(other) ?? ""))) {
    return undefined;
  }
  const values = listed.flatMap((variant) =>
    has(variant, "const")
      ? [child(variant, "const") as Located]
      : itemsOf(child(variant, "enum")).filter((item) => scalarOf(item) !== null),
  );
  if (values.length === 0 || values.some((value) => scalarOf(value) === undefined))
    return undefined;
  const types = [...new Set(listed.flatMap((variant) => typesOf([variant]) ?? []))];
  const type = enumOf(scope, values, types.length === 0 ? undefined : types, listed[0] as Located);
  if (type?.kind !== "enum") return undefined;
  if (other !== undefined && (typeOf(other) === "string") !== (type.spelling === "string")) {
    return undefined;
  }
  return other === undefined ? type : { ...type, open: true };
}

const openTypes = new Set(["string", "integer", "number"]);

function typeOf(schema: Located): string | undefined {
  return textOf(child(schema, "type"));
}
