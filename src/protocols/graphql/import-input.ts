/** Arguments, variables and input objects to fields of the contract. */
import {
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLOutputType,
  type ValueNode,
} from "graphql";
import { compileScalarText } from "#contract/check-scalar.ts";
import type { EnumType, Field, NamedType, ScalarType, Type, TypeName } from "#contract/types.ts";
import type { Report } from "./import-report.ts";
import { scalarNamed } from "./import-scalars.ts";

export interface TypeScope {
  readonly report: Report;
  readonly types: Map<TypeName, NamedType>;
}

/** What a field of the contract is made from. */
export interface InputPlace {
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly description?: string | null | undefined;
  readonly deprecationReason?: string | null | undefined;
  readonly defaultValue?: ValueNode | undefined;
  readonly origin?: Field["origin"];
}

export interface Inputs {
  readonly fieldOf: (place: InputPlace) => Field;
  /** Reads the input objects that fields have named; they may name more. */
  readonly finish: () => void;
}

export function createInputs(scope: TypeScope): Inputs {
  const waiting: GraphQLInputObjectType[] = [];
  const typeOf = (given: GraphQLInputType): Type => {
    const type = isNonNullType(given) ? given.ofType : given;
    if (isListType(type)) {
      const itemNullable = !isNonNullType(type.ofType);
      return { kind: "list", item: typeOf(type.ofType), itemNullable, min: 0 };
    }
    if (!isInputObjectType(type)) return leafOf(scope, type as GraphQLOutputType);
    if (!scope.types.has(type.name)) {
      scope.types.set(type.name, { name: type.name, type: { kind: "record", fields: [] } });
      waiting.push(type);
    }
    return { kind: "ref", name: type.name };
  };
  const fieldOf = (place: InputPlace): Field => {
    const { name, type, defaultValue, origin } = place;
    const nullable = !isNonNullType(type);
    const made = typeOf(type);
    const usual = defaultOf(scope, made, defaultValue);
    const isOptional = nullable || defaultValue !== undefined;
    const documentation = documentationOf(place);
    return {
      ...{ name, type: made, presence: isOptional ? "optional" : "required", nullable },
      ...(usual === undefined ? {} : { default: usual }),
      ...(documentation === undefined ? {} : { documentation }),
      ...(origin === undefined ? {} : { origin }),
    };
  };
  return {
    fieldOf,
    finish() {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const { name, isOneOf, description } = next;
        const fields = Object.values(next.getFields()).map((field) =>
          fieldOf({
            ...field,
            defaultValue: field.astNode?.defaultValue,
            origin: scope.report.placeOf(field.astNode),
          }),
        );
        const type: Type = isOneOf
          ? {
              ...{ kind: "union", exclusive: true },
              variants: fields.map((field) => ({ name: field.name, type: field.type })),
            }
          : { kind: "record", fields };
        scope.types.set(name, named(name, type, description, scope.report.placeOf(next.astNode)));
      }
    },
  };
}

function named(
  name: TypeName,
  type: Type,
  description: string | null | undefined,
  origin: NamedType["origin"],
): NamedType {
  return {
    ...{ name, type },
    ...(description ? { documentation: description } : {}),
    ...(origin === undefined ? {} : { origin }),
  };
}

/** A scalar, or an enum by its name. */
export function leafOf({ report, types }: TypeScope, type: GraphQLOutputType): Type {
  if (isEnumType(type)) {
    const { name, description, astNode } = type;
    if (!types.has(name))
      types.set(name, named(name, enumOf(type), description, report.placeOf(astNode)));
    return { kind: "ref", name };
  }
  if (!isScalarType(type)) return { kind: "opaque", content: "json" };
  const found = scalarNamed(type.name, type.specifiedByURL ?? undefined);
  if (found !== undefined) return found;
  const message =
    `nobody says what the scalar ${type.name} holds: it is JSON of any shape; say it by ` +
    "`@specifiedBy` with a type of XML Schema";
  report.add("warning", "unknown-scalar", report.placeOf(type.astNode), message);
  return { kind: "opaque", content: "json" };
}

function enumOf(type: GraphQLEnumType): EnumType {
  const values = type.getValues().map(({ name }) => ({ value: name }));
  return { kind: "enum", values, open: false, spelling: "string" };
}

/** In its lexical form; undefined: it is no single value, and the service sees to it. */
function defaultOf(
  { types }: TypeScope,
  given: Type,
  value: ValueNode | undefined,
): string | undefined {
  if (value === undefined || !("value" in value)) return undefined;
  const type = given.kind === "ref" ? types.get(given.name)?.type : given;
  if (type === undefined || ["record", "union", "list", "map", "opaque"].includes(type.kind)) {
    return undefined;
  }
  const text = String(value.value);
  return compileScalarText(type as ScalarType | EnumType).read(text) === undefined
    ? undefined
    : text;
}

/** Fields of the contract have no mark of their own for what is deprecated. */
export function documentationOf({
  description,
  deprecationReason,
}: Pick<InputPlace, "description" | "deprecationReason">): string | undefined {
  const deprecated = deprecationReason ? `Deprecated: ${deprecationReason}` : "";
  return [description ?? "", deprecated].filter((one) => one !== "").join("\n\n") || undefined;
}
