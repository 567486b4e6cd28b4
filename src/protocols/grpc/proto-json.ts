/**
 * The JSON form of a contract's messages as clients of Protocol Buffers have it, in Connect and in
 * `application/grpc+json`.
 */
import type { DocumentLimits } from "#base/limits.ts";
import type { Contract } from "#contract/contract.ts";
import type { DocumentFault } from "#contract/document-fault.ts";
import type { Type } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import { runReader } from "#formats/json/run-reader.ts";
import type { ProtoCodec } from "#formats/protobuf/codec.ts";
import { createPlanner } from "#formats/protobuf/message-plan.ts";
import { ProtoRefusal } from "#formats/protobuf/proto-cursor.ts";
import { createAnyForms } from "./proto-json-any.ts";
import { compileJsonRead } from "./proto-json-read.ts";
import { compileJsonWrite } from "./proto-json-write.ts";
import type { ProtoNames } from "./proto-names.ts";

export interface ProtoJson {
  readonly reader: (type: Type) => (bytes: Buffer) => JsonFormRead;
  readonly writer: (type: Type) => (value: Value) => JsonFormWrite;
}

type JsonFormRead = { readonly kind: "value"; readonly value: Value } | DocumentFault;
type JsonFormWrite = { readonly kind: "bytes"; readonly bytes: Buffer } | DocumentFault;

export function createProtoJson(
  contract: Contract,
  limits: DocumentLimits,
  codec: ProtoCodec,
  names: ProtoNames,
): ProtoJson {
  const plan = createPlanner(contract);
  const { reading, writing } = createAnyForms(contract, limits, codec, names, plan);
  return {
    reader(type) {
      const read = compileJsonRead(reading, plan(type));
      return (bytes) => runReader(bytes, limits, read);
    },
    writer(type) {
      const write = compileJsonWrite(writing, plan(type));
      return (value) => {
        try {
          return { kind: "bytes", bytes: Buffer.from(write(value)) };
        } catch (error) {
          if (!(error instanceof ProtoRefusal)) throw error;
          const { code, message, place } = error;
          return { kind: "fault", code, message, place };
        }
      };
    },
  };
}
