import assert from "node:assert/strict";
import { test } from "node:test";
import type { ImportedContract } from "#extension/protocol.ts";
import { filesOf } from "#tests/support/contract-files.ts";
import { largeWsdl } from "./import-fixture.ts";
import { importer } from "./import.ts";

const head =
  `<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:t="urn:t" ` +
  `xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" ` +
  `xmlns:xs="http://www.w3.org/2001/XMLSchema" ` +
  `targetNamespace="urn:t">`;

function load(content: string): ImportedContract {
  const text = `${head}${content}</wsdl:definitions>`;
  return importer.import(filesOf({ "a.wsdl": text }, "a.wsdl"));
}

function codes({ diagnostics }: ImportedContract): string[] {
  return [...new Set(diagnostics.map(({ severity, code }) => `${severity} ${code}`))];
}

function repeat(count: number, make: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => make(index)).join("");
}

test("a WSDL of 1,000 operations and 6,000 types loads whole", () => {
  const { contract, diagnostics } = importer.import(filesOf({ a: largeWsdl(1_000) }, "a"));
  assert.deepEqual(diagnostics, []);
  assert.equal(contract.operations.length, 1_000);
  assert.equal(contract.types.size, 6_000);
});

test("20,000 overloaded operations are paired in their order", () => {
  const operation = `<wsdl:operation name="same"><wsdl:input message="t:M"/></wsdl:operation>`;
  const loaded = load(
    `<wsdl:message name="M"/><wsdl:portType name="P">${operation.repeat(20_000)}</wsdl:portType>` +
      `<wsdl:binding name="B" type="t:P"><soap:binding/>` +
      `${`<wsdl:operation name="same"/>`.repeat(20_000)}</wsdl:binding>`,
  );
  assert.equal(loaded.contract.operations.at(-1)?.id, "same20000");
});

test("a message of 20,000 parts that 1,000 operations use ends at the limit", () => {
  const loaded = load(
    `<wsdl:message name="M">` +
      repeat(20_000, (index) => `<wsdl:part name="p${index}" type="xs:int"/>`) +
      `</wsdl:message><wsdl:portType name="P">` +
      repeat(
        1_000,
        (index) => `<wsdl:operation name="o${index}"><wsdl:input message="t:M"/></wsdl:operation>`,
      ) +
      `</wsdl:portType>`,
  );
  assert.ok(codes(loaded).includes("error too-many-elements"));
});

test("10,000 bindings of one port type are refused beyond a hundred", () => {
  const loaded = load(
    `<wsdl:message name="M"/><wsdl:portType name="P">` +
      `<wsdl:operation name="o"><wsdl:input message="t:M"/></wsdl:operation></wsdl:portType>` +
      repeat(
        10_000,
        (index) => `<wsdl:binding name="B${index}" type="t:P"><soap:binding/></wsdl:binding>`,
      ),
  );
  assert.ok(codes(loaded).includes("error too-many-bindings"));
});

test("20,000 references to nowhere are said in a bounded number of diagnostics", () => {
  const loaded = load(
    `<wsdl:portType name="P">` +
      repeat(
        20_000,
        (index) =>
          `<wsdl:operation name="o${index}"><wsdl:input message="t:M${index}"/></wsdl:operation>`,
      ) +
      `</wsdl:portType>`,
  );
  assert.ok(loaded.diagnostics.length <= 1_001);
  assert.ok(codes(loaded).includes("warning too-many-diagnostics"));
});

test("WSDLs that import each other in a ring are read once each", () => {
  const text = (other: string) => `${head}<wsdl:import location="${other}"/></wsdl:definitions>`;
  const reads: string[] = [];
  const texts: Readonly<Record<string, string>> = { a: text("b"), b: text("c"), c: text("a") };
  importer.import({
    file: "a",
    text: text("b"),
    read(reference) {
      reads.push(reference);
      return { file: reference, text: texts[reference] ?? "" };
    },
  });
  assert.deepEqual(reads, ["b", "c", "a"]);
});

test("names of a megabyte are cut in messages", () => {
  const loaded = load(
    `<wsdl:portType name="P"/><wsdl:portType name="P"/>${"<x/>".repeat(3)}` +
      `<wsdl:service name="s"><wsdl:port binding="${"b".repeat(1_000_000)}"/></wsdl:service>`,
  );
  for (const { message } of loaded.diagnostics) assert.ok(message.length <= 1_003);
});

test("policies that refer to each other many times over are looked at once each", () => {
  const utility =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
  const policy = (id: number, content: string): string =>
    `<p:Policy xmlns:p="http://www.w3.org/ns/ws-policy" xmlns:u="${utility}" u:Id="p${id}">${content}</p:Policy>`;
  const reference = (id: number): string =>
    `<p:PolicyReference xmlns:p="http://www.w3.org/ns/ws-policy" URI="#p${id}"/>`;
  const mtom = `<m:MTOM xmlns:m="http://www.w3.org/2007/08/soap12-mtom-policy"/>`;
  // A hundred ways on at each of twelve steps: 10^24 of them, and the last step leads back.
  const demand = (last: string): unknown => {
    const loaded = load(
      repeat(12, (id) => policy(id, reference(id + 1).repeat(100))) +
        policy(12, last + reference(0)) +
        `<wsdl:message name="M"/><wsdl:portType name="P">` +
        `<wsdl:operation name="o"><wsdl:input message="t:M"/></wsdl:operation></wsdl:portType>` +
        `<wsdl:binding name="B" type="t:P">${reference(0)}<soap:binding/>` +
        `<wsdl:operation name="o"/></wsdl:binding>`,
    );
    return loaded.contract.operations[0]?.soap?.mtom;
  };
  assert.equal(demand(mtom), true);
  assert.ok(demand("") !== true);
});
