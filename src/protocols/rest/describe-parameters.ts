/**
 * Parameters of an operation as OpenAPI has them. A variable that is several segments is described
 * by them, since a parameter of a path holds no slash.
 */
import type { Operation, RestParameter } from "#contract/contract.ts";
import { findMember } from "#contract/member-path.ts";
import { cutPath, type PathSegments, type PathVariable } from "#contract/path-segments.ts";
import type { Field } from "#contract/types.ts";
import { describeField } from "#formats/json-schema/describe-record.ts";
import { compact, withOwn, type Schema } from "#formats/json-schema/describe-scope.ts";
import type { RestDescribeScope } from "./describe-faults.ts";
import { plainXml } from "./describe-responses.ts";

/** @param names of the variables in its path, as the document has them. */
export function describeParameters(
  scope: RestDescribeScope,
  operation: Operation,
  names: readonly string[],
): readonly Schema[] {
  const { id, rest, input } = operation;
  if (rest === undefined) return [];
  const cut = cutPath(rest.path);
  return rest.parameters.flatMap((parameter): readonly Schema[] => {
    const { field: name, within = [], in: where } = parameter;
    const field = findMember(scope.contract, input.type, [name, ...within])?.field;
    if (field === undefined) return [];
    if (within.length > 0) {
      scope.lose("member-as-parameter", `that parameters of ${id} are members of its fields`);
    }
    const variable = where === "path" ? variableOf(cut, parameter) : undefined;
    if (variable?.pattern !== undefined) {
      return describeParts(scope, id, cut, { variable, field, names });
    }
    const [piece] = variable?.pieces ?? [];
    const named = typeof piece === "number" ? names[piece] : undefined;
    return [describeParameter(scope, { ...parameter, name: named ?? parameter.name }, field)];
  });
}

export function withoutText(field: Field): Field {
  const { documentation: _, ...rest } = field;
  return rest;
}

function variableOf({ variables }: PathSegments, { name }: RestParameter) {
  return variables.find((variable) => variable.name === name);
}

function describeParameter(
  scope: RestDescribeScope,
  { name, in: where, style, explode, content }: RestParameter,
  field: Field,
): Schema {
  const schema = describeField(scope, { ...withoutText(field), xml: plainXml(field) }, "");
  const isForm = style === "form" || style === "deepObject";
  return compact({
    name,
    in: where,
    required: where === "path" || field.presence === "required" ? true : undefined,
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
}

interface Parted {
  readonly variable: PathVariable;
  readonly field: Field;
  readonly names: readonly string[];
}

function describeParts(
  scope: RestDescribeScope,
  id: string,
  { rest, captures }: PathSegments,
  { variable, field, names }: Parted,
): readonly Schema[] {
  const { name, pattern = [], pieces } = variable;
  scope.lose("value-in-parts", `that ${name} of ${id} is one value, ${pattern.join("/")},`);
  const whole = pieces.map((one) => (typeof one === "string" ? one : `{${names[one]}}`)).join("/");
  return pieces.flatMap((piece): readonly Schema[] => {
    if (typeof piece === "string") return [];
    const isRest = rest && piece === captures.length - 1;
    const part = `${isRest ? "All that remains of the path, with its slashes: p" : "P"}art of `;
    const texts = [field.documentation ?? [], `${part}\`${name}\`, which is \`${whole}\`.`];
    const description = texts.flat().join("\n\n");
    const named = { name: names[piece], in: "path", required: true, description };
    const own = { of: name, whole, rest: isRest ? true : undefined };
    return [withOwn({ ...named, schema: { type: "string" } }, own)];
  });
}
