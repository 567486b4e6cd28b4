/** What is compiled of an operation for MCP: arguments, results, typed headers and faults. */
import { assert } from "#base/assert.ts";
import type { DocumentLimits } from "#base/limits.ts";
import { collectOutputs } from "#contract/collected-stream.ts";
import type { Contract, HeaderField, McpBinding, Operation } from "#contract/contract.ts";
import type { DocumentFault } from "#contract/document-fault.ts";
import { fieldsOf, resolve } from "#contract/resolve.ts";
import type { Field, RecordType, Type } from "#contract/types.ts";
import { createRecord, type Value, type ValueRecord } from "#contract/value.ts";
import { compileJsonReader } from "#formats/json/compile-reader.ts";
import { compileJsonWriter } from "#formats/json/compile-writer.ts";
import { compileFaults, type FaultCodec } from "#formats/json/declared-faults.ts";
import { statelessVersion } from "./versions.ts";

export type Read = { readonly kind: "value"; readonly value: ValueRecord } | DocumentFault;

/** Records as texts of JSON; undefined: nothing stands there. */
interface RecordCodec {
  readonly read: (text: string | undefined) => Read;
  readonly write: (record: ValueRecord) => string;
}

export interface McpOperation {
  readonly operation: Operation;
  readonly binding: McpBinding;
  readonly arguments: RecordCodec;
  /** The structured content; undefined: there is none. */
  readonly result: RecordCodec | undefined;
  /** One output of a stream. */
  readonly writeItem: (output: ValueRecord) => string;
  /** Undefined: it has none. */
  readonly inputHeaders: RecordCodec | undefined;
  readonly outputHeaders: RecordCodec | undefined;
  readonly faults: readonly FaultCodec[];
}

const empty: RecordType = { kind: "record", fields: [] };

export function createOperations(
  contract: Contract,
  bindingOf: (operation: Operation) => McpBinding,
  limits: DocumentLimits,
): (operation: Operation) => McpOperation {
  const known = new Map<Operation, McpOperation>();
  return (operation) => {
    const found =
      known.get(operation) ?? compile(contract, bindingOf(operation), limits, operation);
    known.set(operation, found);
    return found;
  };
}

/** As callers of the gateway have it: arguments and content are whole records. */
export function faceBinding(tool: string, { mcp }: Operation): McpBinding {
  const version = statelessVersion;
  const result = mcp?.result === null ? null : undefined;
  return { tool, version, arguments: undefined, result, mirrored: [] };
}

function compile(
  contract: Contract,
  binding: McpBinding,
  limits: DocumentLimits,
  operation: Operation,
): McpOperation {
  const { input, output } = operation;
  const collected = collectOutputs(contract, operation).output;
  const codec = (type: Type, field?: string) => compileRecord(contract, type, field, limits);
  return {
    operation,
    binding,
    arguments: codec(input.type, binding.arguments),
    result:
      collected === undefined ? undefined : codec(collected.type, binding.result ?? undefined),
    writeItem: compileJsonWriter(contract, output?.type ?? empty, {}),
    inputHeaders: input.headers.length === 0 ? undefined : codec(headersType(input.headers)),
    outputHeaders:
      output === undefined || output.headers.length === 0
        ? undefined
        : codec(headersType(output.headers)),
    faults: compileFaults(contract, operation, limits),
  };
}

export function headersType(headers: readonly HeaderField[]): RecordType {
  const fields = headers.map(({ name, type, required }): Field => {
    return { name, type, presence: required ? "required" : "optional", nullable: false };
  });
  return { kind: "record", fields };
}

/** @param name of the one field that is the text; undefined: the record is. */
function compileRecord(
  contract: Contract,
  type: Type,
  name: string | undefined,
  limits: DocumentLimits,
): RecordCodec {
  const options = { unknownMembers: "reject", limits } as const;
  if (name === undefined) {
    const read = compileJsonReader(contract, type, options);
    const write = compileJsonWriter(contract, type, {});
    return { read: (text) => read(Buffer.from(text ?? "{}")) as Read, write };
  }
  const record = resolve(contract, type);
  const fields = record.kind === "record" ? fieldsOf(contract, record) : [];
  const field = fields.find((one) => one.name === name);
  assert(field !== undefined, `no field ${name}`);
  const read = compileJsonReader(contract, field.type, { ...options, nullable: field.nullable });
  const write = compileJsonWriter(contract, field.type, {});
  return {
    read(text) {
      const found = read(Buffer.from(text ?? "{}"));
      if (found.kind === "fault") return found;
      const whole = createRecord();
      whole[name] = found.value;
      return { kind: "value", value: whole };
    },
    write(whole) {
      const value: Value | undefined = whole[name];
      return value === undefined || value === null ? "null" : write(value);
    },
  };
}
