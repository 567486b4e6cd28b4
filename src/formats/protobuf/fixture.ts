/** A contract with every kind of field, and the same as .proto for a library that is not ours. */
import type { Contract } from "#contract/contract.ts";
import type { Field, NamedType, Type } from "#contract/types.ts";

const int = (bits: 32 | 64, signed: boolean, protoEncoding?: "zigzag" | "fixed"): Type => ({
  kind: "int",
  bits,
  signed,
  ...(protoEncoding === undefined ? {} : { protoEncoding }),
});
const text: Type = { kind: "string", whitespace: "preserve" };
const list = (item: Type): Type => ({ kind: "list", item, itemNullable: false, min: 0 });
const ref = (name: string): Type => ({ kind: "ref", name });

export const scalars: Readonly<Record<string, Type>> = {
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
  string: text,
  bytes: { kind: "bytes", encoding: "base64" },
};

const colour: Type = {
  kind: "enum",
  open: true,
  spelling: "string",
  values: [
    { value: "UNKNOWN", number: 0 },
    { value: "RED", number: 1 },
    { value: "COLD", number: -5 },
  ],
};

let next = 1;
const lines: string[] = [];
const fields: Field[] = [];
const add = (line: string, name: string, type: Type, presence: Field["presence"]): void => {
  lines.push(`${line} ${name} = ${next};`);
  fields.push({ name, type, presence, nullable: false, protoNumber: next });
  next += 7;
};

for (const [name, type] of Object.entries(scalars)) {
  add(name, `a_${name}`, type, "implicit");
  add(`optional ${name}`, `b_${name}`, type, "optional");
  add(`repeated ${name}`, `c_${name}`, list(type), "implicit");
  add(
    `map<string, ${name}>`,
    `d_${name}`,
    { kind: "map", key: text as never, value: type },
    "implicit",
  );
}
add("Colour", "a_colour", ref("Colour"), "implicit");
add("repeated Colour", "c_colour", list(ref("Colour")), "implicit");
add("Inner", "inner", ref("Inner"), "optional");
add("repeated Inner", "inners", list(ref("Inner")), "implicit");
add(
  "map<int64, Inner>",
  "by_number",
  {
    kind: "map",
    key: { kind: "int", bits: 64, signed: true },
    value: ref("Inner"),
  },
  "implicit",
);
add(
  "map<bool, bytes>",
  "by_bool",
  {
    kind: "map",
    key: { kind: "bool" },
    value: { kind: "bytes", encoding: "base64" },
  },
  "implicit",
);

fields.push({
  name: "choice",
  presence: "optional",
  nullable: false,
  type: {
    kind: "union",
    exclusive: true,
    variants: [
      { name: "whole", type: int(32, true), protoNumber: 1_000 },
      { name: "inside", type: ref("Inner"), protoNumber: 1_001 },
      { name: "words", type: text, protoNumber: 536_870_911 },
    ],
  },
});

const types: NamedType[] = [
  { name: "All", type: { kind: "record", fields } },
  { name: "Colour", type: colour },
  {
    name: "Inner",
    type: {
      kind: "record",
      fields: [
        { name: "id", type: int(64, false), presence: "implicit", nullable: false, protoNumber: 1 },
        { name: "next", type: ref("Inner"), presence: "optional", nullable: false, protoNumber: 2 },
        { name: "tags", type: list(text), presence: "implicit", nullable: false, protoNumber: 3 },
      ],
    },
  },
];

export const contract: Contract = {
  name: "fixture",
  version: "1",
  dialect: "grpc",
  namespace: "urn:fixture",
  types: new Map(types.map((type) => [type.name, type])),
  operations: [],
};

export const proto = `syntax = "proto3";
message All {
  ${lines.join("\n  ")}
  oneof choice { int32 whole = 1000; Inner inside = 1001; string words = 536870911; }
}
enum Colour { UNKNOWN = 0; RED = 1; COLD = -5; }
message Inner { uint64 id = 1; Inner next = 2; repeated string tags = 3; }
`;
