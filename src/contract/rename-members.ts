/** Bindings that speak of members by their names, when these get others. */
import type { Operation, RestBinding, RestResponse, SoapBinding } from "./contract.ts";

export interface Renamed {
  /** Old names to new ones, the same included. */
  readonly fields: ReadonlyMap<string, string>;
  /** Of fields that are unions, by the old name of the field. */
  readonly variants: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

interface Directions {
  readonly input: readonly Renamed[];
  readonly output: readonly Renamed[];
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

function renameRest(rest: RestBinding, { input, output }: Directions): RestBinding {
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
  return {
    ...rest,
    parameters: parameters.map((one) => ({ ...one, field: nameIn(input, one.field) })),
    body: body?.field === undefined ? body : { ...body, field: nameIn(input, body.field) },
    success: { ...response(success), ...also },
    ...(aliases && { aliases: aliases.map((one) => renameRest(one, { input, output })) }),
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
