/** Declared headers of messages as gRPC metadata: texts of scalars, JSON of what has parts. */
import type { Contract, HeaderField, Message } from "#contract/contract.ts";
import { compileScalarText } from "#contract/check-scalar.ts";
import { resolve } from "#contract/resolve.ts";
import type { EnumType, ScalarType } from "#contract/types.ts";
import { createRecord, type Value, type ValueRecord } from "#contract/value.ts";
import type { Fault } from "#call/call.ts";
import type { Blame } from "#base/fault-kind.ts";
import type { Fields } from "#extension/protocol.ts";
import { compileJsonReader } from "#formats/json/compile-reader.ts";
import { compileJsonWriter } from "#formats/json/compile-writer.ts";
import { percentDecode, percentEncode } from "./status.ts";
import { documentFault, grpcFault } from "./problems.ts";

interface HeaderCodec {
  readonly name: string;
  /** In metadata. */
  readonly key: string;
  readonly required: boolean;
  readonly read: (text: string, blame: Blame) => Read<Value>;
  readonly write: (value: Value) => string;
}

/** Values may have members of any name, so they stand apart from faults. */
export type Read<T> = { readonly kind: "value"; readonly value: T } | Fault;

export interface MetadataCodec {
  readonly read: (field: (key: string) => string | undefined, blame: Blame) => Read<ValueRecord>;
  readonly write: (headers: ValueRecord) => Fields;
}

export function compileMetadata(contract: Contract, message: Message | undefined): MetadataCodec {
  const codecs = (message?.headers ?? []).map((header) => compileHeader(contract, header));
  return {
    read(field, blame) {
      const headers = createRecord();
      for (const { name, key, required, read } of codecs) {
        const text = field(key);
        if (text === undefined) {
          if (!required) continue;
          const missing = `the metadata ${key} is missing`;
          return {
            ...grpcFault("invalid_argument", "missing-metadata", missing, blame),
            place: key,
          };
        }
        const found = read(text, blame);
        if (found.kind === "fault") return { ...found, place: key };
        headers[name] = found.value;
      }
      return { kind: "value", value: headers };
    },
    write(headers) {
      return codecs.flatMap(({ name, key, write }) => {
        const value = headers[name];
        return value === undefined || value === null
          ? []
          : [[key, percentEncode(write(value))] as const];
      });
    },
  };
}

const composed: ReadonlySet<string> = new Set(["record", "union", "map", "list", "opaque"]);

function compileHeader(contract: Contract, header: HeaderField): HeaderCodec {
  const { name, required, http } = header;
  const key = (http ?? name).toLowerCase();
  const type = resolve(contract, header.type);
  if (composed.has(type.kind)) {
    const read = compileJsonReader(contract, header.type, { unknownMembers: "reject" });
    const write = compileJsonWriter(contract, header.type, {});
    return {
      ...{ name, key, required, write },
      read: (text, blame) => {
        const found = read(Buffer.from(percentDecode(text)));
        return found.kind === "value" ? found : documentFault(found, blame);
      },
    };
  }
  const { read, write, expected } = compileScalarText(type as ScalarType | EnumType);
  return {
    ...{ name, key, required },
    write: (value) => write(value) ?? "",
    read: (text, blame) => {
      const value = read(percentDecode(text));
      if (value !== undefined) return { kind: "value", value };
      const message = `the metadata ${key} is not of its type; expected ${expected}`;
      return grpcFault("invalid_argument", "invalid-value", message, blame);
    },
  };
}
