/** What XML-RPC has no type for: maps and unions are structs. */
import assert from "node:assert/strict";
import test from "node:test";
import type { RecordType, Type } from "#contract/types.ts";
import type { ValueRecord } from "#contract/value.ts";
import { contractOf, field, int64, record, text } from "#formats/json/fixture.ts";
import { defaultDocumentLimits } from "#base/limits.ts";
import { compileXmlRpc } from "./xml-rpc.ts";

const counts: Type = { kind: "map", key: text, value: int64 };
const shape: Type = {
  ...{ kind: "union", exclusive: true },
  variants: [
    { name: "side", type: int64 },
    { name: "name", type: text },
  ],
};
const optional = (name: string, type: Type) =>
  ({ ...field(name, type), presence: "optional" }) as const;
const message: RecordType = record([optional("counts", counts), optional("shape", shape)]);
const layout = { kind: "xml-rpc", method: undefined, params: undefined } as const;
const codec = compileXmlRpc(contractOf(), message, layout, defaultDocumentLimits);

function written(value: ValueRecord): Buffer {
  const bytes = codec.write(value);
  assert.equal(bytes.kind, "bytes", JSON.stringify(bytes));
  return (bytes as { readonly bytes: Buffer }).bytes;
}

test("maps and unions are structs, and are read as what they were", () => {
  const values: readonly ValueRecord[] = [
    { counts: { "": "1", "b <&>": "9223372036854775807", __proto__x: "-1" } },
    { counts: {} },
    { shape: { side: "7" } },
    { shape: { name: "x" } },
  ];
  for (const value of values) {
    const read = codec.read(written(value));
    assert.deepEqual(JSON.parse(JSON.stringify(read)), { kind: "value", value });
  }
});

const wrong: readonly (readonly [string, string, RegExp])[] = [
  [
    "a variant that is not there",
    "<member><name>edge</name><value>x</value></member>",
    /expected one of side, name/,
  ],
  ["no variant", "", /one member/],
  [
    "two variants",
    "<member><name>side</name><value>1</value></member><member><name>name</name><value>x</value></member>",
    /one member/,
  ],
];

for (const [name, members, why] of wrong) {
  test(`a union with ${name} is refused`, () => {
    const body =
      "<methodResponse><params><param><value><struct><member><name>shape</name><value><struct>" +
      `${members}</struct></value></member></struct></value></param></params></methodResponse>`;
    const read = codec.read(Buffer.from(body));
    assert.equal(read.kind, "fault");
    assert.match((read as { readonly message: string }).message, why);
  });
}
