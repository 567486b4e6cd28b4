/** Whole envelopes that we emit, judged by xmllint under SOAP's schema and the described one. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Call, Reply } from "#call/call.ts";
import { faultNamespace } from "#call/fault-table.ts";
import { lacks } from "#tests/support/tools.ts";
import { billing, billingNamespace, operationNamed } from "./billing-fixture.ts";
import { describeSchemaFiles } from "./describe.ts";
import { createSoapFace } from "./face.ts";
import { answerTo, envelope, envelope12, post } from "./message-fixture.ts";
import { createSoapUpstream } from "./upstream.ts";
import { soap11, soap12, type SoapDialect } from "./versions.ts";

const service = { serviceName: "billing", contract: billing };
const face = createSoapFace(service);
const get = `<getInvoice xmlns="${billingNamespace}"><id>1</id></getInvoice>`;

const entrySchema = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
    targetNamespace="${faultNamespace}" elementFormDefault="qualified">
  <xs:element name="parlance"><xs:complexType><xs:sequence>
    <xs:element name="exchange" type="xs:string"/><xs:element name="code" type="xs:string"/>
    <xs:element name="fault" type="xs:string"/><xs:element name="kind" type="xs:string"/>
    <xs:element name="place" type="xs:string" minOccurs="0"/></xs:sequence></xs:complexType>
  </xs:element></xs:schema>`;

const any = '<xs:any processContents="strict" minOccurs="0" maxOccurs="unbounded"/>';
const anyHere = (name: string, min: number) =>
  `<xs:element name="${name}" minOccurs="${min}"><xs:complexType><xs:sequence>${any}` +
  "</xs:sequence></xs:complexType></xs:element>";

const fault11 = `<xs:element form="unqualified" name="faultcode" type="xs:QName"/>
  <xs:element form="unqualified" name="faultstring" type="xs:string"/>
  ${anyHere("detail", 0).replace('name="detail"', 'name="detail" form="unqualified"')}`;
const value = '<xs:element name="Value" type="xs:QName"/>';
const fault12 = `<xs:element name="Code"><xs:complexType><xs:sequence>${value}
  <xs:element name="Subcode" minOccurs="0"><xs:complexType><xs:sequence>${value}</xs:sequence>
  </xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>
  <xs:element name="Reason"><xs:complexType><xs:sequence><xs:element name="Text"><xs:complexType>
  <xs:simpleContent><xs:extension base="xs:string"><xs:anyAttribute processContents="skip"/>
  </xs:extension></xs:simpleContent></xs:complexType></xs:element></xs:sequence></xs:complexType>
  </xs:element>${anyHere("Detail", 0)}`;

function envelopeSchema({ namespace, version }: SoapDialect, imports: string): string {
  const understood = `<xs:element name="NotUnderstood"><xs:complexType>
    <xs:attribute name="qname" type="xs:QName" use="required"/></xs:complexType></xs:element>
    <xs:element name="Upgrade"><xs:complexType><xs:sequence>
    <xs:element name="SupportedEnvelope" maxOccurs="unbounded"><xs:complexType>
    <xs:attribute name="qname" type="xs:QName" use="required"/></xs:complexType></xs:element>
    </xs:sequence></xs:complexType></xs:element>`;
  return `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="${namespace}"
    elementFormDefault="qualified">${imports}
  <xs:element name="Envelope"><xs:complexType><xs:sequence>${anyHere("Header", 0)}
  ${anyHere("Body", 1)}</xs:sequence></xs:complexType></xs:element>
  <xs:element name="Fault"><xs:complexType><xs:sequence>${version === "1.1" ? fault11 : fault12}
  </xs:sequence></xs:complexType></xs:element>${version === "1.1" ? "" : understood}</xs:schema>`;
}

describe("envelopes", { skip: lacks("xmllint") }, () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "parlance-envelopes-"));
    const names: string[] = [];
    const location = (namespace: string) => {
      if (!names.includes(namespace)) names.push(namespace);
      return `schema${names.indexOf(namespace)}.xsd`;
    };
    const files = describeSchemaFiles(billing, "billing", location);
    const all = [...files, { namespace: faultNamespace, text: entrySchema }];
    for (const { namespace, text } of all) writeFileSync(join(folder, location(namespace)), text);
    const imports = all.map(
      ({ namespace }) =>
        `<xs:import namespace="${namespace}" schemaLocation="${location(namespace)}"/>`,
    );
    for (const dialect of [soap11, soap12]) {
      const schema = envelopeSchema(dialect, imports.join(""));
      writeFileSync(join(folder, `${dialect.version}.xsd`), schema);
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  function validate(text: Buffer): void {
    const version = text.includes(soap12.namespace) ? "1.2" : "1.1";
    const args = ["--noout", "--nonet", "--schema", join(folder, `${version}.xsd`), "-"];
    try {
      execFileSync("xmllint", args, { input: text, stdio: ["pipe", "pipe", "pipe"] });
    } catch (error) {
      assert.fail(`${(error as { readonly stderr: Buffer }).stderr.toString()}${text.toString()}`);
    }
  }

  const line = { sku: "a", price: { value: "1.5", currency: "EUR" }, note: null };
  const invoice = { id: "1", choice: { card: "<&>" }, line: [line], scan: Buffer.from("s") };
  const declared = { name: "notFound", detail: { id: "1" } };
  const told = { kind: "fault", faultKind: "not_found", blame: "service", code: "x" } as const;
  const replies: readonly (readonly [string, Reply])[] = [
    ["an answer", { kind: "answer", output: { invoice }, headers: {} }],
    ["a declared fault", { ...told, message: "no & none", declared }],
    ["an undeclared fault", { ...told, message: "", place: "Envelope/Body" }],
  ];
  for (const [name, reply] of replies) {
    for (const [version, request] of [
      ["1.1", post(envelope(get))],
      ["1.2", post(envelope12(get), "application/soap+xml")],
    ] as const) {
      test(`${name} in SOAP ${version} is valid`, () => {
        validate(answerTo(face, face.decode(request), reply).body);
      });
    }
  }

  const strange = '<x:Tx xmlns:x="urn:x" e:mustUnderstand="1"/>';
  const refusals = [
    ["what is not understood", post(envelope(get, strange))],
    ["what is not understood in 1.2", post(envelope12(get, strange), "application/soap+xml")],
    ["another version", post(envelope(get), "application/soap+xml")],
    ["another media type", post(envelope(get), "text/html")],
    ["a bad value", post(envelope(get.replace("1<", "x<")))],
  ] as const;
  for (const [name, request] of refusals) {
    test(`the refusal of ${name} is valid`, () => {
      validate(answerTo(face, face.decode(request)).body);
    });
  }

  const calls: readonly (readonly [string, Call["input"]])[] = [
    ["getInvoice", { id: "7" }],
    ["store", { Invoice: invoice }],
    ["ping", {}],
    ["add", { a: 1, b: 2 }],
    ["reset", {}],
  ];
  for (const [id, input] of calls) {
    test(`the call of ${id} is valid`, () => {
      const operation = operationNamed(billing, id);
      const headers = id === "getInvoice" ? { Session: "s" } : {};
      const request = createSoapUpstream(service).encode({ operation, input, headers });
      assert.equal(request.kind, "request", JSON.stringify(request));
      validate(request.body);
    });
  }
});
