/** Types that derive from others in a source that knows no XML names. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Contract } from "#contract/contract.ts";
import type { NamedType, RecordType } from "#contract/types.ts";
import { compileXmlReader } from "./compile-reader.ts";
import { compileXmlWriter } from "./compile-writer.ts";
import { typeXmlNames } from "./type-xml-names.ts";

function record(name: string, more: Partial<RecordType> = {}): RecordType {
  const xml = { node: "element", name, namespace: "" } as const;
  const type = { kind: "string", whitespace: "preserve" } as const;
  const field = { name, type, presence: "required", nullable: false, xml } as const;
  return { kind: "record", fields: [field], xmlOrder: "all", ...more };
}

function contract(...types: readonly NamedType[]): Contract {
  const named = new Map(types.map((type) => [type.name, type]));
  const identity = { name: "pets", version: "1", dialect: "rest" } as const;
  return { ...identity, namespace: "urn:pets", types: named, operations: [] };
}

const root = { name: "pet", namespace: "" };
const pets = contract(
  { name: "Pet", type: record("name") },
  { name: "Dog", type: record("bark", { extends: "Pet" }) },
  { name: "Größe 1", type: record("size", { extends: "Pet" }) },
);
const pet = { kind: "ref", name: "Pet" } as const;

test("they are read again as what they were written from", () => {
  const values = [
    { name: "a" },
    { "@type": "Dog", name: "a", bark: "wau" },
    { "@type": "Größe 1", name: "a", size: "1" },
  ];
  for (const value of values) {
    const written = compileXmlWriter(pets, root, pet, {}).writeDocument(value);
    assert.equal(written.kind, "text");
    const text = written.kind === "text" ? written.text : "";
    const read = compileXmlReader(pets, root, pet, { unknown: "reject" }).read(Buffer.from(text));
    assert.deepEqual(read.kind === "value" && { ...(read.value as object) }, value, text);
  }
});

test("a type of any prefix is known by its name in the namespace of the contract", () => {
  const text =
    '<pet xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:p="urn:pets" i:type="p:Dog">' +
    "<name>a</name><bark>wau</bark></pet>";
  const read = compileXmlReader(pets, root, pet, { unknown: "reject" }).read(Buffer.from(text));
  assert.equal(read.kind === "value" && (read.value as { "@type": string })["@type"], "Dog");
});

test("names of the source come first, made ones get a number", () => {
  const names = typeXmlNames(
    contract(
      { name: "a b", type: record("x") },
      { name: "a_b", type: record("x"), xmlName: { name: "a_b", namespace: "urn:pets" } },
      { name: "1", type: record("x") },
    ),
  );
  assert.deepEqual(Object.fromEntries([...names].map(([name, xml]) => [name, xml.name])), {
    "a b": "a_b2",
    a_b: "a_b",
    "1": "_1",
  });
});
