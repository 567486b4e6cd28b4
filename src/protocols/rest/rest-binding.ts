/** Where operations stand in HTTP: as the contract has it, or by a rule when it says nothing. */
import type {
  Contract,
  Operation,
  QualifiedName,
  RestBinding,
  RestContent,
  RestParameter,
} from "#contract/contract.ts";
import type { Field } from "#contract/types.ts";
import { fieldsOf, resolve } from "#formats/json/resolve.ts";
import { answersStream, streamSuccess } from "./stream-forms.ts";

/** Without a binding of its own: `POST /{operation}`, the input as the body. */
export function bindingOf(contract: Contract, operation: Operation): RestBinding {
  const { id, output, rest } = operation;
  const isStream = answersStream(operation);
  if (rest !== undefined) return isStream ? { ...rest, success: streamSuccess(operation) } : rest;
  const contents = contentsOf(inputRoot(contract, operation));
  const binding = {
    method: "POST",
    path: `/${id}`,
    parameters: [],
    body: { field: undefined, required: false, contents },
  };
  if (isStream) return { ...binding, success: streamSuccess(operation) };
  return {
    ...binding,
    success: {
      status: output === undefined ? 202 : 200,
      field: output === undefined ? null : undefined,
      contents: output === undefined ? [] : contentsOf(outputRoot(contract, operation)),
    },
  };
}

/** The same operation under GET, with the fields of its input in the query. */
export function queryBindingOf(contract: Contract, operation: Operation): RestBinding {
  const parameters = fieldsOfMessage(contract, operation.input.type).map((field): RestParameter => {
    const { kind } = resolve(contract, field.type);
    const isMembers = kind === "record" || kind === "map";
    return {
      field: field.name,
      name: field.jsonName ?? field.name,
      in: "query",
      style: isMembers ? "deepObject" : "form",
      explode: true,
      ...(kind === "union" || kind === "opaque" ? { content: "json" as const } : {}),
    };
  });
  return { ...bindingOf(contract, operation), method: "GET", parameters, body: undefined };
}

function contentsOf(xml: QualifiedName): readonly RestContent[] {
  return [
    { mediaType: "application/json", format: "json" },
    { mediaType: "application/xml", format: "xml", xml },
  ];
}

export function inputRoot(contract: Contract, { id, soap }: Operation): QualifiedName {
  return soap?.input ?? { name: id, namespace: namespaceOf(contract) };
}

export function outputRoot(contract: Contract, { id, soap }: Operation): QualifiedName {
  return soap?.output ?? { name: `${id}Response`, namespace: namespaceOf(contract) };
}

/** XML of REST services has no namespaces unless their contract names them. */
export function namespaceOf({ dialect, namespace }: Contract): string {
  return dialect === "rest" ? "" : namespace;
}

export function fieldsOfMessage(
  contract: Contract,
  type: Operation["input"]["type"],
): readonly Field[] {
  const record = resolve(contract, type);
  return record.kind === "record" ? fieldsOf(contract, record) : [];
}
