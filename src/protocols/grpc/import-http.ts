/**
 * `google.api.http` (google/api/http.proto) as the REST addresses of an operation, as far as the
 * model can hold the rule; otherwise the operation keeps the address that any has.
 */
import type protobuf from "protobufjs";
import type { SourcePlace } from "#base/diagnostic.ts";
import type { Message, RestBinding, RestParameter } from "#contract/contract.ts";
import { behind, fieldsOf, pathParameter, queryFields, type Types } from "./http-fields.ts";
import { parseHttpTemplate, wrong, type HttpRefusal } from "./http-template.ts";
import type { ProtoReport } from "./import-report.ts";

interface HttpImport {
  readonly id: string;
  readonly method: protobuf.Method;
  readonly input: Message;
  readonly output: Message;
  readonly types: Types;
  /** Its messages as they are declared. */
  readonly request: protobuf.Type;
  readonly response: protobuf.Type;
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
  const { id } = importing;
  const kept = `; it keeps POST /{service}/${id}`;
  const binding = bindingOf(importing, rule, "the http rule", kept);
  if (binding === undefined) return undefined;
  const aliases = rule.more.flatMap(
    (one) => bindingOf(importing, one, "the additional binding", "") ?? [],
  );
  return aliases.length === 0 ? binding : { ...binding, aliases };
}

/** Undefined: it cannot be, and a finding says why. */
function bindingOf(
  importing: HttpImport,
  rule: Rule,
  what: string,
  kept: string,
): RestBinding | undefined {
  const { id, report, origin } = importing;
  const read = readBinding(importing, rule);
  const named = `${what} ${rule.method} ${rule.path} of ${id}`;
  if ("reason" in read) {
    const { reason, isWrong } = read;
    const severity = isWrong ? "warning" : "info";
    const message = `${named} is not offered: ${reason}${kept}`;
    report.add("http-rule-left-out", severity, message, origin);
    return undefined;
  }
  const { binding, leftOut } = read;
  if (leftOut.length > 0) {
    const shown = leftOut.slice(0, shownMax).join(", ");
    const more = leftOut.length > shownMax ? ` and ${leftOut.length - shownMax} more` : "";
    const message = `${named} has no place for some fields in its query: ${shown}${more}`;
    report.add("http-field-left-out", "info", message, origin);
  }
  return binding;
}

const shownMax = 5;

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

interface ReadBinding {
  readonly binding: RestBinding;
  /** Fields that the address has no place for. */
  readonly leftOut: readonly string[];
}

function readBinding(importing: HttpImport, rule: Rule): ReadBinding | HttpRefusal {
  const { method, types, request, input } = importing;
  const fields = fieldsOf(types, request, input.type);
  if (!/^[A-Z]+$/.test(rule.method)) return wrong("its method is none");
  const template = parseHttpTemplate(rule.path);
  if ("reason" in template) return template;
  const inPath: RestParameter[] = [];
  for (const variable of template.variables) {
    const parameter = pathParameter(types, fields, variable);
    if ("reason" in parameter) return parameter;
    inPath.push(parameter);
  }
  if (method.requestStream === true) {
    const isInner = inPath.some(({ within }) => within !== undefined);
    const place = isInner ? "its path holds a part of each" : rule.body === "" && "it has no body";
    if (place !== false) {
      return { reason: `its inputs come one by one, and ${place}`, isWrong: false };
    }
  }
  const response = responseField(importing, rule);
  if (typeof response === "object") return response;
  const success = { status: 200, field: response, contents: [json] };
  const common = { method: rule.method, path: template.path, success };
  if (rule.body === "*") {
    const body = { field: undefined, required: true, contents: [json] };
    return { binding: { ...common, parameters: inPath, body }, leftOut: [] };
  }
  const held = rule.body === "" ? undefined : fields.find(({ name }) => name === rule.body);
  if (rule.body !== "" && held === undefined) {
    return wrong(`body ${rule.body} is no field of the message`);
  }
  const [field = "", ...within] = held?.keys ?? [];
  const beside = fields.filter((one) => one !== held);
  const query = queryFields(types, beside, inPath);
  if (query === undefined) {
    return { reason: "its query has too many parameters", isWrong: false };
  }
  const parameters = [...inPath, ...query.parameters];
  const required = held !== undefined && isRequired(importing, field);
  const inside = within.length === 0 ? {} : { within };
  const body = held && { field, ...inside, required, contents: [json] };
  return { binding: { ...common, parameters, body }, leftOut: query.leftOut };
}

function isRequired({ types, input }: HttpImport, name: string): boolean {
  const record = behind(types, input.type);
  const fields = record?.kind === "record" ? record.fields : [];
  return fields.some((one) => one.name === name && one.presence === "required");
}

const json = { mediaType: "application/json", format: "json" } as const;

/** Undefined: the whole answer is the body. */
function responseField(
  { output, types, response }: HttpImport,
  { responseBody }: Rule,
): string | undefined | HttpRefusal {
  if (responseBody === "") return undefined;
  const found = fieldsOf(types, response, output.type).find(({ name }) => name === responseBody);
  if (found === undefined) return wrong(`response_body ${responseBody} is no field of the answer`);
  const [field, variant] = found.keys;
  if (variant === undefined) return field;
  return { reason: `response_body ${responseBody} is one of the choice ${field}`, isWrong: false };
}
