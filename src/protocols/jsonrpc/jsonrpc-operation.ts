/** What is compiled of an operation for JSON-RPC: parameters and result as JSON of the contract. */
import { assert } from "#base/assert.ts";
import type { DocumentLimits } from "#base/limits.ts";
import type { Contract, JsonRpcBinding, Operation } from "#contract/contract.ts";
import { collectOutputs } from "#contract/collected-stream.ts";
import type { DocumentFault } from "#contract/document-fault.ts";
import { fieldsOf, resolve } from "#contract/resolve.ts";
import type { Field, Type } from "#contract/types.ts";
import { createRecord, type Value, type ValueRecord } from "#contract/value.ts";
import { compileJsonReader } from "#formats/json/compile-reader.ts";
import { compileJsonWriter } from "#formats/json/compile-writer.ts";
import { compileFaults, type FaultCodec } from "#formats/json/declared-faults.ts";
import { readValueSpans } from "#formats/json/value-spans.ts";

export type Read<T> = { readonly kind: "value"; readonly value: T } | DocumentFault;

export interface JsonRpcOperation {
  readonly operation: Operation;
  readonly binding: JsonRpcBinding;
  /** @param params as their text; undefined: there are none. */
  readonly readParams: (params: string | undefined) => Read<ValueRecord>;
  readonly writeParams: (input: ValueRecord) => string;
  readonly readResult: (result: string) => Read<ValueRecord>;
  readonly writeResult: (output: ValueRecord) => string;
  readonly faults: readonly FaultCodec[];
}

const empty: Type = { kind: "record", fields: [] };

/** As in the contract; of one that knows no JSON-RPC, the method is the operation's name. */
export function bindingOf(contract: Contract, operation: Operation): JsonRpcBinding {
  const { jsonrpc, id, input, output } = operation;
  if (jsonrpc !== undefined) return jsonrpc;
  const parameters = fieldsIn(contract, input.type).map(({ name }) => name);
  const result = output === undefined ? null : undefined;
  return { method: id, parameters, byPosition: false, result };
}

export function fieldsIn(contract: Contract, type: Type): readonly Field[] {
  const record = resolve(contract, type);
  return record.kind === "record" ? fieldsOf(contract, record) : [];
}

export function createOperations(
  contract: Contract,
  limits: DocumentLimits,
): (operation: Operation) => JsonRpcOperation {
  const known = new Map<Operation, JsonRpcOperation>();
  return (operation) => {
    const found = known.get(operation);
    if (found !== undefined) return found;
    const compiled = compile(contract, limits, operation);
    known.set(operation, compiled);
    return compiled;
  };
}

function compile(
  contract: Contract,
  limits: DocumentLimits,
  operation: Operation,
): JsonRpcOperation {
  const binding = bindingOf(contract, operation);
  const inputType = operation.input.type;
  const fields = new Map(fieldsIn(contract, inputType).map((field) => [field.name, field]));
  const named = compileJsonReader(contract, inputType, { unknownMembers: "reject", limits });
  const writeInput = compileJsonWriter(contract, inputType, {});
  const keys = binding.parameters.map((name) => {
    const field = fields.get(name);
    assert(field !== undefined, `${operation.id}: no field ${name} for a parameter`);
    return JSON.stringify(field.jsonName ?? field.name);
  });
  return {
    operation,
    binding,
    readParams: (params) => readParams(named, keys, params),
    writeParams: (input) =>
      binding.byPosition ? writeByPosition(writeInput(input), keys) : writeInput(input),
    ...compileResult(contract, limits, collectOutputs(contract, operation), binding),
    faults: compileFaults(contract, operation, limits),
  };
}

function readParams(
  named: (bytes: Buffer) => Read<Value>,
  keys: readonly string[],
  params: string | undefined,
): Read<ValueRecord> {
  const spans = readValueSpans(params ?? "{}");
  if (spans.kind === "fault") return spans;
  if (spans.kind === "scalar") {
    return invalid(`params must be an object or an array, found ${spans.text.slice(0, 50)}`);
  }
  if (spans.kind === "object") return named(Buffer.from(params ?? "{}")) as Read<ValueRecord>;
  const { items } = spans;
  if (items.length > keys.length) {
    return invalid(`expected at most ${keys.length} params, found ${items.length}`);
  }
  const members = items.map((item, index) => `${keys[index]}:${item}`);
  return named(Buffer.from(`{${members.join(",")}}`)) as Read<ValueRecord>;
}

/** What is left out at the end is not sent; what is left out before something is null. */
function writeByPosition(object: string, keys: readonly string[]): string {
  const spans = readValueSpans(object);
  assert(spans.kind === "object", "an input is an object");
  const items = keys.map((key) => spans.members.get(JSON.parse(key) as string));
  while (items.length > 0 && items.at(-1) === undefined) items.pop();
  return `[${items.map((item) => item ?? "null").join(",")}]`;
}

function compileResult(
  contract: Contract,
  limits: DocumentLimits,
  { id, output }: Operation,
  { result }: JsonRpcBinding,
): Pick<JsonRpcOperation, "readResult" | "writeResult"> {
  if (result === null) {
    // Whatever stands there is nothing that the contract knows.
    const readResult = (): Read<ValueRecord> => ({ kind: "value", value: createRecord() });
    return { readResult, writeResult: () => "null" };
  }
  const type = output?.type ?? empty;
  const options = { unknownMembers: "reject", limits } as const;
  if (result === undefined) {
    const read = compileJsonReader(contract, type, options);
    const write = compileJsonWriter(contract, type, {});
    return {
      readResult: (text) => read(Buffer.from(text)) as Read<ValueRecord>,
      writeResult: write,
    };
  }
  const field = fieldsIn(contract, type).find(({ name }) => name === result);
  assert(field !== undefined, `${id}: no field ${result} for the result`);
  const read = compileJsonReader(contract, field.type, { ...options, nullable: field.nullable });
  const write = compileJsonWriter(contract, field.type, {});
  return {
    readResult(text) {
      const found = read(Buffer.from(text));
      if (found.kind === "fault") return found;
      const record = createRecord();
      record[result] = found.value;
      return { kind: "value", value: record };
    },
    writeResult(record) {
      const value = record[result];
      return value === undefined || value === null ? "null" : write(value);
    },
  };
}

function invalid(message: string): DocumentFault {
  return { kind: "fault", code: "invalid-value", message, place: "" };
}
