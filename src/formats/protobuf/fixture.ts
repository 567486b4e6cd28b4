/** A contract with every kind of field, and the same as .proto for a library that is not ours. */
import type { Contract } from "#contract/contract.ts";
import type { Field, NamedType, ScalarType, Type } from "#contract/types.ts";
import { scalarTypes } from "./scalar-types.ts";

const list = (item: Type): Type => ({ kind: "list", item, itemNullable: false, min: 0 });
const ref = (name: string): Type => ({ kind: "ref", name });

const scalar = (name: string): ScalarType => scalarTypes[name] as ScalarType;

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

for (const [name, type] of Object.entries(scalarTypes as Readonly<Record<string, ScalarType>>)) {
  add(name, `a_${name}`, type, "implicit");
  add(`optional ${name}`, `b_${name}`, type, "optional");
  add(`repeated ${name}`, `c_${name}`, list(type), "implicit");
  add(
    `map<string, ${name}>`,
    `d_${name}`,
    { kind: "map", key: { kind: "string", whitespace: "preserve" }, value: type },
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
      { name: "whole", type: scalar("int32"), protoNumber: 1_000 },
      { name: "inside", type: ref("Inner"), protoNumber: 1_001 },
      { name: "words", type: scalar("string"), protoNumber: 536_870_911 },
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
        {
          name: "id",
          type: scalar("uint64"),
          presence: "implicit",
          nullable: false,
          protoNumber: 1,
        },
        { name: "next", type: ref("Inner"), presence: "optional", nullable: false, protoNumber: 2 },
        {
          name: "tags",
          type: list(scalar("string")),
          presence: "implicit",
          nullable: false,
          protoNumber: 3,
        },
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
