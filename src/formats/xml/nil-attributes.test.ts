/** Attributes beside xsi:nil, which null has no place for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Type } from "#contract/types.ts";
import { attribute, field, string } from "./order-fixture.ts";
import { readAs, record } from "./read-fixture.ts";

const optional = { presence: "optional" } as const;
const nullable = { ...optional, nullable: true } as const;
const price = record(
  field("value", string, { xml: { node: "text", name: "", namespace: "" } }),
  field("currency", string, { ...optional, xml: attribute("currency") }),
);
const opaque: Type = { kind: "opaque", content: "xml" };
const type = record(
  field("price", price, nullable),
  field("text", string, nullable),
  field("any", opaque, nullable),
  field("notes", { kind: "list", item: string, itemNullable: true, min: 0 }, optional),
);

const dropping = { unknown: "drop" } as const;

test("nil alone is null, whatever SOAP and XML Schema put beside it", () => {
  const others = '<any xsi:nil="true"/><notes xsi:nil="true"/>';
  const xml = `<price xsi:nil="true"/><text xsi:nil="1" xsi:type="x"/>${others}`;
  const expected = { price: null, text: null, any: null, notes: [null] };
  assert.deepEqual(readAs([], type, xml), expected);
});

test("an attribute of the contract is refused beside nil, as it would get lost", () => {
  const xml = '<price xsi:nil="true" currency="EUR"/>';
  const refused =
    "unexpected-attribute at r/price/@currency: " +
    "the attribute currency stands beside xsi:nil: null has no place for it";
  assert.equal(readAs([], type, xml), refused);
  assert.equal(readAs([], type, xml, dropping), refused);
});

test("an attribute that nothing knows is refused as beside a value, or dropped", () => {
  for (const name of ["text", "notes"]) {
    const xml = `<${name} xsi:nil="true" ref="i1"/>`;
    assert.match(String(readAs([], type, xml)), /attribute ref stands beside xsi:nil/);
    const read = readAs([], type, xml, dropping) as Record<string, unknown>;
    assert.deepEqual(read[name], name === "notes" ? [null] : null);
  }
});

test("XML of any shape keeps the attributes of a nil element", () => {
  const read = readAs([], type, '<any xsi:nil="true" ref="i1"/>') as { any: string };
  assert.match(read.any, /^<any [^>]*xsi:nil="true" ref="i1"\/>$/);
});
