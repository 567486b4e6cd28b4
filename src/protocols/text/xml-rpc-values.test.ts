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
const few: Type = { kind: "list", item: int64, itemNullable: false, min: 1, max: 2 };
const gaps: Type = { kind: "list", item: text, itemNullable: true, min: 0 };
const message: RecordType = record([
  ...[optional("counts", counts), optional("shape", shape)],
  ...[optional("few", few), optional("gaps", gaps)],
]);
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

const nil = "<value><nil/></value>";
const array = (items: string) => `<array><data>${items}</data></array>`;
const struct = (name: string) => `<struct><member><name>${name}</name>${nil}</member></struct>`;
const twice = "<value><i8>1</i8><i8>2</i8></value>";
const unfit: readonly (readonly [string, string, string, RegExp])[] = [
  ["a second value in a value", "few", array(twice), /^\/few\/0: expected one value/],
  ["text beside a value", "few", array("<value>1<i8>2</i8></value>"), /^\/few\/0: expected one/],
  ["a second list in a list", "few", "<array><data/><data/></array>", /expected <array><data>/],
  [
    "a second value of a member",
    "counts",
    `<struct><member><name>a</name>${twice.replace("<i8>2</i8>", "")}${nil}</member></struct>`,
    /expected <member> with <name> and <value>/,
  ],
  ["nil among items that may not be", "few", array(nil), /^\/few\/0: it is nil/],
  ["too few items", "few", array(""), /^\/few: expected at least 1 and at most 2 items, found 0/],
  ["too many items", "few", array("<value><i8>1</i8></value>".repeat(3)), /^\/few: .*found 3/],
  ["nil as the value of a key", "counts", struct("a"), /^\/counts\/a: it is nil/],
  ["nil as a variant", "shape", struct("side"), /^\/shape\/side: it is nil/],
];

function readMember(name: string, value: string) {
  const member = `<member><name>${name}</name><value>${value}</value></member>`;
  const params = `<params><param><value><struct>${member}</struct></value></param></params>`;
  return codec.read(Buffer.from(`<methodResponse>${params}</methodResponse>`));
}

for (const [name, member, value, why] of unfit) {
  test(`${name} is refused, as the contract has it`, () => {
    const read = readMember(member, value);
    assert.ok(read.kind === "fault", JSON.stringify(read));
    assert.match(`${read.place}: ${read.message}`, why);
  });
}

test("nil stands among items that may be null", () => {
  const read = readMember("gaps", array(`${nil}<value>x</value>`));
  assert.deepEqual(JSON.parse(JSON.stringify(read)), {
    kind: "value",
    value: { gaps: [null, "x"] },
  });
});
