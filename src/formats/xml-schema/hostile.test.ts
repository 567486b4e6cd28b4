import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultContractLimits } from "#base/limits.ts";
import { filesOf } from "#tests/support/contract-files.ts";
import { type CompiledAll, compileAll } from "./compile-fixture.ts";

const head =
  `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" ` +
  `xmlns="urn:t" targetNamespace="urn:t">`;

function compile(content: string, limits = {}): CompiledAll {
  const text = `${head}${content}</xs:schema>`;
  return compileAll(filesOf({ "a.xsd": text }, "a.xsd"), { ...defaultContractLimits, ...limits });
}

function codes({ diagnostics }: CompiledAll): string[] {
  return [...new Set(diagnostics.map(({ severity, code }) => `${severity} ${code}`))];
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

test("groups that double themselves forty times end at the limit of elements", () => {
  const groups = range(40).map(
    (index) =>
      `<xs:group name="g${index}"><xs:sequence>` +
      `<xs:group ref="g${index + 1}"/><xs:group ref="g${index + 1}"/></xs:sequence></xs:group>`,
  );
  const last =
    `<xs:group name="g40"><xs:sequence><xs:element name="e" type="xs:int"/>` +
    `</xs:sequence></xs:group>`;
  const type = `<xs:complexType name="Bomb"><xs:group ref="g0"/></xs:complexType>`;
  const compiled = compile(groups.join("") + last + type, { elementsMax: 20_000 });
  assert.deepEqual(codes(compiled), ["error too-many-elements"]);
});

test("attribute groups that double themselves are walked once each", () => {
  const groups = range(100).map(
    (index) =>
      `<xs:attributeGroup name="g${index}"><xs:attribute name="a${index}" type="xs:int"/>` +
      `<xs:attributeGroup ref="g${(index + 1) % 100}"/>` +
      `<xs:attributeGroup ref="g${(index + 2) % 100}"/></xs:attributeGroup>`,
  );
  const type = `<xs:complexType name="Bomb"><xs:attributeGroup ref="g0"/></xs:complexType>`;
  const compiled = compile(groups.join("") + type);
  const bomb = compiled.types.get("Bomb")?.type;
  assert.equal(bomb?.kind === "record" && bomb.fields.length, 100);
});

test("a chain of 5,000 derived types is refused at the limit of depth", () => {
  const types = range(5_000).map(
    (index) =>
      `<xs:complexType name="T${index}"><xs:complexContent>` +
      `<xs:extension base="T${index + 1}"/></xs:complexContent></xs:complexType>`,
  );
  const compiled = compile(`${types.join("")}<xs:complexType name="T5000"/>`);
  assert.ok(codes(compiled).includes("error too-deep"));
});

test("a chain of 5,000 simple types is refused at the limit of depth", () => {
  const types = range(5_000).map(
    (index) =>
      `<xs:simpleType name="S${index}"><xs:restriction base="S${index + 1}"/></xs:simpleType>`,
  );
  const last = `<xs:simpleType name="S5000"><xs:restriction base="xs:int"/></xs:simpleType>`;
  assert.ok(codes(compile(types.join("") + last)).includes("error too-deep"));
});

test("sequences within each other beyond the limit of depth are refused", () => {
  const open = "<xs:sequence>".repeat(10_000);
  const close = "</xs:sequence>".repeat(10_000);
  const compiled = compile(`<xs:complexType name="Deep">${open}${close}</xs:complexType>`);
  assert.deepEqual(
    compiled.diagnostics.map(({ severity }) => severity),
    ["error"],
  );
  assert.match(compiled.diagnostics[0]?.message ?? "", /200/);
});

test("a million elements are refused at the limit of elements", () => {
  const elements = `<xs:element name="e" type="xs:int"/>`.repeat(1_000_000);
  const compiled = compile(
    `<xs:complexType name="Wide"><xs:sequence>${elements}</xs:sequence></xs:complexType>`,
  );
  assert.equal(compiled.types.size, 0);
  assert.deepEqual(
    compiled.diagnostics.map(({ severity }) => severity),
    ["error"],
  );
});

test("50,000 equal names in one record are numbered without delay", () => {
  const elements = `<xs:element name="e" type="xs:int"/>`.repeat(50_000);
  const compiled = compile(
    `<xs:complexType name="Wide"><xs:sequence>${elements}</xs:sequence></xs:complexType>`,
  );
  const wide = compiled.types.get("Wide")?.type;
  assert.equal(wide?.kind === "record" && wide.fields.at(-1)?.name, "e50000");
});

test("more types than the limit become opaque XML, with an error", () => {
  const types = range(100).map((index) => `<xs:complexType name="T${index}"/>`);
  const compiled = compile(types.join(""), { typesMax: 50 });
  assert.equal(compiled.types.size, 50);
  assert.deepEqual(codes(compiled), ["error too-many-types"]);
});

test("files that import each other without end are refused at the limit of files", () => {
  const text = (index: number) => `${head}<xs:include schemaLocation="${index + 1}"/></xs:schema>`;
  const files = {
    file: "0",
    text: text(0),
    read: (reference: string) => ({ file: reference, text: text(Number(reference)) }),
  };
  const compiled = compileAll(files);
  assert.deepEqual(codes(compiled), ["error too-many-files"]);
});

test("a head of a substitution group with 2,000 members used 2,000 times ends at the limit", () => {
  const members = range(2_000).map(
    (index) => `<xs:element name="m${index}" type="xs:int" substitutionGroup="head"/>`,
  );
  const uses = `<xs:element ref="head"/>`.repeat(2_000);
  const compiled = compile(
    `<xs:element name="head" type="xs:int"/>${members.join("")}` +
      `<xs:complexType name="Uses"><xs:sequence>${uses}</xs:sequence></xs:complexType>`,
  );
  assert.deepEqual(codes(compiled), ["error too-many-elements"]);
});

test("facets of absurd size are no work", () => {
  const facets = `<xs:totalDigits value="99999999999999999999"/><xs:fractionDigits value="7"/>`;
  const long = "9".repeat(100_000);
  const compiled = compile(
    `<xs:simpleType name="A"><xs:restriction base="xs:integer">${facets}` +
      `</xs:restriction></xs:simpleType><xs:simpleType name="B">` +
      `<xs:restriction base="xs:decimal"><xs:minInclusive value="${long}"/>` +
      `<xs:maxInclusive value="1e999999999"/></xs:restriction></xs:simpleType>`,
  );
  assert.deepEqual(compiled.types.get("B")?.type, { kind: "decimal" });
});
