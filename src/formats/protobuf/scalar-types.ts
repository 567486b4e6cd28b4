/** The scalar types of Protocol Buffers as those of the model. */
import type { IntType, ScalarType } from "#contract/types.ts";

const int = (bits: 32 | 64, signed: boolean, protoEncoding?: "zigzag" | "fixed"): IntType => ({
  kind: "int",
  bits,
  signed,
  ...(protoEncoding === undefined ? {} : { protoEncoding }),
});

/** protobuf.dev/programming-guides/proto3#scalar */
export const scalarTypes: Readonly<Record<string, ScalarType | undefined>> = {
  double: { kind: "float", bits: 64 },
  float: { kind: "float", bits: 32 },
  int32: int(32, true),
  int64: int(64, true),
  uint32: int(32, false),
  uint64: int(64, false),
  sint32: int(32, true, "zigzag"),
  sint64: int(64, true, "zigzag"),
  fixed32: int(32, false, "fixed"),
  fixed64: int(64, false, "fixed"),
  sfixed32: int(32, true, "fixed"),
  sfixed64: int(64, true, "fixed"),
  bool: { kind: "bool" },
  string: { kind: "string", whitespace: "preserve" },
  bytes: { kind: "bytes", encoding: "base64" },
};
