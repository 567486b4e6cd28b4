/** What an operation answers, as OpenAPI has it: its successes, then its faults. */
import type { HeaderField, Operation, RestContent, RestResponse } from "#contract/contract.ts";
import type { Field } from "#contract/types.ts";
import { describeField } from "#formats/json-schema/describe-record.ts";
import { behind, compact, type Schema } from "#formats/json-schema/describe-scope.ts";
import { withXml } from "#formats/json-schema/describe-xml.ts";
import { bodyContentsOf } from "./describe-contents.ts";
import { answersStream, framingOf, streamSuccess } from "./stream-forms.ts";
import { describeFaults, type RestDescribeScope } from "./describe-faults.ts";
import { inheritedFields } from "./describe-fields.ts";

export function describeResponses(scope: RestDescribeScope, operation: Operation): Schema {
  const { output, rest } = operation;
  const faults = describeFaults(scope, operation);
  if (output === undefined) return { "202": { description: "Accepted." }, ...faults };
  const contents = ownContents(operation, "output", scope.contract.namespace);
  const usual = answersStream(operation)
    ? streamSuccess(operation)
    : (rest?.success ?? { status: 200, field: undefined, contents });
  const responses = [usual, ...(usual.also ?? [])].map(
    (response) => [String(response.status), describeSuccess(scope, operation, response)] as const,
  );
  return { ...Object.fromEntries(responses), ...faults };
}

function describeSuccess(
  scope: RestDescribeScope,
  operation: Operation,
  response: RestResponse,
): Schema {
  const { output, id } = operation;
  const headers = Object.fromEntries(
    (output?.headers ?? []).map((header) => [
      header.http ?? header.name,
      describeHeader(scope, header),
    ]),
  );
  const { field: name, contents } = response;
  const field = output && fieldOf(scope, output.type, response);
  const schema =
    name === undefined && output !== undefined
      ? scope.type(output.type)
      : field && bodySchema(scope, field);
  return compact({
    description: field?.documentation ?? "The answer.",
    headers: Object.keys(headers).length === 0 ? undefined : headers,
    content:
      name === null
        ? undefined
        : answersStream(operation)
          ? describeItems(contents, schema ?? {})
          : bodyContentsOf(contents, schema ?? {}, `${id}Response`),
  });
}

function fieldOf(
  scope: RestDescribeScope,
  type: Operation["input"]["type"],
  { field: name, variant: chosen }: RestResponse,
): Field | undefined {
  const field = inheritedFields(scope, type).find((one) => one.name === name);
  const union = field && behind(scope, field.type);
  if (chosen === undefined || union?.kind !== "union") return field;
  const variant = union.variants.find((one) => one.name === chosen);
  if (variant === undefined) return undefined;
  const { type: own, nullable = false, xml } = variant;
  const presence = "required";
  return { name: chosen, type: own, presence, nullable, ...(xml === undefined ? {} : { xml }) };
}

/** One by one, or all in an array, which import leaves out. */
function describeItems(contents: readonly RestContent[], item: Schema): Schema {
  const described = contents.map(({ mediaType, format, wholeEvents }) => {
    const isData = framingOf(mediaType) === "events" && wholeEvents !== true;
    const json = { contentMediaType: "application/json", contentSchema: item };
    const data = { type: "string", ...(format === "text" ? {} : json) };
    const event = { type: "object", properties: { data }, required: ["data"] };
    const isText = format === "text";
    return [mediaType, isText ? { schema: data } : { itemSchema: isData ? event : item }];
  });
  const array = { schema: { type: "array", items: item }, "x-parlance": "own" };
  return { ...Object.fromEntries(described), "application/json": array };
}

export function describeHeader(scope: RestDescribeScope, { type, required }: HeaderField): Schema {
  const { kind } = behind(scope, type);
  const schema = scope.type(type);
  const isNested = ["record", "union", "map", "opaque"].includes(kind);
  return {
    ...(required ? { required } : {}),
    ...(isNested ? { content: { "application/json": { schema } } } : { schema }),
  };
}

/** The field that is a body; of a list, the name is that of its items. */
export function bodySchema(scope: RestDescribeScope, field: Field): Schema {
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
export function ownContents(
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

export function plainXml(field: Field): NonNullable<Field["xml"]> {
  return { node: "element", name: field.jsonName ?? field.name, namespace: "" };
}
