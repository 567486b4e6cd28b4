/** One operation as OpenAPI has it: parameters, bodies, responses. */
import type { HeaderField, Operation, RestContent } from "#contract/contract.ts";
import type { Field } from "#contract/types.ts";
import { describeField } from "#formats/json-schema/describe-record.ts";
import { behind, compact, withOwn, type Schema } from "#formats/json-schema/describe-scope.ts";
import { withXml } from "#formats/json-schema/describe-xml.ts";
import { describeFaults, type RestDescribeScope } from "./describe-faults.ts";
import { bodyContentsOf, contentsOf } from "./describe-contents.ts";
import { inheritedFields } from "./describe-fields.ts";
import { safetyOf } from "./import-operation.ts";

export function describeOperation(scope: RestDescribeScope, operation: Operation): Schema {
  const { id, documentation, deprecated, rest, input, mode, safety } = operation;
  if (mode !== "unary") scope.lose("mode-lost", `that ${id} is ${mode}`);
  const headers = input.headers.map((header) => describeHeaderParameter(scope, header));
  if (headers.length > 0) scope.lose("header-as-parameter", `that headers of ${id} are no fields`);
  const parameters = [...describeParameters(scope, operation), ...headers];
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

/** A safe operation of simple fields by GET, its fields in the query. */
export function describeTwin(scope: RestDescribeScope, operation: Operation): Schema | undefined {
  if (operation.rest !== undefined || operation.safety !== "safe") return undefined;
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

function plainXml(field: Field): NonNullable<Field["xml"]> {
  return { node: "element", name: field.jsonName ?? field.name, namespace: "" };
}

function withoutText(field: Field): Field {
  const { documentation: _, ...rest } = field;
  return rest;
}

function isSimple(scope: RestDescribeScope, field: Field): boolean {
  const { kind } = behind(scope, field.type);
  return !["record", "union", "list", "map", "opaque"].includes(kind) && !field.nullable;
}

function describeParameters(scope: RestDescribeScope, operation: Operation): readonly Schema[] {
  const { rest } = operation;
  const fields = inheritedFields(scope, operation.input.type);
  return (rest?.parameters ?? []).flatMap((parameter): readonly Schema[] => {
    const field = fields.find(({ name }) => name === parameter.field);
    if (field === undefined) return [];
    const { name, in: where, style, explode, content } = parameter;
    const schema = describeField(scope, { ...withoutText(field), xml: plainXml(field) }, "");
    const isForm = style === "form" || style === "deepObject";
    const described = compact({
      name,
      in: where,
      required: field.presence === "required" ? true : undefined,
      description: field.documentation,
      ...(content === "json"
        ? { content: { "application/json": { schema } } }
        : {
            style:
              style === (where === "query" || where === "cookie" ? "form" : "simple")
                ? undefined
                : style,
            explode: explode === isForm ? undefined : explode,
            schema,
          }),
    });
    return [described];
  });
}

function describeHeaderParameter(scope: RestDescribeScope, header: HeaderField): Schema {
  return { name: header.http ?? header.name, in: "header", ...describeHeader(scope, header) };
}

function describeHeader(scope: RestDescribeScope, { type, required }: HeaderField): Schema {
  const { kind } = behind(scope, type);
  const schema = scope.type(type);
  const isNested = ["record", "union", "map", "opaque"].includes(kind);
  return {
    ...(required ? { required } : {}),
    ...(isNested ? { content: { "application/json": { schema } } } : { schema }),
  };
}

function restBody(scope: RestDescribeScope, operation: Operation): Schema | undefined {
  const { input, rest } = operation;
  if (rest?.body === undefined) return undefined;
  const { field: name, required, contents } = rest.body;
  const field = inheritedFields(scope, operation.input.type).find((one) => one.name === name);
  const schema = name === undefined ? scope.type(input.type) : field && bodySchema(scope, field);
  return compact({
    description: field?.documentation,
    required: required ? true : undefined,
    content: bodyContentsOf(contents, schema ?? {}, operation.id),
  });
}

/** The field that is a body; of a list, the name is that of its items. */
function bodySchema(scope: RestDescribeScope, field: Field): Schema {
  const { documentation: _, jsonName: __, ...own } = field;
  const schema = scope.type(field.type);
  const items = schema["items"] as Schema | undefined;
  if (items === undefined || field.xml === undefined) {
    return describeField(scope, { ...own, xml: plainXml(field) }, "");
  }
  const { name, namespace, prefix } = field.xml;
  const word = typeof items["$ref"] === "string" ? items["$ref"].split("/").at(-1) : "item";
  const xml = {
    name: name === word ? undefined : name,
    namespace: namespace === "" ? undefined : namespace,
    prefix,
  };
  const bare = describeField(scope, { ...own, xml: plainXml(field) }, "");
  return { ...bare, items: withXml(bare["items"] as Schema, xml) };
}

/** Both faces of an operation that has no address of its own. */
function ownContents(
  operation: Operation,
  direction: "input" | "output",
  namespace: string,
): readonly RestContent[] {
  const suffix = direction === "input" ? "" : "Response";
  const root = operation.soap?.[direction] ?? { name: `${operation.id}${suffix}`, namespace };
  return [
    { mediaType: "application/json", format: "json" },
    { mediaType: "application/xml", format: "xml", xml: root },
  ];
}

function ownBody(scope: RestDescribeScope, operation: Operation): Schema {
  const contents = ownContents(operation, "input", scope.contract.namespace);
  const content = contentsOf(contents, scope.type(operation.input.type), operation.id);
  const fields = inheritedFields(scope, operation.input.type);
  const isRequired = fields.some(({ presence }) => presence === "required");
  return { ...(isRequired ? { required: true } : {}), content };
}

function describeResponses(scope: RestDescribeScope, operation: Operation): Schema {
  const { output, rest, id } = operation;
  const faults = describeFaults(scope, operation);
  if (output === undefined) return { "202": { description: "Accepted." }, ...faults };
  const headers = Object.fromEntries(
    output.headers.map((header) => [header.http ?? header.name, describeHeader(scope, header)]),
  );
  const contents =
    rest?.success.contents ?? ownContents(operation, "output", scope.contract.namespace);
  const name = rest === undefined ? undefined : rest.success.field;
  const record = behind(scope, output.type);
  const field =
    record.kind === "record" ? record.fields.find((one) => one.name === name) : undefined;
  const schema = name === undefined ? scope.type(output.type) : field && bodySchema(scope, field);
  const success = compact({
    description: field?.documentation ?? "The answer.",
    headers: output.headers.length === 0 ? undefined : headers,
    content: name === null ? undefined : bodyContentsOf(contents, schema ?? {}, `${id}Response`),
  });
  return { [String(rest?.success.status ?? 200)]: success, ...faults };
}
