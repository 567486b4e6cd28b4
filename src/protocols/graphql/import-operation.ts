/** One operation of GraphQL, as it is declared or derived for a field of the root. */
import {
  GraphQLNonNull,
  isInputType,
  isNonNullType,
  Kind,
  OperationTypeNode,
  typeFromAST,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type NamedTypeNode,
  type OperationDefinitionNode,
} from "graphql";
import type { SourcePlace } from "#base/diagnostic.ts";
import type { GraphQlBinding, Message, Operation } from "#contract/contract.ts";
import type { Field, NamedType, RecordType, RefType, TypeName } from "#contract/types.ts";
import type { Inputs } from "./import-input.ts";
import type { Outputs } from "./import-output.ts";
import type { Report } from "./import-report.ts";
import { TooMuchSelected, type Selected } from "./selection-fields.ts";

export interface OperationScope {
  readonly schema: GraphQLSchema;
  readonly report: Report;
  readonly types: ReadonlyMap<TypeName, NamedType>;
  readonly inputs: Inputs;
  readonly outputs: Outputs;
}

export interface OperationSource {
  readonly id: string;
  readonly definition: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** What is sent. */
  readonly document: string;
  readonly origin: SourcePlace | undefined;
}

/** Where a result is no record of its own, it is the one field of the output. */
const resultName = "result";

/** Undefined: it selects nothing that could be told. */
export function importOperation(
  scope: OperationScope,
  source: OperationSource,
): Operation | undefined {
  const { id, definition, document, origin } = source;
  const root = scope.schema.getRootType(definition.operation);
  const name = definition.name?.value;
  if (!root || name === undefined) return undefined;
  try {
    scope.outputs.restart();
    const selected = selectedOf(scope, root, source);
    if (selected.length === 0) return undefined;
    const [only] = selected;
    const field = selected.length === 1 ? root.getFields()[fieldName(definition)] : undefined;
    const output = outputOf(scope, id, selected);
    return {
      id,
      ...(field?.description ? { documentation: field.description } : {}),
      ...((field?.deprecationReason ?? "") === "" ? {} : { deprecated: true }),
      ...kindOf(definition.operation),
      input: { type: { kind: "record", fields: inputsOf(scope, source, field) }, headers: [] },
      output: output.message,
      faults: [],
      graphql: {
        document,
        operation: name,
        key: output.isWhole ? undefined : only?.key,
        result: output.result,
      },
      ...(origin === undefined ? {} : { origin }),
    };
  } catch (error) {
    if (!(error instanceof TooMuchSelected)) throw error;
    scope.report.add("error", "too-much-selected", origin, `${id} selects more than can be read`);
    return undefined;
  }
}

function kindOf(operation: OperationTypeNode): Pick<Operation, "mode" | "safety"> {
  const { QUERY, SUBSCRIPTION } = OperationTypeNode;
  if (operation === SUBSCRIPTION) return { mode: "server-stream", safety: "safe" };
  return { mode: "unary", safety: operation === QUERY ? "safe" : "unsafe" };
}

function selectedOf(
  { outputs }: OperationScope,
  root: GraphQLObjectType,
  { definition, fragments }: OperationSource,
): readonly Selected[] {
  return outputs.fieldsOn(root, { sets: [definition.selectionSet], fragments });
}

/** Of the first field; "" when fragments lead to it. */
function fieldName({ selectionSet }: OperationDefinitionNode): string {
  const [first] = selectionSet.selections;
  return first?.kind === Kind.FIELD ? first.name.value : "";
}

interface Output {
  readonly message: Message;
  readonly result: GraphQlBinding["result"];
  /** The output is the data itself. */
  readonly isWhole: boolean;
}

/** An object is the output itself: its absence is a fault, as whoever asks for it expects. */
function outputOf(
  { outputs, types }: OperationScope,
  id: string,
  selected: readonly Selected[],
): Output {
  const owner = id.charAt(0).toUpperCase() + id.slice(1);
  const [only] = selected;
  const message = (type: RecordType | RefType): Message => ({ type, headers: [] });
  if (only === undefined || selected.length > 1 || only.isConditional) {
    const fields = selected.map((one) => outputs.fieldOf(one, owner));
    return { message: message({ kind: "record", fields }), result: undefined, isWhole: true };
  }
  const type = outputs.typeOf(only, `${owner}Result`);
  if (type.kind === "ref" && types.get(type.name)?.type.kind === "record") {
    return { message: message(type), result: undefined, isWhole: false };
  }
  const nullable = !isNonNullType(only.field.type);
  const field: Field = { name: resultName, type, presence: "required", nullable };
  return {
    message: message({ kind: "record", fields: [field] }),
    result: resultName,
    isWhole: false,
  };
}

/** Variables are the input; what the arguments that they are for say holds for them, too. */
function inputsOf(
  { schema, inputs, report }: OperationScope,
  { definition }: OperationSource,
  field: GraphQLField<unknown, unknown> | undefined,
): readonly Field[] {
  const [first] = definition.selectionSet.selections;
  const given = first?.kind === Kind.FIELD ? (first.arguments ?? []) : [];
  return (definition.variableDefinitions ?? []).flatMap((declared) => {
    const type = typeFromAST(schema, declared.type as NamedTypeNode);
    if (!isInputType(type)) return [];
    const name = declared.variable.name.value;
    const use = given.find(
      ({ value: one }) => one.kind === Kind.VARIABLE && one.name.value === name,
    );
    const argument = field?.args.find((one) => one.name === use?.name.value);
    const usual = declared.defaultValue ?? argument?.astNode?.defaultValue;
    // Where an argument is never null, no null may stand for it.
    const isNever = argument !== undefined && isNonNullType(argument.type);
    const own = isNever && !isNonNullType(type) ? new GraphQLNonNull(type) : type;
    const origin = report.placeOf(declared) ?? report.placeOf(argument?.astNode);
    const { description, deprecationReason } = argument ?? {};
    return [
      inputs.fieldOf({
        ...{ name, type: own, defaultValue: usual, description, deprecationReason, origin },
      }),
    ];
  });
}
