/** Contracts in other encodings than UTF-8 are read as what they say, or refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nodePlatform } from "#base/platform.ts";
import { fixtureService } from "#gateway/router-fixture.ts";
import { listenHttp } from "#tests/support/listen-http.ts";
import { decodeDocument } from "./decode-document.ts";
import { fetchContract } from "./fetch-contract.ts";
import { importContracts } from "./import-contracts.ts";

const namespaces =
  'xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:w="http://schemas.xmlsoap.org/wsdl/soap/" ' +
  'xmlns:s="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" targetNamespace="urn:t"';
const declared = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>`;
const schema = (encoding: string) =>
  `${declared(encoding)}<s:schema xmlns:s="http://www.w3.org/2001/XMLSchema" ` +
  `targetNamespace="urn:t"><s:element name="größe" type="s:int"/></s:schema>`;
const wsdl = (encoding: string) =>
  `${declared(encoding)}<definitions ${namespaces}><types><s:schema targetNamespace="urn:t">` +
  `<s:include schemaLocation="a.xsd"/></s:schema></types>` +
  `<message name="m"><part name="p" element="t:größe"/></message>` +
  `<portType name="p"><operation name="maß"><input message="t:m"/></operation></portType>` +
  `<binding name="b" type="t:p"><w:binding transport="http://schemas.xmlsoap.org/soap/http"/>` +
  `<operation name="maß"><input><w:body use="literal"/></input></operation></binding>` +
  `<service name="s"><port name="q" binding="t:b"><w:address location="http://127.0.0.1/"/>` +
  `</port></service></definitions>`;

const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, "utf16le");
const latin1 = (text: string) => Buffer.from(text, "latin1");

function imported(contract: Buffer, included: Buffer) {
  const service = fixtureService("a", [], { contractFile: "/c/a.wsdl" });
  const files = { readUpTo: (path: string) => (path.endsWith(".xsd") ? included : contract) };
  const { contracts, diagnostics } = importContracts([service], files, () => undefined);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const [operation] = contracts.get("a")?.operations ?? [];
  return { errors, id: operation?.id, element: operation?.soap?.input?.name };
}

for (const [name, contract, included] of [
  ["ISO-8859-1", latin1(wsdl("ISO-8859-1")), latin1(schema("iso-8859-1"))],
  ["UTF-16", utf16(wsdl("UTF-16")), utf16(schema("utf-16"))],
  ["UTF-8 with a mark", Buffer.from(`\uFEFF${wsdl("UTF-8")}`), Buffer.from(schema("UTF-8"))],
] as const) {
  test(`a WSDL and its schema in ${name} are read as they say`, () => {
    const expected = { errors: [], id: "maß", element: "größe" };
    assert.deepEqual(imported(contract, included), expected);
  });
}

test("documents that cannot be decoded are refused with their file", () => {
  const good = Buffer.from(wsdl("UTF-8"));
  const cases = [
    [latin1(wsdl("ISO-8859-9")), Buffer.from(schema("UTF-8")), "/c/a.wsdl", /ISO-8859-9/],
    [good, latin1(schema("UTF-8")), "/c/a.xsd", /not valid UTF-8/],
    [latin1("openapi: 3.1.0 # für"), good, "/c/a.wsdl", /not UTF-8/],
  ] as const;
  for (const [contract, included, file, message] of cases) {
    const [error] = imported(contract, included).errors;
    assert.deepEqual([error?.code, error?.source?.file], ["document-encoding", file]);
    assert.match(error?.message ?? "", message);
  }
});

test("any declaration will do for ASCII, and descriptor sets are no text", () => {
  const ascii = '<?xml version="1.0" encoding="Shift_JIS"?><a/>';
  assert.deepEqual(decodeDocument(Buffer.from(ascii)), { kind: "text", text: ascii });
  assert.equal(decodeDocument(Buffer.from([0x0a, 0x05, 0x0a, 0x03, 0xff])).kind, "text");
});

test("a document that is fetched is decoded, and says itself what it is written in", async (context) => {
  const url = await listenHttp(context, ({ url: path }, response) => {
    const type = path === "/charset" ? "text/xml; charset=iso-8859-1" : "text/xml";
    response.setHeader("content-type", type);
    const text = wsdl("ISO-8859-1").replace(/<types>.*<\/types>/, "");
    response.end(latin1(path === "/charset" ? text.replace(/^.*?\?>/, "") : text));
  });
  for (const path of ["/declared", "/charset"]) {
    const { documents } = await fetchContract(url + path, nodePlatform);
    const text = documents.get(url + path) ?? "";
    assert.match(text, /<operation name="maß">/);
    assert.doesNotMatch(text, /ISO-8859-1/);
  }
});
