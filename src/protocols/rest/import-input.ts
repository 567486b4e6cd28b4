/** The input of an operation: parameters are fields, and so is a body beside them. */
import type { Message, RestBinding, RestBody, RestParameter } from "#contract/contract.ts";
import { cutPath } from "#contract/path-segments.ts";
import type { Field } from "#contract/types.ts";
import { textAt, placeOf, type Located } from "#formats/json-schema/located.ts";
import { opaqueJson } from "#formats/json-schema/scope.ts";
import { cleanName, unique } from "#formats/json-schema/type-names.ts";
import { bodyField, readContents } from "./import-contents.ts";
import type { ImportScope } from "./import-scope.ts";
import type { OperationView, ParameterView } from "./import-view.ts";

export interface ReadInput {
  readonly input: Message;
  readonly binding: Pick<RestBinding, "parameters" | "body">;
}

export function readInput(scope: ImportScope, view: OperationView, id: string): ReadInput {
  const inPath = cutPath(view.path).variables.map(({ name }) => name);
  const taken = new Map<string, number>();
  const fields: Field[] = [];
  const parameters: RestParameter[] = [];
  for (const parameter of withPathParameters(scope, view, inPath)) {
    const field = readParameter(scope, parameter, taken);
    fields.push(field);
    const { name, in: where, style, explode, content } = parameter;
    const json = content === undefined ? {} : { content };
    parameters.push({ field: field.name, name, in: where, style, explode, ...json });
  }
  const body = readBody(scope, view, id);
  if (body === undefined) {
    return { input: message(fields), binding: { parameters, body: undefined } };
  }
  const { required, contents, read, documentation } = body;
  if (fields.length === 0 && read.record !== undefined) {
    const own: RestBody = { field: undefined, required, contents };
    return { input: { type: read.record, headers: [] }, binding: { parameters, body: own } };
  }
  const name = unique("body", taken);
  const described = documentation === undefined ? {} : { documentation };
  fields.push(bodyField(scope, read, { name, required, ...described }));
  return {
    input: message(fields),
    binding: { parameters, body: { field: name, required, contents } },
  };
}

function message(fields: readonly Field[]): Message {
  return { type: { kind: "record", fields, xmlOrder: "all" }, headers: [] };
}

function readBody(scope: ImportScope, view: OperationView, id: string) {
  const { body, method } = view;
  if (body === undefined) return undefined;
  if (method === "GET" || method === "HEAD") {
    const text = `a body of ${method} has no meaning (RFC 9110 §9.3.1) and is left out`;
    scope.report.warning("body-left-out", body.at, text);
    return undefined;
  }
  const read = readContents(scope, body.contents, id);
  if (read === undefined) return undefined;
  const { required, documentation } = body;
  return { required, contents: read.contents, read, documentation };
}

/** What the path names and nobody describes is text; what it does not name has no place. */
function withPathParameters(
  scope: ImportScope,
  view: OperationView,
  inPath: readonly string[],
): readonly ParameterView[] {
  const kept = view.parameters.filter((parameter) => {
    if (parameter.in !== "path" || inPath.includes(parameter.name)) return true;
    const text = `the path has no {${parameter.name.slice(0, 100)}}; the parameter is left out`;
    scope.report.warning("parameter-not-in-path", parameter.at, text);
    return false;
  });
  for (const name of new Set(inPath)) {
    if (kept.some((parameter) => parameter.in === "path" && parameter.name === name)) continue;
    const text = `{${name.slice(0, 100)}} of the path is not described; taken as text`;
    scope.report.warning("parameter-not-described", view.at, text);
    kept.push({
      ...{ at: view.at, name, in: "path", required: true, schema: undefined },
      ...{ style: "simple", explode: false },
    });
  }
  return kept;
}

function readParameter(scope: ImportScope, view: ParameterView, taken: Map<string, number>): Field {
  const { at, name, required, schema, documentation } = view;
  const read = schema === undefined ? undefined : scope.schemas.read(schema);
  const field = unique(cleanName(name), taken);
  const fallback = read?.default;
  return {
    name: field,
    type:
      read?.type ??
      (view.content === "json" ? opaqueJson : { kind: "string", whitespace: "preserve" }),
    presence: required ? "required" : "optional",
    nullable: read?.nullable ?? false,
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(read?.sensitive === true ? { sensitive: true } : {}),
    ...(documentation === undefined ? describedBy(schema) : { documentation }),
    xml: { node: "element", name: field, namespace: "" },
    origin: placeOf(at),
  };
}

function describedBy(schema: Located | undefined): { readonly documentation?: string } {
  const documentation = schema && textAt(schema, "description");
  return documentation === undefined ? {} : { documentation };
}
