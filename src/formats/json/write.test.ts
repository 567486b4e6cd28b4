import assert from "node:assert/strict";
import { test } from "node:test";
import type { Type } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import { decimal, field, int64, record, text, writeAs } from "./fixture.ts";

const optional = { presence: "optional" } as const;
const opaque: Type = { kind: "opaque", content: "json" };

test("members stand in the order of the fields, inherited ones first", () => {
  const types = { Base: record([field("a", text)]) };
  const type = record([field("c", text), field("b", text)], { extends: "Base" });
  assert.equal(writeAs(type, { b: "2", a: "1", c: "3" }, { types }), `{"a":"1","c":"3","b":"2"}`);
});

test("absent, null and empty are told apart", () => {
  const type = record([field("a", text, { ...optional, nullable: true })]);
  const written = [{}, { a: null }, { a: "" }].map((value) => writeAs(type, value));
  assert.deepEqual(written, [`{}`, `{"a":null}`, `{"a":""}`]);
});

test("exact numbers are strings unless their type or the option says otherwise", () => {
  const spelled: Type = { kind: "int", bits: 64, signed: true, spelling: "string" };
  const type = record([field("a", int64), field("b", decimal), field("c", spelled)]);
  const value = { a: "9007199254740993", b: "10.90", c: "5" };
  assert.equal(writeAs(type, value), `{"a":"9007199254740993","b":"10.90","c":"5"}`);
  const options = { exactNumbers: "number" } as const;
  assert.equal(writeAs(type, value, { options }), `{"a":9007199254740993,"b":10.90,"c":"5"}`);
});

test("whole numbers are numbers as far as a double holds them, where that is asked for", () => {
  const spelled: Type = { kind: "int", bits: 64, signed: true, spelling: "string" };
  const type = record([
    field("a", int64),
    field("b", int64),
    field("c", spelled),
    field("d", decimal),
  ]);
  const value = { a: "9007199254740991", b: "9007199254740993", c: "-5", d: "10.90" };
  const options = { exactNumbers: "safe" } as const;
  assert.equal(
    writeAs(type, value, { options }),
    '{"a":9007199254740991,"b":"9007199254740993","c":-5,"d":"10.90"}',
  );
});

test("decimals in XML's spelling become JSON's", () => {
  const options = { exactNumbers: "number" } as const;
  const written = ["+5", ".5", "-.50", "007", "5."].map((one) =>
    writeAs(decimal, one, { options }),
  );
  assert.deepEqual(written, ["5", "0.5", "-0.50", "7", "5"]);
});

test("carried JSON is written as it came, and what is no JSON as a string", () => {
  const type = record([field("a", opaque), field("b", opaque)]);
  const value = { a: '{"x": 1.00}', b: '1, "evil": 2' };
  assert.equal(writeAs(type, value), `{"a":{"x": 1.00},"b":"1, \\"evil\\": 2"}`);
});

test("an open record writes what it kept", () => {
  const type = record([field("a", text)], { open: true });
  assert.equal(writeAs(type, { a: "1", 'x"': "[1]" }), `{"a":"1","x\\"":[1]}`);
});

test("special floats are strings, and minus zero keeps its sign", () => {
  const float: Type = { kind: "float", bits: 64 };
  const written = [NaN, -Infinity, -0, 1.5].map((value) => writeAs(float, value));
  assert.deepEqual(written, [`"NaN"`, `"-Infinity"`, "-0", "1.5"]);
});

test("strings are escaped, with and without carried JSON beside them", () => {
  const tricky = 'a"b\\c\n\u0000\u2028\ud800ä😀';
  const long = tricky.repeat(20);
  for (const value of [tricky, long]) {
    assert.equal(writeAs(record([field("a", text)]), { a: value }), JSON.stringify({ a: value }));
    const beside = record([field("a", text), field("b", opaque, optional)]);
    assert.equal(writeAs(beside, { a: value }), JSON.stringify({ a: value }));
  }
});

test("a field may be called __proto__", () => {
  const type = record([field("__proto__", text)]);
  const value = JSON.parse(`{"__proto__":"x"}`) as Value;
  assert.equal(writeAs(type, value), `{"__proto__":"x"}`);
});

test("a tag comes first and is not repeated", () => {
  const fish = record([field("fins", { kind: "bool" }), field("type", text)]);
  const type: Type = {
    kind: "union",
    exclusive: true,
    plain: true,
    discriminator: { property: "type" },
    variants: [{ name: "Fish", type: fish, tag: "fish" }],
  };
  const value = { Fish: { fins: true, type: "fish" } };
  assert.equal(writeAs(type, value), `{"type":"fish","fins":true}`);
});
