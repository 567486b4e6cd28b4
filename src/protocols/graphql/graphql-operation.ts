/** What is compiled of an operation for GraphQL services: variables, data and errors. */
import { assert } from "#base/assert.ts";
import type { DocumentLimits } from "#base/limits.ts";
import type { Contract, GraphQlBinding, Operation } from "#contract/contract.ts";
import type { DocumentFault } from "#contract/document-fault.ts";
import { fieldsOf, resolve } from "#contract/resolve.ts";
import type { Field } from "#contract/types.ts";
import { createRecord, type ValueRecord } from "#contract/value.ts";
import { compileJsonReader } from "#formats/json/compile-reader.ts";
import { compileJsonWriter } from "#formats/json/compile-writer.ts";
import { createFaultDetails, type FaultDetails } from "./faults.ts";

export interface GraphqlOperation {
  /** Body of a request. */
  readonly write: (input: ValueRecord, headers: ValueRecord) => string;
  /** @param data as its text. Undefined: the service says that there is no such object. */
  readonly read: (
    data: string,
  ) => { readonly kind: "value"; readonly value: ValueRecord | undefined } | DocumentFault;
  readonly details: FaultDetails;
}

export function compileOperation(
  contract: Contract,
  operation: Operation,
  { document, operation: name, key, result }: GraphQlBinding,
  limits: DocumentLimits,
): GraphqlOperation {
  const head = `{"query":${JSON.stringify(document)},"operationName":${JSON.stringify(name)}`;
  // Many servers take whole numbers as numbers alone, and many more lose digits beyond 2^53.
  const writeInput = compileJsonWriter(contract, operation.input.type, { exactNumbers: "safe" });
  return {
    write: (input) => `${head},"variables":${writeInput(input)}}`,
    read: compileRead(contract, operation, { key, result }, limits),
    details: createFaultDetails(contract, operation),
  };
}

function compileRead(
  contract: Contract,
  { id, output }: Operation,
  { key, result }: Pick<GraphQlBinding, "key" | "result">,
  limits: DocumentLimits,
): GraphqlOperation["read"] {
  assert(output !== undefined, `${id}: every operation of GraphQL has an output`);
  const options = { unknownMembers: "drop", limits } as const;
  if (key === undefined) {
    const read = compileJsonReader(contract, output.type, options);
    return (data) => read(Buffer.from(data)) as ReturnType<GraphqlOperation["read"]>;
  }
  const record = resolve(contract, output.type);
  const fields = record.kind === "record" ? fieldsOf(contract, record) : [];
  const own = fields.find(({ name }) => name === result);
  assert(result === undefined || own !== undefined, `${id}: no field ${result} for the result`);
  const field: Field = {
    ...{ name: key, presence: "required" },
    ...{ type: own?.type ?? output.type, nullable: own?.nullable ?? true },
  };
  const read = compileJsonReader(contract, { kind: "record", fields: [field] }, options);
  return (data) => {
    const found = read(Buffer.from(data));
    if (found.kind === "fault") return found;
    const value = (found.value as ValueRecord)[key] ?? null;
    if (result === undefined) {
      return { kind: "value", value: value === null ? undefined : (value as ValueRecord) };
    }
    const whole = createRecord();
    whole[result] = value;
    return { kind: "value", value: whole };
  };
}
