/** What is compiled of an operation for gRPC: its messages as Protocol Buffers and as JSON. */
import { assert } from "#base/assert.ts";
import type { DocumentLimits } from "#base/limits.ts";
import type { DeclaredFault, Operation } from "#contract/contract.ts";
import type { DocumentFault } from "#contract/document-fault.ts";
import type { Type } from "#contract/types.ts";
import { createRecord, type Value, type ValueRecord } from "#contract/value.ts";
import type { ServiceContract } from "#extension/protocol.ts";
import { createProtoCodec, type ProtoCodec } from "#formats/protobuf/codec.ts";
import { createProtoJson, type ProtoJson } from "./proto-json.ts";
import { fullName, type ProtoNames } from "./proto-names.ts";

export type Form = "proto" | "json";
export type ReadMessage = (bytes: Buffer) => { kind: "value"; value: Value } | DocumentFault;
export type WriteMessage = (value: ValueRecord) => { kind: "bytes"; bytes: Buffer } | DocumentFault;

export interface GrpcOperation {
  readonly operation: Operation;
  readonly readInput: { readonly [form in Form]: ReadMessage };
  readonly writeInput: WriteMessage;
  readonly readOutput: ReadMessage;
  readonly writeOutput: { readonly [form in Form]: WriteMessage };
  readonly faults: readonly GrpcDeclared[];
}

export interface GrpcDeclared {
  readonly declared: DeclaredFault;
  /** The full name of its message, without which it cannot be told by its details. */
  readonly typeName: string;
  readonly read: ReadMessage;
  readonly write: (value: Value) => { kind: "bytes"; bytes: Buffer } | DocumentFault;
}

export type FindOperation = (operation: Operation) => GrpcOperation;

/** Compiled when they are first called. @param names of messages in details. */
export function createOperations(
  service: ServiceContract,
  limits: DocumentLimits,
  names: ProtoNames,
): FindOperation {
  const codec = createProtoCodec(service.contract, limits);
  const json = createProtoJson(service, limits, codec, names);
  const known = new Map<Operation, GrpcOperation>();
  return (operation) => {
    const found = known.get(operation);
    if (found !== undefined) return found;
    const compiled = compile(codec, json, operation, names);
    known.set(operation, compiled);
    return compiled;
  };
}

const empty: Type = { kind: "record", fields: [] };

function compile(
  codec: ProtoCodec,
  json: ProtoJson,
  operation: Operation,
  names: ProtoNames,
): GrpcOperation {
  const input = operation.input.type;
  const output = operation.output?.type ?? empty;
  const { wellKnown } = operation.grpc ?? {};
  const readJson = json.reader(input, wellKnown?.input);
  // The JSON form of nothing at all is the empty object.
  const readWhole: ReadMessage = (bytes) =>
    bytes.length === 0 ? { kind: "value", value: createRecord() } : readJson(bytes);
  return {
    operation,
    readInput: { proto: codec.reader(input), json: readWhole },
    writeInput: codec.writer(input),
    readOutput: codec.reader(output),
    writeOutput: {
      proto: codec.writer(output),
      json: json.writer(output, wellKnown?.output),
    },
    faults: operation.faults.flatMap((declared) => {
      return declaredOf(codec, declared, fullName(names, names.fault(operation, declared)));
    }),
  };
}

function declaredOf(
  codec: ProtoCodec,
  declared: DeclaredFault,
  typeName: string,
): readonly GrpcDeclared[] {
  const { type, name } = declared;
  if (type === undefined) return [];
  assert(type.kind === "ref" || type.kind === "record", `fault ${name} is no record`);
  return [{ declared, typeName, read: codec.reader(type), write: codec.writer(type) }];
}
