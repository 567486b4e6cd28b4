/** Bindings that speak of members by their names, when these get others. */
import type { Contract, Operation, RestBinding, RestResponse, SoapBinding } from "./contract.ts";
import { fieldsOf, resolve } from "./resolve.ts";
import type { Type } from "./types.ts";

export interface Renamed {
  /** Old names to new ones, the same included. */
  readonly fields: ReadonlyMap<string, string>;
  /** Of fields that are unions, by the old name of the field. */
  readonly variants: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

interface Directions {
  readonly input: readonly Renamed[];
  readonly output: readonly Renamed[];
  /** Keys that lead from the input to a member inside of it. */
  readonly keys: (keys: readonly string[]) => readonly string[];
}

/** @param renamedIn what became of the members of a record, and of those that it extends. */
export function renameKeys(
  contract: Contract,
  type: Type,
  renamedIn: (type: Type) => readonly Renamed[],
  keys: readonly string[],
): readonly string[] {
  let at: Type | undefined = type;
  let variants: ReadonlyMap<string, string> | undefined;
  return keys.map((key) => {
    const holder: Type | undefined = at && resolve(contract, at);
    if (at === undefined || holder === undefined) return key;
    if (holder.kind === "union") {
      at = holder.variants.find(({ name }) => name === key)?.type;
      return variants?.get(key) ?? key;
    }
    const renamed = renamedIn(at);
    const fields = holder.kind === "record" ? fieldsOf(contract, holder) : [];
    at = fields.find(({ name }) => name === key)?.type;
    variants = renamed.find((one) => one.variants.has(key))?.variants.get(key);
    return nameIn(renamed, key);
  });
}

export function renameBinding(
  {
    rest,
    soap,
  }: { readonly rest: RestBinding | undefined; readonly soap: SoapBinding | undefined },
  renamed: Directions,
): Pick<Operation, "rest" | "soap"> {
  return {
    ...(rest === undefined ? {} : { rest: renameRest(rest, renamed) }),
    ...(soap === undefined ? {} : { soap: renameSoap(soap, renamed) }),
  };
}

/** A parameter or the body: where it stands in the input. */
interface Member {
  readonly field: string | undefined;
  readonly within?: readonly string[];
}

function renameRest(rest: RestBinding, directions: Directions): RestBinding {
  const { input, output, keys } = directions;
  const { parameters, body, success, aliases } = rest;
  const response = <Response extends RestResponse>(one: Response): Response => {
    const { field, variant } = one;
    if (typeof field !== "string") return one;
    const name = nameIn(output, field);
    return variant === undefined
      ? { ...one, field: name }
      : { ...one, field: name, variant: variantIn(output, field, variant) };
  };
  const also = success.also && { also: success.also.map(response) };
  const member = <Placed extends Member>(one: Placed): Placed => {
    if (one.field === undefined) return one;
    if (one.within === undefined) return { ...one, field: nameIn(input, one.field) };
    const [field = "", ...within] = keys([one.field, ...one.within]);
    return { ...one, field, within };
  };
  return {
    ...rest,
    parameters: parameters.map(member),
    body: body && member(body),
    success: { ...response(success), ...also },
    ...(aliases && { aliases: aliases.map((one) => renameRest(one, directions)) }),
  };
}

function renameSoap(soap: SoapBinding, { input, output }: Directions): SoapBinding {
  const { attachments } = soap;
  if (attachments === undefined) return soap;
  return {
    ...soap,
    attachments: {
      input: attachments.input.map((name) => nameIn(input, name)),
      output: attachments.output.map((name) => nameIn(output, name)),
    },
  };
}

function nameIn(renamed: readonly Renamed[], name: string): string {
  return renamed.find(({ fields }) => fields.has(name))?.fields.get(name) ?? name;
}

function variantIn(renamed: readonly Renamed[], field: string, variant: string): string {
  const variants = renamed.find(({ fields }) => fields.has(field))?.variants.get(field);
  return variants?.get(variant) ?? variant;
}
