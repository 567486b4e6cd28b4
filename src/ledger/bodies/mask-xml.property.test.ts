/** Nothing sensitive in XML is ever kept, however it is written, wrapped, cut or broken. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { maskBody } from "./mask-body.ts";
import { bytesMax, form, names, secret } from "./masking-fixture.ts";
import { createSensitiveNames } from "./sensitive-names.ts";

const word = fc.stringMatching(/^[a-z]{1,5}$/);
const harmlessXml = ["<![CDATA[<pine/>]]>", "<!-- pin -->", "&lt;p&gt;", "a pin {0}"];
const xmlText = fc.constantFrom("", "x", " y ", "&amp;", ...harmlessXml);
/** As old interfaces wrap messages: texts that are documents themselves. */
const wrappedXml = fc.constantFrom(
  `&lt;pin&gt;${secret}&lt;/pin&gt;`,
  `&lt;a>&lt;t:PIN b="">${secret}&lt;/t:PIN>`,
  `&amp;lt;pin&amp;#x3e;${secret}`,
  `&lt;&#112;&#x69;n&gt;${secret}`,
  `&lt;a pin = "${secret}"/&gt;`,
  `<![CDATA[<pin>${secret}</pin>]]>`,
  `<![CDATA[<a><p]]><!-- - --><![CDATA[in>${secret}]]>`,
  `x<![CDATA[<?xml version="1.0"?><a><card-number>${secret}</card-number></a>]]> `,
  `<![CDATA[{"a":{"pin":"${secret}"}}]]>`,
  `{"pin":"${secret}"}`,
  `{&quot;pin&quot;:&quot;${secret}&quot;}`,
  `<!-- <pin>${secret}</pin> -->`,
  `<?x pin="${secret}"?>`,
);
const secretXml = fc.constantFrom(secret, `<a>${secret}</a>`, `<![CDATA[${secret}</pin>]]>`);
const { element } = fc.letrec<{ element: string }>((tie) => ({
  element: fc.oneof(
    { depthSize: "small" },
    fc.tuple(word, xmlText).map(([name, text]) => `<${name}>${text}</${name}>`),
    fc
      .tuple(fc.constantFrom("pin", "t:cardNumber", "PIN"), secretXml, fc.constantFrom("", " "))
      .map(([name, text, space]) => `<${name}${space} pin='${secret}'>${text}</${name}${space}>`),
    fc.tuple(word, fc.constantFrom("'", '"')).map(([name, q]) => {
      return `<${name} a=${q}>${q} t:pin = ${q}${secret}${q} xmlns:t=${q}u${q}/>`;
    }),
    fc
      .tuple(word, xmlText, wrappedXml)
      .map(([name, text, wrapped]) => `<${name}>${text}${wrapped}</${name}>`),
    fc
      .tuple(word, fc.constantFrom(`&lt;pin>${secret}`, `{&quot;pin&quot;:${secret}}`))
      .map(([name, wrapped]) => `<${name} a="1" b="${wrapped}"/>`),
    fc
      .tuple(word, xmlText, fc.array(tie("element"), { maxLength: 3 }))
      .map(([name, text, inner]) => `<${name}>${inner.join(text)}</${name}>`),
  ),
}));
const xml = fc
  .tuple(fc.constantFrom("", '<?xml version="1.0" encoding="UTF-8"?>\n', "\ufeff"), element)
  .map(([prolog, root]) => prolog + root);

test("masked XML shows no secret, and is the same but for it, whole or cut", () => {
  fc.assert(
    fc.property(xml, fc.nat(), (text, at) => {
      const whole = Buffer.from(text);
      const masked = maskBody(whole, form("text/xml; charset=utf-8"), names, bytesMax);
      assert.ok(masked !== undefined, text);
      assert.ok(!masked.bytes.includes(secret), masked.bytes.toString());
      const again = maskBody(masked.bytes, form("text/xml"), names, bytesMax);
      assert.deepEqual(again?.bytes, masked.bytes);
      if (!text.includes(secret)) assert.deepEqual(masked.bytes, whole);
      const cut = whole.subarray(0, at % (whole.length + 1));
      const beginning = maskBody(cut, form("text/xml", { isCut: true }), names, bytesMax);
      assert.ok(beginning === undefined || !beginning.bytes.includes(secret.slice(0, 4)));
    }),
  );
});

test("a text in XML that is a document itself is masked as a whole where it holds such names", () => {
  const wrapped = {
    [`<a><b>1</b><c>&lt;pin&gt;${secret}&lt;/pin&gt;</c></a>`]: "<a><b>1</b><c>***</c></a>",
    [`<a> x <![CDATA[<pin>${secret}</pin>]]><b/> </a>`]: "<a>***<b/> </a>",
    [`<a><!-- 1 --><!--<pin>${secret}</pin>-->2</a>`]: "<a><!-- 1 --><!-- *** -->2</a>",
    [`<!--<pin>${secret}</pin>--><a>2</a>`]: "<!-- *** --><a>2</a>",
    [`<a b="&lt;pin>${secret}" c="2"/>`]: '<a b="***" c="2"/>',
    [`<a>{"pin":"${secret}"}</a>`]: "<a>***</a>",
    [`<a>the pin is &lt; 5 {0}</a>`]: "<a>the pin is &lt; 5 {0}</a>",
    [`<a>&lt;pine&gt;1&lt;/pine&gt;</a>`]: "<a>&lt;pine&gt;1&lt;/pine&gt;</a>",
  };
  for (const [text, expected] of Object.entries(wrapped)) {
    const masked = maskBody(Buffer.from(text), form("text/xml"), names, bytesMax);
    assert.equal(masked?.bytes.toString(), expected);
    assert.deepEqual(masked.fields, text === expected ? [] : ["pin"]);
  }
  const letters = createSensitiveNames(["größe"]);
  const latin = Buffer.from(`<a>&lt;größe&gt;${secret}</a>`, "latin1");
  const type = form("text/xml; charset=iso-8859-1");
  assert.equal(maskBody(latin, type, letters, bytesMax)?.bytes.toString(), "<a>***</a>");
});

test("XML that could hide something is not kept", () => {
  const hiding = [
    `<!DOCTYPE a [<!ENTITY e "${secret}">]><a>&e;</a>`,
    `<a><pin>${secret}</a></pin>`,
    `<a><pin>${secret}</pin>`,
    `<a/><pin>${secret}</pin>`,
    `${secret}<a/>`,
    `<a b=pin>${secret}</a>`,
    `<a b="<"/>`,
    `<?xml version="1.0" encoding="UTF-16"?><a/>`,
    `<?xml version="1.0" encoding="UTF-7"?><a>+ADw-pin+AD4-${secret}</a>`,
    Buffer.from("<a/>", "utf16le").toString("latin1"),
  ];
  for (const text of hiding) {
    const bytes = Buffer.from(text, "latin1");
    assert.equal(maskBody(bytes, form("application/soap+xml"), names, bytesMax), undefined, text);
  }
});

test("XML whose names or content stand elsewhere is not kept", () => {
  const member = `<member><name>pin</name><value>${secret}</value></member>`;
  const other = `<multiRef id="r1">${secret}</multiRef>`;
  const hiding = [
    `<methodCall><params><param><value><struct>${member}</struct></value></param></params></methodCall>`,
    `<methodResponse><params><param><value>${secret}</value></param></params></methodResponse>`,
    `<s:Body><pay><pin href="#r1"/></pay>${other}</s:Body>`,
    `<s:Body>${other}<pay><pin><digits enc:ref='r1'></digits></pin></pay></s:Body>`,
    `<s:Body><pay><pin href="#&#114;1"/></pay>${other}</s:Body>`,
    `<s:Body><pay><pin href="#r1"/></pay>${other.replace('"r1"', '"&#114;1"')}</s:Body>`,
    `<s:Body><pay><pin a:href="#r2" href="#r1"/></pay>${other}</s:Body>`,
    `<s:Body><pay><pin href="#r1" a:href="#r2"/></pay>${other}</s:Body>`,
    `<s:Body><pay><pin href="#r1"/></pay>${other.replace(">", ' xml:id="r2">')}</s:Body>`,
  ];
  for (const text of hiding) {
    assert.equal(maskBody(Buffer.from(text), form("text/xml"), names, bytesMax), undefined, text);
  }
  const told = '<a><pin href="https://example.org/x" ref="7"/><b id="r1">c</b><b href="#r1"/></a>';
  const masked = maskBody(Buffer.from(told), form("text/xml"), names, bytesMax);
  assert.match(masked?.bytes.toString() ?? "", /<b id="r1">c<\/b>/);
});

test("a message of SOAP that is cut is kept up to what a sensitive element may refer to", () => {
  const pay = `<pay><pin id="r0">${secret}</pin><a>1</a></pay>`;
  const text = `<s:Envelope>${pay}<m id="r1">${secret}</m><pin>2</pin><pin href="#r1"/>`;
  for (let length = text.indexOf("<m "); length <= text.length; length++) {
    const cut = Buffer.from(text.slice(0, length));
    const masked = maskBody(cut, form("text/xml", { isCut: true }), names, bytesMax);
    // The reference itself is here.
    if (length === text.length) assert.equal(masked, undefined);
    else {
      const kept = masked?.bytes.toString();
      assert.equal(kept, '<s:Envelope><pay><pin id="***">***</pin><a>1</a></pay>');
    }
  }
  const rows = Buffer.from('<rows><row id="1">a</row><row id="2">b');
  const masked = maskBody(rows, form("text/xml", { isCut: true }), names, bytesMax);
  assert.deepEqual(masked?.bytes, rows);
});

test("names in XML are read in letters of any alphabet, and in the encoding it declares", () => {
  const letters = createSensitiveNames(["età", "Größe", "Ра"]);
  const texts = ["età", "Größe", "Ра"].map((name) => `<a><${name}>${secret}</${name}></a>`);
  const declared = '<?xml version="1.0" encoding="iso-8859-1"?>';
  const bodies = [
    ...texts.map((text) => Buffer.from(text)),
    Buffer.from(`${declared}${texts[1]}`, "latin1"),
    Buffer.from(`${declared}<a Größe="${secret}"/>`, "latin1"),
    Buffer.from(`${declared}${texts[1]}`),
  ];
  for (const body of bodies) {
    const masked = maskBody(body, form("text/xml"), letters, bytesMax);
    assert.ok(masked !== undefined, body.toString());
    assert.ok(!masked.bytes.includes(secret), masked.bytes.toString());
  }
  const unknown = Buffer.from(`<?xml version="1.0" encoding="iso-8859-99"?><a/>`);
  assert.equal(maskBody(unknown, form("text/xml"), letters, bytesMax), undefined);
});
