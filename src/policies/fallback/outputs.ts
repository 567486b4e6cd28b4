/** Answers of operations from JSON: an example of the contract's, or what an operator wrote. */
import type { Answer } from "#call/call.ts";
import type { Contract, Operation, RestResponse } from "#contract/contract.ts";
import { withLine } from "#contract/document-fault.ts";
import { fieldsOf, resolve } from "#contract/resolve.ts";
import type { RecordType, Type } from "#contract/types.ts";
import { createRecord, type ValueRecord } from "#contract/value.ts";
import { compileJsonReader } from "#formats/json/compile-reader.ts";

export type Made = { readonly answer: Answer } | { readonly wrong: string };

/** @param json the body, as a service that speaks REST answers; else the output record. */
export function answerOf(
  contract: Contract,
  operation: Operation,
  json: Buffer,
  response: RestResponse | undefined = operation.rest?.success,
): Made {
  const { output } = operation;
  if (output === undefined || operation.mode !== "unary") {
    return { wrong: `${operation.id} has not one answer` };
  }
  const record = resolve(contract, output.type) as RecordType;
  const { field: name, variant } = response ?? {};
  if (name === null) return made({});
  const field = fieldsOf(contract, record).find((one) => one.name === name);
  const type = field === undefined ? output.type : variantOf(contract, field.type, variant);
  const nullable = field?.nullable === true;
  const read = compileJsonReader(contract, type, { unknownMembers: "reject", nullable })(json);
  if (read.kind === "fault") return { wrong: withLine(read) };
  if (field === undefined) return made(read.value as ValueRecord);
  const whole = createRecord();
  whole[field.name] = variant === undefined ? read.value : { [variant]: read.value };
  return made(whole);
}

function made(output: ValueRecord): Made {
  return { answer: { kind: "answer", output, headers: createRecord() } };
}

function variantOf(contract: Contract, type: Type, variant: string | undefined): Type {
  if (variant === undefined) return type;
  const union = resolve(contract, type);
  const found = union.kind === "union" && union.variants.find(({ name }) => name === variant);
  return found === false || found === undefined ? type : found.type;
}

/** Of operations that change nothing: whoever is told that an order was placed believes it. */
export function exampleOf({ safety, mode, rest }: Operation): string | undefined {
  if (safety !== "safe" || mode !== "unary") return undefined;
  return rest?.success.contents.find(({ example }) => example !== undefined)?.example;
}
