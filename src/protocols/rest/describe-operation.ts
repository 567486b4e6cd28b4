/** One operation as OpenAPI has it: parameters, bodies, responses. */
import { takesStream } from "#call/problems.ts";
import type { HeaderField, Operation } from "#contract/contract.ts";
import { findMember } from "#contract/member-path.ts";
import type { Field } from "#contract/types.ts";
import { describeField } from "#formats/json-schema/describe-record.ts";
import { behind, compact, withOwn, type Schema } from "#formats/json-schema/describe-scope.ts";
import type { RestDescribeScope } from "./describe-faults.ts";
import { bodyContentsOf, contentsOf } from "./describe-contents.ts";
import { inheritedFields } from "./describe-fields.ts";
import { describeParameters, withoutText } from "./describe-parameters.ts";
import {
  bodySchema,
  describeHeader,
  describeResponses,
  ownContents,
  plainXml,
} from "./describe-responses.ts";
import { safetyOf } from "./import-operation.ts";
import { inputMediaTypes } from "./stream-forms.ts";

/** @param names of the variables in its path, as the document has them. */
export function describeOperation(
  scope: RestDescribeScope,
  operation: Operation,
  names: readonly string[],
): Schema {
  const { id, documentation, deprecated, rest, input, mode, safety } = operation;
  if (mode !== "unary" && mode !== "server-stream")
    scope.lose("mode-lost", `that ${id} is ${mode}`);
  const headers = input.headers.map((header) => describeHeaderParameter(scope, header));
  if (headers.length > 0) scope.lose("header-as-parameter", `that headers of ${id} are no fields`);
  const parameters = [...describeParameters(scope, operation, names), ...headers];
  const described = compact({
    operationId: id,
    description: documentation,
    deprecated,
    parameters: parameters.length === 0 ? undefined : parameters,
    requestBody: rest === undefined ? ownBody(scope, operation) : restBody(scope, operation),
    responses: describeResponses(scope, operation),
  });
  const byMethod = safetyOf(rest?.method ?? "POST");
  return withOwn(described, { safety: safety === byMethod ? undefined : safety });
}

/** The same operation at another address. @param of the id of the operation. */
export function describeAlias(
  scope: RestDescribeScope,
  alias: Operation,
  names: readonly string[],
  of: string,
): Schema {
  return withOwn(describeOperation(scope, alias, names), { twin: of });
}

/** A safe operation of simple fields by GET, its fields in the query. */
export function describeTwin(scope: RestDescribeScope, operation: Operation): Schema | undefined {
  if (operation.rest !== undefined || operation.safety !== "safe") return undefined;
  if (takesStream(operation)) return undefined;
  const fields = inheritedFields(scope, operation.input.type);
  if (!fields.every((field) => isSimple(scope, field))) return undefined;
  const { id, documentation, deprecated } = operation;
  const parameters = fields.map((field) =>
    compact({
      name: field.jsonName ?? field.name,
      in: "query",
      required: field.presence === "required" ? true : undefined,
      description: field.documentation,
      schema: describeField(scope, { ...withoutText(field), xml: plainXml(field) }, ""),
    }),
  );
  const described = compact({
    operationId: `${id}ByQuery`,
    description: documentation,
    deprecated,
    parameters: parameters.length === 0 ? undefined : parameters,
    responses: describeResponses(scope, operation),
  });
  return withOwn(described, { twin: id });
}

function isSimple(scope: RestDescribeScope, field: Field): boolean {
  const { kind } = behind(scope, field.type);
  return !["record", "union", "list", "map", "opaque"].includes(kind) && !field.nullable;
}

function describeHeaderParameter(scope: RestDescribeScope, header: HeaderField): Schema {
  return { name: header.http ?? header.name, in: "header", ...describeHeader(scope, header) };
}

function restBody(scope: RestDescribeScope, operation: Operation): Schema | undefined {
  const { input, rest } = operation;
  if (rest?.body === undefined) return undefined;
  const { field: name, within = [], required, contents } = rest.body;
  const keys = name === undefined ? [] : [name, ...within];
  const field = findMember(scope.contract, input.type, keys)?.field;
  const schema = name === undefined ? scope.type(input.type) : field && bodySchema(scope, field);
  return compact({
    description: field?.documentation,
    required: required ? true : undefined,
    content: takesStream(operation)
      ? inputsOf(schema ?? {})
      : bodyContentsOf(contents, schema ?? {}, operation.id),
  });
}

/** Inputs that come one by one. */
function inputsOf(item: Schema): Schema {
  return Object.fromEntries(inputMediaTypes.map((mediaType) => [mediaType, { itemSchema: item }]));
}

function ownBody(scope: RestDescribeScope, operation: Operation): Schema {
  if (takesStream(operation)) {
    return { required: true, content: inputsOf(scope.type(operation.input.type)) };
  }
  const contents = ownContents(operation, "input", scope.contract.namespace);
  const content = contentsOf(contents, scope.type(operation.input.type), operation.id);
  const fields = inheritedFields(scope, operation.input.type);
  const isRequired = fields.some(({ presence }) => presence === "required");
  return { ...(isRequired ? { required: true } : {}), content };
}
