/** Laws of the XML codec, for generated contracts and values. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileXmlReader } from "./compile-reader.ts";
import { compileXmlWriter } from "./compile-writer.ts";
import { contractCase } from "./contract-arbitrary-fixture.ts";
import { orderContract, orderElement, orderType, orderXml } from "./order-fixture.ts";
import { parseXmlTree } from "./parse-tree.ts";

const element = { name: "root", namespace: "urn:root" };

test("what was written is read as the same value", () => {
  fc.assert(
    fc.property(contractCase, ({ contract, type, value }) => {
      const written = compileXmlWriter(contract, element, type).writeDocument(value);
      assert.equal(written.kind, "text", JSON.stringify(written));
      const { text } = written as { text: string };
      const tree = parseXmlTree(text);
      assert.ok("root" in tree, `${JSON.stringify(tree)} ${text}`);
      const reader = compileXmlReader(contract, element, type, { unknown: "reject" });
      for (const document of [text, Buffer.from(text)]) {
        assert.deepEqual(reader.read(document), { kind: "value", value }, text);
      }
      const utf16 = Buffer.from(`\ufeff${text.replace(/encoding="UTF-8"/, "")}`, "utf16le");
      assert.deepEqual(reader.read(utf16), { kind: "value", value });
    }),
    { numRuns: 400 },
  );
});

const reader = compileXmlReader(orderContract, orderElement, orderType, { unknown: "reject" });
const whole = reader.read(orderXml);

test("texts mean the same however comments, sections and references part them", () => {
  const places = [...orderXml.matchAll(/>[^<]+</g)]
    .filter(([found]) => found.trim().length > 2 && !found.includes("&"))
    .flatMap(({ 0: found, index }) => [index + 1, index + found.length - 2]);
  const pieces = ["<!-- x -->", "<![CDATA[]]>", "<?p x?>"];
  fc.assert(
    fc.property(fc.subarray(places), fc.constantFrom(...pieces), fc.boolean(), (at, piece, hex) => {
      let text = orderXml;
      for (const offset of [...new Set(at)].toSorted((a, b) => b - a)) {
        const code = text.charCodeAt(offset);
        const spelled = hex ? `&#x${code.toString(16)};` : `<![CDATA[${text[offset]}]]>`;
        text = text.slice(0, offset) + piece + spelled + piece + text.slice(offset + 1);
      }
      const read = reader.read(text);
      assert.deepEqual(read, whole, JSON.stringify(read));
    }),
  );
});

test("a document with one byte changed, cut or doubled is read or refused, and nothing is thrown", () => {
  const bytes = Buffer.from(orderXml);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(40), (at, byte, length) => {
      const changed = Buffer.from(bytes);
      changed[at] = byte;
      const cut = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
      const doubled = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
      for (const document of [changed, cut, doubled, bytes.subarray(0, at)]) {
        const read = reader.read(document);
        assert.ok(read.kind === "value" || read.message.length > 10);
      }
    }),
    { numRuns: 1_000 },
  );
});

test("any value is written or refused, and what is written is well-formed", () => {
  const writer = compileXmlWriter(orderContract, orderElement, orderType);
  const keys = ["id", "placed", "customer", "shipTo", "payment", "lines", "total", "@type", "card"];
  const anything = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom(null, true, 1.5, "x", "\u0000", "\ud800", "1", new Uint8Array(2)),
      fc.array(tie("value"), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom(...keys), tie("value")),
    ),
  })).value;
  fc.assert(
    fc.property(anything, fc.constantFrom(...keys), (strange, key) => {
      const base = whole.kind === "value" ? (whole.value as object) : {};
      const written = writer.write({ ...base, [key]: strange } as never);
      if (written.kind === "text") assert.ok("root" in parseXmlTree(written.text), written.text);
      else assert.ok(written.message.length > 10);
    }),
    { numRuns: 1_000 },
  );
});
