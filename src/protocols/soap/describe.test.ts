import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import test from "node:test";
import { compareContracts } from "#contract/compare.ts";
import type { Contract } from "#contract/contract.ts";
import type { Field, Type } from "#contract/types.ts";
import { xmlNamespace } from "#formats/xml/namespace-scope.ts";
import { lacks } from "#tests/support/tools.ts";
import { billing } from "./billing-fixture.ts";
import { patternOf } from "./describe-pattern.ts";
import { describeWsdl } from "./describe.ts";
import { contractAround, describedAndImported } from "./described-fixture.ts";

test("the description of a WSDL contract is the same contract for callers", () => {
  const { described, imported } = describedAndImported(billing);
  assert.deepEqual(imported.diagnostics, []);
  assert.deepEqual(
    described.diagnostics.map(({ code }) => code),
    ["rpc-as-document"],
  );
  const { operations } = compareContracts(billing, imported.contract);
  const breaking = operations.filter(({ change }) => change === "breaking");
  // Of these only the words of the binding differ.
  assert.deepEqual(
    breaking.map(({ id, reasons }) => [id, reasons.map(({ place }) => place)]),
    [["add", ["soap"]]],
  );
  assert.deepEqual(imported.contract.operations[1]?.soap?.versions, ["1.1", "1.2"]);
});

test("xmllint finds the document well-formed", { skip: lacks("xmllint") }, () => {
  const { text } = describedAndImported(billing).described;
  const output = execFileSync("xmllint", ["--noout", "-"], { input: text });
  assert.equal(output.length, 0);
});

test("the address is written as text", () => {
  const service = { serviceName: "billing", contract: billing };
  const { text, mediaType } = describeWsdl(service, { address: 'http://h/?a="&' });
  assert.match(text, /location="http:\/\/h\/\?a=&quot;&amp;"/);
  assert.equal(mediaType, "text/xml; charset=utf-8");
});

const string: Type = { kind: "string", whitespace: "preserve" };

function bodyOf(type: Type): Contract {
  const types = new Map([["T", { name: "T", type }]]);
  const base: Contract = { ...billing, namespace: "urn:t", types, operations: [] };
  return contractAround(base, { kind: "ref", name: "T" });
}

function record(...fields: readonly (Partial<Field> & Pick<Field, "type">)[]): Type {
  return {
    kind: "record",
    fields: fields.map((field, at) => ({
      name: `f${at}`,
      presence: "required" as const,
      nullable: false,
      xml: { node: "element", name: `f${at}`, namespace: "urn:t" } as const,
      ...field,
    })),
  };
}

const exact: readonly (readonly [string, Type, RegExp])[] = [
  [
    "bounds of whole numbers",
    { kind: "int", bits: 16, signed: false, maximum: "7" },
    /unsignedShort"><xs:maxInclusive value="7"/,
  ],
  [
    "digits of decimals",
    { kind: "decimal", digits: 9, scale: 2, minimum: "0", minimumExcluded: true },
    /totalDigits value="9"\/><xs:fractionDigits value="2"\/><xs:minExclusive value="0"/,
  ],
  [
    "patterns that must all match",
    { ...string, pattern: "a+", patternDialect: "xsd", patternsAlso: [".{2}"] },
    /<xs:restriction><xs:simpleType>/,
  ],
  [
    "a closed enumeration",
    { kind: "enum", values: [{ value: "a<" }], open: false, spelling: "string" },
    /enumeration value="a&lt;"/,
  ],
  [
    "an open enumeration",
    { kind: "enum", values: [{ value: "a" }], open: true, spelling: "string" },
    /memberTypes="xs:string"/,
  ],
  [
    "numbers to choose from",
    { kind: "enum", values: [{ value: "1" }], open: false, spelling: "number" },
    /base="xs:int"/,
  ],
  [
    "lengths of bytes",
    { kind: "bytes", encoding: "hex", lengthMin: 2, lengthMax: 2 },
    /hexBinary"><xs:length value="2"/,
  ],
  [
    "a list in one text",
    { kind: "list", item: { kind: "bool" }, itemNullable: false, min: 1, xmlText: true },
    /<xs:list itemType="xs:boolean"/,
  ],
];
for (const [name, type, pattern] of exact) {
  test(`${name} survive their description`, () => {
    const contract = bodyOf(record({ type }));
    const { described, imported } = describedAndImported(contract);
    assert.match(described.text, pattern);
    assert.deepEqual(described.diagnostics, []);
    const { operations } = compareContracts(contract, imported.contract);
    assert.deepEqual(
      operations.flatMap(({ reasons }) => reasons),
      [],
    );
  });
}

const lossy: readonly (readonly [string, Type, string])[] = [
  ["a UUID", record({ type: { kind: "uuid" } }), "uuid-as-string"],
  ["a map", record({ type: { kind: "map", key: string as never, value: string } }), "map-as-any"],
  ["a zone that is required", record({ type: { kind: "date", zone: "required" } }), "zone-widened"],
  ["a time without a zone", record({ type: { kind: "time", zone: "none" } }), "zone-widened"],
  ["seconds", record({ type: { kind: "duration", style: "seconds" } }), "duration-widened"],
  [
    "a look-ahead",
    record({ type: { ...string, pattern: "^(?=a)", patternDialect: "ecma" } }),
    "pattern-left-out",
  ],
  ["an open record", { ...record(), open: true } as Type, "open-record"],
  [
    "a long number that JSON writes as one",
    record({ type: { kind: "decimal", spelling: "number" } }),
    "json-spelling",
  ],
  [
    "a list that may be empty",
    record({ type: { kind: "list", item: string, itemNullable: false, min: 0 } }),
    "empty-list",
  ],
];
for (const [name, type, code] of lossy) {
  test(`${name} is reported as lost`, () => {
    const { described, imported } = describedAndImported(bodyOf(type));
    assert.ok(
      described.diagnostics.some((one) => one.code === code),
      JSON.stringify(described.diagnostics),
    );
    assert.ok(imported.diagnostics.every(({ severity }) => severity !== "error"));
  });
}

test("two elements of one name in another namespace are reported", () => {
  const xml = { node: "element", name: "a", namespace: "urn:other" } as const;
  const inner = record({ type: { kind: "bool" }, xml });
  const contract = bodyOf(record({ type: inner }, { type: string, xml }));
  const { diagnostics } = describedAndImported(contract).described;
  assert.deepEqual(
    diagnostics.map(({ code }) => code),
    ["element-conflict"],
  );
});

const patterns: readonly (readonly [string, string | undefined])[] = [
  ["^[a-z]+$", "[a-z]+"],
  ["a", "[\\s\\S]*a[\\s\\S]*"],
  ["^\\d{3}", "[0-9]{3}[\\s\\S]*"],
  ["^(?:a|b)$", "(a|b)"],
  ["^a|b$", undefined],
  ["^a|b", undefined],
  ["a|b", "[\\s\\S]*(a|b)[\\s\\S]*"],
  ["^(?!a)", undefined],
  ["^\\bx$", undefined],
  ["^a*?$", undefined],
  ["^\\$\\/$", "$/"],
  ["^\\u0041$", undefined],
];
for (const [ecma, xsd] of patterns) {
  test(`the pattern ${ecma} of ECMAScript is ${xsd ?? "left out"} in XML Schema`, () => {
    assert.equal(patternOf(ecma), xsd);
  });
}

test("a schema says once that its elements are in no namespace, where all are", () => {
  const plain = (name: string) => {
    return { type: string, name, xml: { node: "element", name, namespace: "" } as const };
  };
  const written = (type: Type) => describedAndImported(bodyOf(type)).described.text;
  const all = written(record(plain("a"), plain("b")));
  assert.match(all, /targetNamespace="urn:t" elementFormDefault="unqualified"/);
  assert.doesNotMatch(all, /form="/);
  const mixed = written(record(plain("a"), { type: string }));
  assert.match(mixed, /targetNamespace="urn:t" elementFormDefault="qualified"/);
  assert.match(mixed, /<xs:element name="a" form="unqualified"/);
});

test("documentation of attributes comes back as it was", () => {
  const documentation = 'of the "text" <b> & more';
  const attribute = (namespace: string) => ({
    ...{ type: string, name: "id", presence: "optional" as const, documentation },
    xml: { node: "attribute", name: "id", namespace } as const,
  });
  for (const namespace of ["", "urn:t", "urn:other"]) {
    const type = record({ type: string }, attribute(namespace));
    const { described, imported } = describedAndImported(bodyOf(type));
    assert.deepEqual([described.diagnostics, imported.diagnostics], [[], []]);
    const read = imported.contract.types.get("T")?.type;
    assert.ok(read?.kind === "record");
    const { xml, documentation: text } = read.fields[1] ?? {};
    assert.deepEqual([xml?.namespace, text], [namespace, documentation]);
  }
});

test("attributes of xml: may stand there, and no client fetches a schema for them", () => {
  const xml = { node: "attribute", name: "lang", namespace: xmlNamespace } as const;
  const lang = { type: string, name: "lang", presence: "optional" as const, xml };
  const { described } = describedAndImported(bodyOf(record({ type: string }, lang)));
  assert.deepEqual(
    described.diagnostics.map(({ code }) => code),
    ["xml-attributes"],
  );
  assert.doesNotMatch(described.text, /xs:import|xml:lang/);
});
