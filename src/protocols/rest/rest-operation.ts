/** An operation's codecs for HTTP, the same for both directions; compiled when first needed. */
import type {
  Contract,
  HeaderField,
  Message,
  Operation,
  RestBinding,
  RestParameter,
  RestResponse,
} from "#contract/contract.ts";
import { assert } from "#base/assert.ts";
import { findMember, type MemberStep } from "#contract/member-path.ts";
import { cutPath } from "#contract/path-segments.ts";
import type { Field } from "#contract/types.ts";
import { resolve } from "#formats/json/resolve.ts";
import { bodySubject, compileBodies } from "./bodies.ts";
import type { BodiesOptions, BodyCodec } from "./body-codec.ts";
import { compileParameter, type ParameterCodec } from "./parameters.ts";
import type { PathValue } from "./path-values.ts";
import { fieldsOfMessage, inputRoot, outputRoot } from "./rest-binding.ts";
import { createReach, type Reach } from "./reached-fields.ts";

export interface RestOperation {
  readonly operation: Operation;
  readonly binding: RestBinding;
  readonly parameters: { readonly [where in RestParameter["in"]]: readonly ParameterCodec[] };
  /** In the order of the path. */
  readonly pathValues: readonly PathValue[];
  /** Names in the query, and of cookies, that belong to a parameter. */
  readonly claimed: ReadonlySet<string>;
  /** Second spellings in the query, with the first ones. */
  readonly otherNames: ReadonlyMap<string, string>;
  /** Which members the request can hold; undefined: all. */
  readonly reach: Reach | undefined;
  readonly inputHeaders: readonly ParameterCodec[];
  readonly outputHeaders: readonly ParameterCodec[];
  readonly requestBodies: readonly BodyCodec[];
  /** Where the body is in the input; undefined: it is the input itself, or there is none. */
  readonly bodySteps: readonly MemberStep[] | undefined;
  /** The usual one first. */
  readonly successes: readonly [RestResponseCodec, ...RestResponseCodec[]];
}

export interface RestResponseCodec extends RestResponse {
  /** Empty: it has no body. */
  readonly bodies: readonly BodyCodec[];
}

export function compileRestOperation(
  contract: Contract,
  operation: Operation,
  binding: RestBinding,
  options: Omit<BodiesOptions, "root">,
): RestOperation {
  const { input, output } = operation;
  const parameters = binding.parameters.map((parameter) => {
    const { field: name, within } = parameter;
    const keys = [name, ...(within ?? [])];
    const found = findMember(contract, input.type, keys);
    assert(found !== undefined, `${operation.id}: no field ${keys.join(".")} for a parameter`);
    return compileParameter(contract, parameter, found.field, within && found.steps);
  });
  const { body, success } = binding;
  const compileResponse = (response: RestResponse): RestResponseCodec => {
    if (output === undefined || response.field === null) return { ...response, bodies: [] };
    const subject = bodySubject(output.type, outputField(contract, output, response));
    const own = { ...options, root: outputRoot(contract, operation) };
    return { ...response, bodies: compileBodies(contract, subject, response.contents, own) };
  };
  const placed = (where: RestParameter["in"]) =>
    parameters.filter(({ parameter }) => parameter.in === where);
  const { variables } = cutPath(binding.path);
  const held =
    body?.field === undefined
      ? undefined
      : findMember(contract, input.type, [body.field, ...(body.within ?? [])]);
  return {
    operation,
    binding,
    parameters: {
      path: placed("path"),
      query: placed("query"),
      header: placed("header"),
      cookie: placed("cookie"),
    },
    pathValues: variables.map((variable) => ({
      codec: placed("path").find(({ parameter }) => parameter.name === variable.name),
      variable,
    })),
    claimed: new Set(binding.parameters.map(({ name }) => name)),
    otherNames: new Map(
      binding.parameters.flatMap(({ name, alsoNamed }) =>
        alsoNamed === undefined ? [] : [[alsoNamed, name] as const],
      ),
    ),
    reach: createReach(contract, input, binding),
    inputHeaders: compileHeaders(contract, input),
    outputHeaders: output === undefined ? [] : compileHeaders(contract, output),
    requestBodies:
      body === undefined
        ? []
        : compileBodies(contract, bodySubject(input.type, held?.field), body.contents, {
            ...options,
            root: inputRoot(contract, operation),
          }),
    bodySteps: held?.steps,
    successes: [compileResponse(success), ...(success.also ?? []).map(compileResponse)],
  };
}

function outputField(
  contract: Contract,
  output: Message,
  { field: name, variant: chosen }: RestResponse,
): Field | undefined {
  if (name === undefined) return undefined;
  const field = fieldsOfMessage(contract, output.type).find((one) => one.name === name);
  const union = field && resolve(contract, field.type);
  if (chosen === undefined || union?.kind !== "union") return field;
  const variant = union.variants.find((one) => one.name === chosen);
  assert(variant !== undefined, `no variant ${chosen} for a success`);
  const { type, nullable = false, xml } = variant;
  const presence = "required";
  return { name: chosen, type, presence, nullable, ...(xml === undefined ? {} : { xml }) };
}

/** Header fields are parameters of style simple. */
const nested: ReadonlySet<string> = new Set(["record", "union", "map", "opaque"]);

function compileHeaders(contract: Contract, message: Message): readonly ParameterCodec[] {
  return message.headers.map(({ name, type, required, http }: HeaderField) => {
    const presence = required ? "required" : "optional";
    const field: Field = { name, type, presence, nullable: false };
    const parameter: RestParameter = {
      field: name,
      name: http ?? name,
      in: "header",
      style: "simple",
      explode: false,
      // Headers of SOAP have parts, which are JSON in ours, as we describe them.
      ...(http === undefined && nested.has(resolve(contract, type).kind)
        ? { content: "json" as const }
        : {}),
    };
    const codec = compileParameter(contract, parameter, field);
    return http === undefined ? { ...codec, fieldSpelling: "extended" } : codec;
  });
}
