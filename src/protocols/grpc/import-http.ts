/**
 * `google.api.http` (google/api/http.proto) as the REST addresses of an operation, as far as the
 * model can hold the rule; otherwise the operation keeps the address that any has.
 */
import type protobuf from "protobufjs";
import type { SourcePlace } from "#base/diagnostic.ts";
import type { Message, RestBinding, RestParameter } from "#contract/contract.ts";
import type { Field, NamedType, Type, TypeName } from "#contract/types.ts";
import type { ProtoReport } from "./import-report.ts";

interface HttpImport {
  readonly id: string;
  readonly method: protobuf.Method;
  readonly input: Message;
  readonly output: Message;
  readonly types: ReadonlyMap<TypeName, NamedType>;
  readonly report: ProtoReport;
  readonly origin: SourcePlace;
}

interface Rule {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly responseBody: string;
  /** Of the additional_bindings. */
  readonly more: readonly Rule[];
}

export function importHttpRule(importing: HttpImport): RestBinding | undefined {
  const rule = ruleOf(importing.method);
  if (rule === undefined) return undefined;
  const binding = bindingOf(importing, rule);
  const { id, report, origin } = importing;
  if (typeof binding === "string") {
    const kept = `it keeps POST /{service}/${id}`;
    const message = `the http rule ${rule.method} ${rule.path} of ${id} is not offered: ${binding}`;
    report.add("http-rule-left-out", "info", `${message}; ${kept}`, origin);
    return undefined;
  }
  const aliases = rule.more.flatMap((one): readonly RestBinding[] => {
    const alias = bindingOf(importing, one);
    if (typeof alias !== "string") return [alias];
    const message = `the additional binding ${one.method} ${one.path} of ${id} is not offered: `;
    report.add("http-rule-left-out", "info", message + alias, origin);
    return [];
  });
  return aliases.length === 0 ? binding : { ...binding, aliases };
}

const verbs = ["get", "put", "post", "delete", "patch"] as const;

function ruleOf({ parsedOptions }: protobuf.Method): Rule | undefined {
  const options = (parsedOptions ?? []) as readonly Record<string, unknown>[];
  const found = options.find((option) => option["(google.api.http)"] !== undefined);
  return readRule(found?.["(google.api.http)"]);
}

/** Rules within rules have none themselves (google/api/http.proto, additional_bindings). */
function readRule(given: unknown): Rule | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const rule = given as Record<string, unknown>;
  const text = (name: string): string => {
    const value = rule[name];
    return typeof value === "string" ? value : "";
  };
  const additional: readonly unknown[] = [rule["additional_bindings"] ?? []].flat();
  const more = additional.flatMap((one) => readRule(one) ?? []);
  const common = { body: text("body"), responseBody: text("response_body"), more };
  const verb = verbs.find((one) => text(one) !== "");
  if (verb !== undefined) return { ...common, method: verb.toUpperCase(), path: text(verb) };
  const custom = rule["custom"] as Record<string, unknown> | undefined;
  const { kind, path } = custom ?? {};
  if (typeof kind !== "string" || typeof path !== "string") return undefined;
  return { ...common, method: kind.toUpperCase(), path };
}

const variable = /\{([^{}=]+)(?:=([^{}]*))?\}/g;

/** @returns why it cannot be. */
function bindingOf(importing: HttpImport, rule: Rule): RestBinding | string {
  const fields = fieldsOf(importing);
  if (fields === undefined) return "the message has fields of its own only";
  if (importing.method.requestStream === true) return "its inputs come one by one";
  if (!/^[A-Z]+$/.test(rule.method)) return "its method is none";
  const named = new Map(fields.map((field) => [field.name, field]));
  const inPath: RestParameter[] = [];
  for (const [, name = "", pattern] of rule.path.matchAll(variable)) {
    const field = named.get(name);
    if (field === undefined) return `{${name}} is no field of the message itself`;
    if (!isScalar(importing, field.type)) return `{${name}} is no scalar`;
    if (pattern !== undefined && pattern !== "*") return `{${name}} has a pattern, ${pattern}`;
    inPath.push(parameter(field, "path"));
  }
  const path = rule.path.replaceAll(variable, "{$1}");
  if (!/^\/(?:[\w.~%:@!$&'()*+,;=/-]|\{[\w]+\})*$/.test(path)) return "its path is none";
  const rest = fields.filter(({ name }) => !inPath.some(({ field }) => field === name));
  const response = responseField(importing, rule);
  if (response === null) return `response_body ${rule.responseBody} is no field of the answer`;
  const success = { status: 200, field: response, contents: [json] };
  const common = { method: rule.method, path, success };
  if (rule.body === "") {
    const odd = rest.find(({ type }) => !isQuery(importing, type));
    if (odd !== undefined) return `${odd.name} cannot stand in a query`;
    const inQuery = rest.map((field) => parameter(field, "query"));
    return { ...common, parameters: [...inPath, ...inQuery], body: undefined };
  }
  if (rule.body === "*") {
    const body = { field: undefined, required: true, contents: [json] };
    return { ...common, parameters: inPath, body };
  }
  const held = named.get(rule.body);
  if (held === undefined) return `body ${rule.body} is no field of the message`;
  const beside = rest.filter((field) => field !== held);
  const odd = beside.find(({ type }) => !isQuery(importing, type));
  if (odd !== undefined) return `${odd.name} cannot stand in a query`;
  const inQuery = beside.map((field) => parameter(field, "query"));
  const body = { field: held.name, required: held.presence === "required", contents: [json] };
  return { ...common, parameters: [...inPath, ...inQuery], body };
}

const json = { mediaType: "application/json", format: "json" } as const;

/** Undefined: the whole answer is the body; null: what is named is no field. */
function responseField(
  { output, types }: HttpImport,
  { responseBody }: Rule,
): string | undefined | null {
  if (responseBody === "") return undefined;
  const fields = fieldsOf({ input: output, types });
  return fields?.some(({ name }) => name === responseBody) === true ? responseBody : null;
}

function fieldsOf({
  input,
  types,
}: Pick<HttpImport, "input" | "types">): readonly Field[] | undefined {
  const { type } = input;
  const found = type.kind === "ref" ? types.get(type.name)?.type : type;
  return found?.kind === "record" ? found.fields : undefined;
}

function parameter(field: Field, where: "path" | "query"): RestParameter {
  const style = where === "path" ? "simple" : "form";
  const name = field.jsonName ?? field.name;
  const isPath = where === "path";
  return {
    field: field.name,
    name: isPath ? field.name : name,
    in: where,
    style,
    explode: !isPath,
  };
}

function isScalar({ types }: HttpImport, type: Type): boolean {
  const found = type.kind === "ref" ? types.get(type.name)?.type : type;
  const composed = ["record", "union", "list", "map", "opaque"];
  return found !== undefined && !composed.includes(found.kind);
}

function isQuery(importing: HttpImport, type: Type): boolean {
  return isScalar(importing, type.kind === "list" ? type.item : type);
}
