/** Types of the contract as JSON Schema 2020-12, which OpenAPI 3.1 speaks. */
import type { MapType, Type, UnionType, Variant } from "#contract/types.ts";
import { describeRecord } from "./describe-record.ts";
import { describeEnum, describeScalar } from "./describe-scalar.ts";
import { describeVariant } from "./describe-variant.ts";
import { compact, withNull, withOwn, type DescribeScope, type Schema } from "./describe-scope.ts";
import { wordFor } from "./import-union.ts";
import { cleanName } from "./type-names.ts";

export function describeType(scope: DescribeScope, type: Type): Schema {
  switch (type.kind) {
    case "ref":
      return { $ref: `${scope.refPrefix}${scope.componentNames.get(type.name) ?? type.name}` };
    case "record":
      return describeRecord(scope, type, scope.contract.namespace);
    case "union":
      return describeUnion(scope, type);
    case "list": {
      const item = describeType(scope, type.item);
      const items = type.itemNullable ? withNull(item) : item;
      const minItems = type.min === 0 ? undefined : type.min;
      const list = compact({ type: "array", items, minItems, maxItems: type.max });
      return withOwn(list, type.xmlText === true ? { text: true } : {});
    }
    case "map":
      return describeMap(scope, type);
    case "enum":
      return describeEnum(type);
    case "opaque":
      if (type.content === "json") return {};
      return withOwn({ type: "string" }, { opaque: type.content });
    default:
      return describeScalar(type);
  }
}

function describeMap(scope: DescribeScope, { key, value, valueNullable }: MapType): Schema {
  const values = describeType(scope, value);
  const map = {
    type: "object",
    additionalProperties: valueNullable === true ? withNull(values) : values,
  };
  const isAny = key.kind === "string" && Object.keys(key).length === 2;
  if (isAny) return Object.keys(values).length > 0 ? map : withOwn(map, { map: true });
  // Names of members are text, whatever they stand for.
  const spelled = key.kind === "int" || key.kind === "decimal" || key.kind === "enum";
  const names = describeType(scope, spelled ? { ...key, spelling: "string" } : key);
  return withOwn({ ...map, propertyNames: names }, { map: true });
}

function describeUnion(scope: DescribeScope, union: UnionType): Schema {
  const { exclusive, variants, discriminator } = union;
  const key = exclusive ? "oneOf" : "anyOf";
  if (union.plain !== true && discriminator === undefined) {
    return withOwn({ oneOf: variants.map((one) => describeKeyed(scope, one)) }, { choice: true });
  }
  const described = variants.map((variant) => describePlain(scope, variant));
  if (discriminator === undefined) return { [key]: described };
  const mapping = variants.flatMap(({ name, tag = name, type }) =>
    type.kind === "ref" ? [[tag, describeType(scope, type)["$ref"]] as const] : [],
  );
  if (mapping.length < variants.length) {
    scope.lose("tag-lost", `the tags of \`${discriminator.property}\` for types without a name`);
  }
  const { property: propertyName } = discriminator;
  return {
    [key]: described,
    discriminator: { propertyName, mapping: Object.fromEntries(mapping) },
  };
}

function describePlain(scope: DescribeScope, { name, type, nullable }: Variant): Schema {
  const described = describeType(scope, type);
  const word = type.kind === "ref" ? cleanName(type.name) : cleanName(wordFor(type));
  const titled = name === word ? described : { ...described, title: name };
  return nullable === true ? withNull(titled) : titled;
}

/** An object of one member: the variant's name, and its value. */
function describeKeyed(scope: DescribeScope, variant: Variant): Schema {
  const { name } = variant;
  return {
    type: "object",
    properties: { [name]: describeVariant(scope, variant, scope.contract.namespace) },
    required: [name],
    additionalProperties: false,
  };
}
