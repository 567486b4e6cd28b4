import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Type } from "#contract/types.ts";
import { filesOf } from "#tests/support/contract-files.ts";
import { compileAll } from "./compile-fixture.ts";

const names = [
  "a",
  "b",
  "T",
  "U",
  "xs:int",
  "xs:string",
  "xs:anyType",
  "t:a",
  "x:y",
  "",
  "__proto__",
];
const elementNames = [
  ...["element", "attribute", "complexType", "simpleType", "group", "attributeGroup"],
  ...["sequence", "choice", "all", "any", "anyAttribute", "restriction", "extension"],
  ...["list", "union", "simpleContent", "complexContent", "enumeration", "pattern"],
  ...["maxInclusive", "minExclusive", "length", "totalDigits", "annotation", "documentation"],
  ...["include", "import", "unique", "key", "thing"],
];
const counts = ["0", "1", "2", "unbounded", "-1", "many", "99999999999999999999"];
const attributes: Readonly<Record<string, readonly string[]>> = {
  name: names,
  ref: names,
  type: names,
  base: names,
  itemType: names,
  memberTypes: [...names, "a b T"],
  substitutionGroup: names,
  minOccurs: counts,
  maxOccurs: counts,
  value: [...counts, "1.5", "(", "-0", "."],
  mixed: ["true", "false", "1"],
  abstract: ["true"],
  nillable: ["true"],
  form: ["qualified", "unqualified"],
  use: ["required", "prohibited"],
  namespace: ["##any", "##other", "urn:t"],
  schemaLocation: ["a.xsd", "b.xsd", "missing.xsd"],
  default: ["1"],
  fixed: ["2"],
  block: ["#all"],
};

const attribute = fc
  .constantFrom(...Object.keys(attributes))
  .chain((name) => fc.tuple(fc.constant(name), fc.constantFrom(...(attributes[name] ?? [""]))));

function element(depth: number): fc.Arbitrary<string> {
  const children = depth === 0 ? fc.constant([]) : fc.array(element(depth - 1), { maxLength: 4 });
  return fc
    .record({
      name: fc.constantFrom(...elementNames),
      attributes: fc.uniqueArray(attribute, { maxLength: 4, selector: ([name]) => name }),
      children,
    })
    .map(
      (one) =>
        `<xs:${one.name}${one.attributes.map(([name, value]) => ` ${name}="${value}"`).join("")}>` +
        `${one.children.join("")}</xs:${one.name}>`,
    );
}

const schema = fc
  .tuple(fc.array(element(3), { maxLength: 12 }), fc.constantFrom("", ` targetNamespace="urn:t"`))
  .map(
    ([children, target]) =>
      `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t"${target}>` +
      `${children.join("")}</xs:schema>`,
  );

test("whatever a schema says, compiling it ends, and every reference leads to a type", () => {
  fc.assert(
    fc.property(schema, schema, (first, second) => {
      const files = filesOf({ "a.xsd": first, "b.xsd": second }, "a.xsd");
      const { types, elements } = compileAll(files);
      for (const { type } of types.values()) checkReferences(type, types);
      for (const { type } of elements) checkReferences(type, types);
    }),
    { numRuns: 500 },
  );
});

test("whatever the text, compiling it ends without throwing", () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    schema.map((one) => one.slice(3)),
  );
  fc.assert(
    fc.property(text, (one) => {
      const { types } = compileAll(filesOf({ "a.xsd": one }, "a.xsd"));
      assert.equal(types.size, 0);
    }),
  );
});

function checkReferences(type: Type, types: ReadonlyMap<string, unknown>): void {
  if (type.kind === "ref") assert.ok(types.has(type.name), `no type ${type.name}`);
  if (type.kind === "list") checkReferences(type.item, types);
  if (type.kind === "union") {
    const keys = type.variants.map(({ name }) => name);
    assert.equal(new Set(keys).size, keys.length);
    for (const variant of type.variants) checkReferences(variant.type, types);
  }
  if (type.kind !== "record") return;
  const fieldNames = type.fields.map(({ name }) => name);
  assert.equal(new Set(fieldNames).size, fieldNames.length);
  for (const field of type.fields) checkReferences(field.type, types);
  for (const base of [type.extends, type.restricts]) {
    if (base !== undefined) assert.ok(types.has(base), `no base ${base}`);
  }
}
