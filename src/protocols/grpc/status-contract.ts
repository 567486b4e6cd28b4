/** google.rpc.Status and ErrorInfo, and the Any of details, as types of a contract. */
import type { Contract } from "#contract/contract.ts";
import type { Field, NamedType, Type } from "#contract/types.ts";

const text: Type = { kind: "string", whitespace: "preserve" };

function field(protoNumber: number, name: string, type: Type): Field {
  return { name, type, presence: "implicit", nullable: false, protoNumber };
}

function record(name: string, ...fields: readonly Field[]): readonly [string, NamedType] {
  return [name, { name, type: { kind: "record", fields } }];
}

const details: Type = {
  kind: "list",
  item: { kind: "ref", name: "Any" },
  itemNullable: false,
  min: 0,
};

export const statusContract: Contract = {
  name: "google.rpc",
  version: "",
  dialect: "grpc",
  namespace: "urn:proto:google.rpc",
  operations: [],
  types: new Map([
    record(
      "Any",
      field(1, "type_url", text),
      field(2, "value", { kind: "bytes", encoding: "base64" }),
    ),
    record(
      "google.rpc.Status",
      field(1, "code", { kind: "int", bits: 32, signed: true }),
      field(2, "message", text),
      field(3, "details", details),
    ),
    record(
      "google.rpc.ErrorInfo",
      field(1, "reason", text),
      field(2, "domain", text),
      field(3, "metadata", {
        kind: "map",
        key: { kind: "string", whitespace: "preserve" },
        value: text,
      }),
    ),
  ]),
};
