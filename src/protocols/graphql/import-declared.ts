/** Operations that stand beside the schema, by their names, with the selection that they have. */
import {
  getNamedType,
  isCompositeType,
  Kind,
  NoUnusedFragmentsRule,
  print,
  separateOperations,
  specifiedRules,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
} from "graphql";
import type { Operation } from "#contract/contract.ts";
import { importOperation, type OperationScope } from "./import-operation.ts";
import { createSelectionReader, TooMuchSelected, typenameKey } from "./selection-fields.ts";

const rules = specifiedRules.filter((rule) => rule !== NoUnusedFragmentsRule);
const errorsMax = 50;

export function declaredOperations(
  scope: OperationScope,
  document: DocumentNode,
): readonly Operation[] {
  const { report, schema } = scope;
  if (document.definitions.length === 0) return [];
  const errors = validate(schema, document, rules, { maxErrors: errorsMax });
  report.addErrors("bad-operation", errors);
  if (errors.length > 0) return [];
  return Object.values(separateOperations(document)).flatMap((given) => {
    const own = given.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
    const origin = report.placeOf(own);
    if (own?.name === undefined) {
      report.add("error", "bad-operation", origin, "an operation has a name; this one has none");
      return [];
    }
    const whole = withTypenames(schema, given);
    const definition = whole.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
    if (definition === undefined) return [];
    const fragments = fragmentsIn(whole);
    const id = own.name.value;
    const operation = importOperation(scope, {
      ...{ id, definition, fragments, origin, document: print(whole) },
    });
    if (operation !== undefined) return [operation];
    report.add(
      "warning",
      "bad-operation",
      origin,
      `operation ${id} asks for nothing of the service`,
    );
    return [];
  });
}

function fragmentsIn({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  return new Map(
    definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
    ),
  );
}

/** Where several objects may stand, the answer has to tell which it is. */
function withTypenames(schema: GraphQLSchema, document: DocumentNode): DocumentNode {
  const reader = createSelectionReader(schema);
  const fragments = fragmentsIn(document);
  const info = new TypeInfo(schema);
  const enter = (node: FieldNode): FieldNode | undefined => {
    const { selectionSet } = node;
    const type = getNamedType(info.getType());
    if (selectionSet === undefined || !type || !isCompositeType(type)) return undefined;
    if (!reader.isNarrowed(type, { sets: [selectionSet], fragments })) return undefined;
    const name = { kind: Kind.NAME, value: typenameKey } as const;
    const selections = [{ kind: Kind.FIELD, name } as const, ...selectionSet.selections];
    return { ...node, selectionSet: { ...selectionSet, selections } };
  };
  try {
    return visit(document, visitWithTypeInfo(info, { Field: { enter } }));
  } catch (error) {
    // Whoever reads what is selected finds that it is too much, and says so.
    if (error instanceof TooMuchSelected) return document;
    throw error;
  }
}
