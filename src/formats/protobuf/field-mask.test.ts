/** Field masks: what the text of JSON can tell of a message, exactly; all else is refused. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import protobuf from "protobufjs";
import type { Field, RecordType } from "#contract/types.ts";
import type { ValueRecord } from "#contract/value.ts";
import { createProtoCodec } from "./codec.ts";
import { fieldMask } from "./field-mask.ts";
import { contract } from "./fixture.ts";

const name = "google.protobuf.FieldMask";
const field: Field = {
  ...{ name: "mask", type: { kind: "ref", name }, presence: "optional", nullable: false },
  protoNumber: 1,
};
const record: RecordType = { kind: "record", fields: [field] };
const codec = createProtoCodec({
  ...contract,
  types: new Map([...contract.types, [name, { name, type: fieldMask }]]),
});
const reader = codec.reader(record);
const writer = codec.writer(record);

/** As another library has it. */
const Holder = protobuf
  .parse(
    `syntax = "proto3"; message Holder { Mask mask = 1; } message Mask { repeated string paths = 1; }`,
  )
  .root.lookupType("Holder");

function pathsIn(text: string): readonly string[] | string {
  const written = writer({ mask: text });
  if (written.kind === "fault") return `${written.place} ${written.message}`;
  const { mask } = Holder.toObject(Holder.decode(written.bytes), { arrays: true });
  return (mask as { readonly paths: readonly string[] }).paths;
}

function textOf(...masks: readonly (readonly string[])[]): string {
  const parts = masks.map((paths) => Holder.encode({ mask: { paths } }).finish());
  const found = reader(Buffer.concat(parts));
  if (found.kind === "fault") return `${found.place} ${found.message}`;
  return (found.value as ValueRecord)["mask"] as string;
}

const pairs: readonly (readonly [text: string, paths: readonly string[]])[] = [
  ["", []],
  ["photo", ["photo"]],
  ["user.displayName,photo", ["user.display_name", "photo"]],
  ["aBC.d1E", ["a_b_c.d1_e"]],
  ["Private", ["_private"]],
  ["*", ["*"]],
  ["items.*.unitPrice", ["items.*.unit_price"]],
];

for (const [text, paths] of pairs) {
  test(`\`${text}\` is ${JSON.stringify(paths)}, and back`, () => {
    assert.deepEqual(pathsIn(text), paths);
    assert.equal(textOf(paths), text);
  });
}

describe("paths that have no other spelling are refused, by field and path", () => {
  for (const path of ["a_1", "a__b", "a_", "displayName", "a b", "a,b", "", "é", "a_.b"]) {
    test(`${JSON.stringify(path)} of a message`, () => {
      const told = textOf(["fine", path]);
      assert.ok(told.startsWith(`/mask the path \`${path}\`: expected`), told);
    });
  }
  for (const path of ["display_name", "_", "a b", "", "é", "a-b"]) {
    test(`${JSON.stringify(path)} of JSON`, () => {
      const told = pathsIn(`fine,${path}`);
      assert.ok(typeof told === "string");
      assert.match(told, /lowerCamelCase/);
      assert.ok(told.startsWith(`/mask the path \`${path}\`: expected`), told);
    });
  }
  test("what may have been meant is told", () => {
    assert.match(String(pathsIn("user.display_name")), /such as user\.displayName$/);
    assert.doesNotMatch(String(pathsIn("a_1")), /such as/);
  });
});

test("a message in several parts has the paths of all", () => {
  assert.equal(textOf(["a_b"], [], ["c"]), "aB,c");
});

test("whatever is told of a message is that message again, and of a text that text", () => {
  const character = fc.constantFrom(..."ab1_.*AB, ");
  const path = fc.array(character, { maxLength: 6 }).map((all) => all.join(""));
  let toldCount = 0;
  fc.assert(
    fc.property(fc.array(path, { maxLength: 3 }), (paths) => {
      const text = textOf(paths);
      if (text.includes("expected")) return;
      toldCount++;
      assert.deepEqual(pathsIn(text), paths);
      assert.match(text, new RegExp(fieldMask.pattern ?? "", "v"), "faces take what is told");
    }),
    { numRuns: 2_000 },
  );
  fc.assert(
    fc.property(fc.stringMatching(new RegExp(fieldMask.pattern ?? "")), (text) => {
      const paths = pathsIn(text);
      assert.ok(typeof paths !== "string", "what faces take can be told");
      assert.equal(textOf(paths), text);
    }),
    { numRuns: 2_000 },
  );
  assert.ok(toldCount > 200, `${toldCount} were told`);
});
