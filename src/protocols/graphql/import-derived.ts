/** Operations that nobody has declared: one for each field of the root. */
import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isNonNullType,
  OperationTypeNode,
  parse,
  type GraphQLField,
  type OperationDefinitionNode,
} from "graphql";
import type { Operation } from "#contract/contract.ts";
import { createNumbering } from "#contract/numbering.ts";
import { importOperation, type OperationScope } from "./import-operation.ts";
import type { DeriveSelection } from "./selection.ts";

const kinds = [
  OperationTypeNode.QUERY,
  OperationTypeNode.MUTATION,
  OperationTypeNode.SUBSCRIPTION,
] as const;

/** @param taken by what is declared, which stands in the place of what would be derived. */
export function derivedOperations(
  scope: OperationScope,
  derive: DeriveSelection,
  taken: ReadonlySet<string>,
): readonly Operation[] {
  const take = createNumbering();
  return kinds.flatMap((kind) =>
    Object.values(scope.schema.getRootType(kind)?.getFields() ?? {}).flatMap((field) => {
      if (taken.has(field.name)) return [];
      return deriveOperation(scope, derive, kind, field, take(field.name)) ?? [];
    }),
  );
}

function deriveOperation(
  scope: OperationScope,
  derive: DeriveSelection,
  kind: OperationTypeNode,
  field: GraphQLField<unknown, unknown>,
  id: string,
): Operation | undefined {
  const { name, args, type, astNode } = field;
  const named = getNamedType(type);
  const { text, leftOut } = isCompositeType(named) ? derive(named) : { text: "", leftOut: [] };
  const origin = scope.report.placeOf(astNode);
  if (leftOut.length > 0) {
    const message =
      `operation ${id} does not ask for ${leftOut.join(", ")}; ` +
      "declare an operation of that name to choose what it asks for";
    scope.report.add("info", "selection-derived", origin, message);
  }
  const variables = args.map((arg) => {
    // What has a default may be absent, also where it is never null.
    const mayBeAbsent = isNonNullType(arg.type) && arg.defaultValue !== undefined;
    return `$${arg.name}: ${String(mayBeAbsent ? getNullableType(arg.type) : arg.type)}`;
  });
  const given = args.map((arg) => `${arg.name}: $${arg.name}`);
  const inParentheses = (parts: readonly string[]): string =>
    parts.length === 0 ? "" : `(${parts.join(", ")})`;
  const asked = `${name}${inParentheses(given)}${text === "" ? "" : ` ${text}`}`;
  const document = `${kind} ${id}${inParentheses(variables)} { ${asked} }`;
  const [definition] = parse(document, { noLocation: true }).definitions as [
    OperationDefinitionNode,
  ];
  return importOperation(scope, { id, definition, fragments: new Map(), document, origin });
}
