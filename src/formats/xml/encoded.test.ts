/** What the compiled reader makes of SOAP encoding: references, arrays, any order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DocumentFailure } from "#contract/document-fault.ts";
import type { Type } from "#contract/types.ts";
import type { XmlReadOptions } from "./codec-options.ts";
import { compileXmlReader } from "./compile-reader.ts";
import { defaultXmlLimits } from "./limits.ts";
import { contractOf, element, field, listOf } from "./order-fixture.ts";
import { chained, plain, readAs, record, xsi } from "./read-fixture.ts";
import { endTag, startTag, XmlTokenizer } from "./tokenizer.ts";

const int: Type = { kind: "int", bits: 32, signed: true };
const optional = { presence: "optional" } as const;

const encoded: XmlReadOptions = { unknown: "reject", encoded: true };

function readEncoded(body: string, limits = {}): string {
  const contract = contractOf([chained]);
  const type = record(
    field("a", { kind: "ref", name: "Chained" }, { xml: element("a", "") }),
    field("b", { kind: "ref", name: "Chained" }, { ...optional, xml: element("b", "") }),
  );
  const reader = compileXmlReader(contract, element("r", "u"), type, encoded);
  const tokenizer = new XmlTokenizer(`<Body xmlns:e="u" ${xsi}>${body}</Body>`, {
    ...defaultXmlLimits,
    ...limits,
  });
  tokenizer.next();
  tokenizer.nextElement();
  try {
    const value = JSON.stringify(reader.readAt(tokenizer));
    assert.equal(tokenizer.token, endTag);
    while (tokenizer.nextElement() === startTag) tokenizer.skipElement();
    tokenizer.finish();
    return value;
  } catch (error) {
    assert.ok(error instanceof DocumentFailure, String(error));
    return `${error.fault.code}: ${error.message}`;
  }
}

test("SOAP encoding: references are followed, types and order are no matter", () => {
  const body =
    '<e:r><b href="#2"/><a xsi:type="e:Whatever"><v xsi:type="e:s">1</v></a></e:r>' +
    '<multiRef id="2"><next href="#3"/><v href="#4"/></multiRef>' +
    '<multiRef id="3"><v>3</v></multiRef><multiRef id="4">4</multiRef>';
  assert.equal(
    readEncoded(body),
    '{"b":{"next":[{"v":"3","next":[]}],"v":"4"},"a":{"v":"1","next":[]}}',
  );
});

test("SOAP encoding: arrays have items of any name, and may stand elsewhere", () => {
  const xml = { ...element("item", ""), wrapper: { name: "list", namespace: "" } };
  const type = record(field("list", listOf(int), { xml }));
  const soap = 'xmlns:s="http://schemas.xmlsoap.org/soap/encoding/"';
  const array = `${soap} xsi:type="s:Array" s:arrayType="xsd:int[2]"`;
  const direct = `<list xmlns="" ${array}><a>1</a><b id="b">2</b></list>`;
  assert.deepEqual(readAs([], type, direct, encoded), { list: [1, 2] });
  assert.match(String(readAs([], type, direct)), /arrayType in namespace .* is not known/);
  const away = `<list xmlns="" href="#1"/>`;
  const reader = compileXmlReader(contractOf([]), element("r", ""), type, encoded);
  const source = `<b ${xsi}><r>${away}</r><m id="1" ${array}><i>3</i></m></b>`;
  const tokenizer = new XmlTokenizer(source);
  tokenizer.next();
  tokenizer.nextElement();
  assert.deepEqual(plain(reader.readAt(tokenizer)), { list: [3] });
});

test("SOAP encoding: cycles, bombs and dangling references are refused", () => {
  const cycle = '<e:r><a href="#1"/></e:r><m id="1"><next href="#1"/></m>';
  assert.match(readEncoded(cycle), /^circular-reference/);
  assert.match(readEncoded('<e:r><a href="#9"/></e:r>'), /^unknown-reference: .*"#9"/);
  assert.match(readEncoded('<e:r><a href="http://x/"/></e:r>'), /^unknown-reference/);
  assert.match(readEncoded('<e:r><a href="#1"/></e:r><m id="1"/><m id="1"/>'), /^duplicate-id/);
  const levels = Array.from(
    { length: 30 },
    (_, index) => `<m id="${index}">${`<next href="#${index + 1}"/>`.repeat(10)}</m>`,
  );
  const bomb = `<e:r><a href="#0"/></e:r>${levels.join("")}<m id="30"/>`;
  assert.match(readEncoded(bomb), /^limit-exceeded: .*referencesMax/);
  assert.match(readEncoded(bomb, { documentBytesMax: bomb.length + 500 }), /^limit-exceeded/);
});
