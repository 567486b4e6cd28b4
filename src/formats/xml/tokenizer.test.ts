/** What the tokenizer makes of texts, names, places, encodings and limits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DocumentFailure, orFault } from "#contract/document-fault.ts";
import { decodeXmlBytes } from "./decode-bytes.ts";
import type { XmlElement } from "./element.ts";
import { defaultXmlLimits, type XmlLimits } from "./limits.ts";
import { readOpaque } from "./opaque.ts";
import { parseXmlTree } from "./parse-tree.ts";
import { endOfDocument, endTag, startTag, textToken, XmlTokenizer } from "./tokenizer.ts";
import { malformed, wellFormed } from "./wellformed-fixture.ts";

function rootOf(document: string | Uint8Array): XmlElement {
  const parsed = parseXmlTree(document);
  assert.ok("root" in parsed, JSON.stringify(parsed));
  return parsed.root;
}

test("line ends and white space in values are normalised, references are not", () => {
  const root = rootOf("<a b='1\r\n2\t3\r4&#13;&#9;'>x\r\ny\rz&#13;<![CDATA[\r\n\r]]></a>");
  assert.deepEqual(root.children, ["x\ny\nz\r\n\n"]);
  assert.equal(root.attributes[0]?.value, "1 2 3 4\r\t");
});

test("a tree knows names, prefixes, declarations in scope and places", () => {
  const root = rootOf("<a xmlns='u'>\n  <p:b xmlns:p='v' p:c='1' d='2'>t<!-- x -->u</p:b>\n</a>");
  const inner = root.children[1] as XmlElement;
  assert.deepEqual([inner.name, inner.namespace, inner.prefix], ["b", "v", "p"]);
  assert.deepEqual([inner.line, inner.column], [2, 3]);
  assert.deepEqual(inner.children, ["tu"]);
  assert.deepEqual(inner.attributes, [
    { name: "c", namespace: "v", value: "1" },
    { name: "d", namespace: "", value: "2" },
  ]);
  assert.equal(inner.namespaces.get("p"), "v");
  assert.equal(inner.namespaces.get(""), "u");
  assert.equal(root.namespaces.has("p"), false);
});

test("the place of a failure is the path of open elements, with line and column", () => {
  const parsed = parseXmlTree("<a>\n<b>\n <p:c xmlns:p='u'>&x;</p:c></b></a>");
  assert.ok("diagnostic" in parsed);
  assert.deepEqual([parsed.diagnostic.line, parsed.diagnostic.column], [3, 19]);
  assert.match(parsed.diagnostic.message, /in a\/b\/c$/);
});

const encodings: readonly (readonly [string, Buffer, string])[] = [
  ["UTF-8", Buffer.from("<a>é😀</a>"), "é😀"],
  ["UTF-8 with a mark", Buffer.from("\ufeff<a>é</a>"), "é"],
  ["UTF-16LE", Buffer.from("\ufeff<a>é😀</a>", "utf16le"), "é😀"],
  ["UTF-16BE", Buffer.from("\ufeff<a>é😀</a>", "utf16le").swap16(), "é😀"],
  [
    "UTF-16 as declared",
    Buffer.from('\ufeff<?xml version="1.0" encoding="utf-16"?><a>é</a>', "utf16le"),
    "é",
  ],
  [
    "ISO-8859-1",
    Buffer.from('<?xml version="1.0" encoding="iso-8859-1"?><a>é\x80</a>', "latin1"),
    "é\x80",
  ],
  [
    "windows-1252",
    Buffer.from("<?xml version='1.0' encoding='Windows-1252'?><a>\x80\xe9</a>", "latin1"),
    "€é",
  ],
  ["US-ASCII", Buffer.from('<?xml version="1.0" encoding="US-ASCII"?><a>e</a>'), "e"],
];

for (const [name, bytes, text] of encodings) {
  test(`${name} is decoded`, () => {
    assert.deepEqual(rootOf(bytes).children, [text]);
  });
}

const undecodable: readonly (readonly [string, Buffer])[] = [
  ["malformed UTF-8", Buffer.from([0x3c, 0x61, 0x3e, 0xc3, 0x28])],
  ["UTF-8 that encodes a surrogate", Buffer.from([0x3c, 0x61, 0x3e, 0xed, 0xa0, 0x80])],
  ["an overlong sequence", Buffer.from([0x3c, 0x61, 0x3e, 0xc0, 0xbc])],
  ["UTF-16 cut in half", Buffer.from([0xff, 0xfe, 0x3c, 0x00, 0x61])],
  ["a lone surrogate in UTF-16", Buffer.from([0xff, 0xfe, 0x3c, 0x00, 0x00, 0xd8, 0x3e, 0x00])],
  ["UTF-16 without a mark", Buffer.from("<a/>", "utf16le")],
  ["UTF-32", Buffer.from([0xff, 0xfe, 0, 0, 0x3c, 0, 0, 0])],
  ["EBCDIC", Buffer.from([0x4c, 0x6f, 0xa7, 0x94])],
  ["an encoding that nobody reads", Buffer.from("<?xml version='1.0' encoding='KOI8-R'?><a/>")],
  [
    "a mark against the declaration",
    Buffer.from("\ufeff<?xml version='1.0' encoding='ASCII'?><a/>"),
  ],
  ["bytes beyond US-ASCII", Buffer.from("<?xml version='1.0' encoding='US-ASCII'?><a>é</a>")],
  [
    "what windows-1252 does not define",
    Buffer.from("<?xml version='1.0' encoding='windows-1252'?><a>\x81</a>", "latin1"),
  ],
];

for (const [name, bytes] of undecodable) {
  test(`${name} is refused, naming what could be read`, () => {
    const parsed = parseXmlTree(bytes);
    assert.ok("diagnostic" in parsed);
    assert.equal(parsed.diagnostic.code, "unsupported-encoding");
    assert.match(parsed.diagnostic.message, /expected UTF-8/);
  });
}

test("the charset of the transport outdoes the declaration, the byte order mark outdoes both", () => {
  const declared = Buffer.from("<?xml version='1.0' encoding='utf-8'?><a>é</a>", "latin1");
  assert.match(decodeXmlBytes(declared, "ISO-8859-1").text, /é/);
  assert.match(decodeXmlBytes(Buffer.from("\ufeff<a>é</a>"), "iso-8859-1").text, /é/);
});

interface Bomb {
  readonly limit: keyof XmlLimits;
  readonly text: string;
}

const bombs: readonly Bomb[] = [
  { limit: "depthMax", text: "<a>".repeat(100_000) },
  { limit: "documentBytesMax", text: `<a>${"x".repeat(50_000_000)}</a>` },
  { limit: "attributesMax", text: `<a ${attributes(10_000)}/>` },
  { limit: "namespacesMax", text: `<a ${attributes(10_000, "xmlns:")}/>` },
  { limit: "namespacesMax", text: nestedDeclarations() },
  { limit: "nameLengthMax", text: `<${"n".repeat(1_000_000)}/>` },
  { limit: "nameLengthMax", text: `<a ${"n".repeat(1_000_000)}=''/>` },
  { limit: "nodesMax", text: `<a>${"<b/>".repeat(1_000_001)}</a>` },
];

function attributes(count: number, prefix = ""): string {
  return Array.from({ length: count }, (_, index) => `${prefix}n${index}='u'`).join(" ");
}

function nestedDeclarations(): string {
  return Array.from({ length: 60 }, (_, index) => `<a ${attributes(index + 5, "xmlns:")}>`).join(
    "",
  );
}

function drain(text: string, limits: XmlLimits = defaultXmlLimits): string {
  const outcome = orFault(() => {
    const tokenizer = new XmlTokenizer(text, limits);
    while (tokenizer.next() !== endOfDocument);
    return "accepted";
  });
  return typeof outcome === "string" ? outcome : `${outcome.code}: ${outcome.message}`;
}

for (const { limit, text } of bombs) {
  test(`${limit} stops a document of ${text.length} characters like ${text.slice(0, 20)}`, () => {
    assert.match(drain(text), new RegExp(`^limit-exceeded: .*\\(${limit}\\)`));
  });
}

test("textLengthMax bounds texts, values and character data", () => {
  const limits = { ...defaultXmlLimits, textLengthMax: 100 };
  const long = "x".repeat(101);
  for (const text of [`<a>${long}</a>`, `<a b='${long}'/>`, `<a><![CDATA[${long}]]></a>`]) {
    assert.match(drain(text, limits), /textLengthMax/);
  }
  const pieces = `<a>${"<!-- -->x".repeat(101)}</a>`;
  const tokenizer = new XmlTokenizer(pieces, limits);
  tokenizer.next();
  assert.throws(() => tokenizer.readText(), /textLengthMax/);
});

test("documents at their limits pass", () => {
  const { depthMax } = defaultXmlLimits;
  assert.equal(drain(`${"<a>".repeat(depthMax)}${"</a>".repeat(depthMax)}`), "accepted");
  assert.equal(drain(`<a ${attributes(256)}/>`), "accepted");
});

test("a cut-out element takes along the declarations that it may mean, and no others", () => {
  const source =
    "<r xmlns='d' xmlns:p='u' xmlns:q='v' xmlns:s='w'><p:a xmlns:s='own'><s:b t='q:x'/></p:a></r>";
  const tokenizer = new XmlTokenizer(source);
  tokenizer.next();
  tokenizer.nextElement();
  assert.equal(
    readOpaque(tokenizer),
    '<p:a xmlns="d" xmlns:p="u" xmlns:q="v" xmlns:s=\'own\'><s:b t=\'q:x\'/></p:a>',
  );
  assert.equal(tokenizer.nextElement(), endTag);
});

test("a reader of elements refuses text between them, and takes white space and comments", () => {
  const tokenizer = new XmlTokenizer("<a> <!-- x --><b/>\n<![CDATA[ ]]>&#32;<c/> t </a>");
  const tokens = [tokenizer.next(), tokenizer.nextElement(), tokenizer.nextElement()];
  assert.deepEqual(tokens, [startTag, startTag, endTag]);
  assert.equal(tokenizer.nextElement(), startTag);
  assert.equal(tokenizer.nextElement(), endTag);
  assert.throws(() => tokenizer.nextElement(), /text has no place here: "t"/);
});

test("the tokenizer ends or fails on anything, and fails with nothing but its own failure", () => {
  const corpus = [...wellFormed, ...malformed].map(({ text }) => text);
  const piece = fc.oneof(
    fc.constantFrom("<", ">", "/", "&", ";", "'", '"', "=", " ", "]]>", "<!--", "-->", "<?", "?>"),
    fc.constantFrom("<a>", "</a>", "<![CDATA[", "xmlns", ":", "a", "\u0000", "\ud800", "&#x"),
    fc.constantFrom(...corpus),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      try {
        const tokenizer = new XmlTokenizer(pieces.join(""));
        let tokens = 0;
        for (let token = tokenizer.next(); token !== endOfDocument; token = tokenizer.next()) {
          tokens += 1;
          assert.ok(token === startTag || token === endTag || token === textToken);
        }
        assert.ok(tokens >= 2);
      } catch (error) {
        assert.ok(error instanceof DocumentFailure, String(error));
      }
    }),
    { numRuns: 2_000 },
  );
});
