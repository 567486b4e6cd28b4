/** Messages of a contract as Protocol Buffers: compiled once, bytes to typed values and back. */
import { defaultDocumentLimits, type DocumentLimits } from "#base/limits.ts";
import type { Contract } from "#contract/contract.ts";
import type { DocumentFault } from "#contract/document-fault.ts";
import type { Type } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import { createPlanner } from "./message-plan.ts";
import { createProtoCursor, ProtoRefusal } from "./proto-cursor.ts";
import { ProtoOutput } from "./proto-output.ts";
import { compileRead } from "./read-message.ts";
import { compileWrite } from "./write-message.ts";

export type ProtoRead = { readonly kind: "value"; readonly value: Value } | DocumentFault;
export type ProtoWrite = { readonly kind: "bytes"; readonly bytes: Buffer } | DocumentFault;

export interface ProtoCodec {
  /** Of a record or union, or a name of one. Never throws, whatever the bytes are. */
  reader(type: Type): (bytes: Buffer) => ProtoRead;
  /** A fault tells of values that Protocol Buffers have no place for. */
  writer(type: Type): (value: Value) => ProtoWrite;
}

export function createProtoCodec(
  contract: Contract,
  limits: DocumentLimits = defaultDocumentLimits,
): ProtoCodec {
  const plan = createPlanner(contract);
  const readers = new Map();
  const writers = new Map();
  const output = new ProtoOutput(limits.documentBytesMax);
  return {
    reader(type) {
      const read = compileRead(readers, plan(type));
      return (bytes) => {
        try {
          checkSize(bytes, limits);
          return { kind: "value", value: read(createProtoCursor(bytes, limits), undefined) };
        } catch (error) {
          return faultOf(error);
        }
      };
    },
    writer(type) {
      const write = compileWrite(writers, plan(type));
      return (value) => {
        try {
          write(output, value);
          return { kind: "bytes", bytes: output.take() };
        } catch (error) {
          output.at = 0;
          return faultOf(error);
        }
      };
    },
  };
}

function checkSize({ length }: Buffer, { documentBytesMax }: DocumentLimits): void {
  if (length <= documentBytesMax) return;
  const message = `a document of more than documentBytesMax, ${documentBytesMax} bytes`;
  throw new ProtoRefusal(message, "limit-exceeded");
}

function faultOf(error: unknown): DocumentFault {
  if (!(error instanceof ProtoRefusal)) throw error;
  const { code, message, place } = error;
  return { kind: "fault", code, message, place };
}
