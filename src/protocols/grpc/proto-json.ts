/**
 * The JSON form of a contract's messages as clients of Protocol Buffers have it, in Connect and in
 * `application/grpc+json`.
 */
import type { DocumentLimits } from "#base/limits.ts";
import type { DocumentFault } from "#contract/document-fault.ts";
import type { Type, TypeName } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import type { ServiceContract } from "#extension/protocol.ts";
import { runReader } from "#formats/json/run-reader.ts";
import type { ProtoCodec } from "#formats/protobuf/codec.ts";
import { createPlanner } from "#formats/protobuf/message-plan.ts";
import { ProtoRefusal } from "#formats/protobuf/proto-cursor.ts";
import { describedValues } from "./describe.ts";
import { createAnyForms, type WholeForm } from "./proto-json-any.ts";
import { compileJsonRead } from "./proto-json-read.ts";
import { compileJsonWrite } from "./proto-json-write.ts";
import type { ValueNames } from "./proto-json-scalars.ts";
import type { ProtoNames } from "./proto-names.ts";

export interface ProtoJson {
  /** @param wellKnown the type of google.protobuf that the whole message is. */
  readonly reader: (type: Type, wellKnown?: TypeName) => (bytes: Buffer) => JsonFormRead;
  readonly writer: (type: Type, wellKnown?: TypeName) => (value: Value) => JsonFormWrite;
}

type JsonFormRead = { readonly kind: "value"; readonly value: Value } | DocumentFault;
type JsonFormWrite = { readonly kind: "bytes"; readonly bytes: Buffer } | DocumentFault;

export function createProtoJson(
  service: ServiceContract,
  limits: DocumentLimits,
  codec: ProtoCodec,
  names: ProtoNames,
): ProtoJson {
  const { contract } = service;
  const plan = createPlanner(contract);
  const valueNames = createValueNames(service);
  const { reading, writing, whole } = createAnyForms(
    contract,
    limits,
    codec,
    names,
    plan,
    valueNames,
  );
  return {
    reader(type, wellKnown) {
      if (wellKnown !== undefined) {
        const { read } = whole(wellKnown);
        const readBytes = codec.reader(type);
        return (bytes) => {
          // What it is in the model, it is by its bytes.
          const found = runReader(bytes, limits, read);
          return found.kind === "fault" ? found : readBytes(found.value);
        };
      }
      const read = compileJsonRead(reading, plan(type));
      return (bytes) => runReader(bytes, limits, read);
    },
    writer(type, wellKnown) {
      const write =
        wellKnown === undefined
          ? compileJsonWrite(writing, plan(type))
          : wholeWriter(codec.writer(type), whole(wellKnown));
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

function wholeWriter(toBytes: ReturnType<ProtoCodec["writer"]>, { write }: WholeForm) {
  return (value: Value): string => {
    const written = toBytes(value);
    if (written.kind === "fault") throw new ProtoRefusal(written.message, "invalid-value");
    return write(written.bytes);
  };
}

/** Enums that were not written in Protocol Buffers are called in it as the description does. */
function createValueNames(service: ServiceContract): ValueNames {
  if (service.contract.dialect === "grpc") return () => undefined;
  let described: ReturnType<typeof describedValues> | undefined;
  return (type) => (described ??= describedValues(service)).get(type);
}
