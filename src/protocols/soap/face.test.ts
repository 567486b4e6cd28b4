import assert from "node:assert/strict";
import test from "node:test";
import type { Call, Fault } from "#call/call.ts";
import type { FaceRequest } from "#extension/protocol.ts";
import { billing, billingNamespace, operationNamed } from "./billing-fixture.ts";
import { createSoapFace } from "./face.ts";
import { answerTo, envelope, envelope12, post, related } from "./message-fixture.ts";
import { soap12 } from "./versions.ts";

const face = createSoapFace({ serviceName: "billing", contract: billing });
const get = `<getInvoice xmlns="${billingNamespace}"><id>9007199254740993</id></getInvoice>`;
const soapXml = "application/soap+xml; charset=utf-8";

function call(request: FaceRequest): Call {
  const decoded = face.decode(request);
  assert.equal(decoded.kind, "call", JSON.stringify(decoded));
  return decoded.call;
}

function refused(
  request: FaceRequest,
): Fault & { readonly answer: string; readonly status: number } {
  const decoded = face.decode(request);
  assert.equal(decoded.kind, "fault");
  const { fault } = decoded;
  const { status, body, fields } = answerTo(face, decoded);
  assert.ok(fields.some(([name, value]) => name === "parlance-fault" && value === fault.blame));
  return { ...fault, answer: body.toString(), status };
}

const invoice = `<Invoice xmlns="${billingNamespace}" paid="true"><id>1</id><iban>DE1</iban>
  <line><sku>a</sku><price currency="EUR">1.10</price></line>
  <line><sku>b</sku><price currency="USD">0.10</price><note xsi:nil="1"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/></line></Invoice>`;

const calls: readonly (readonly [string, FaceRequest, string, unknown])[] = [
  ["a wrapped call in SOAP 1.1", post(envelope(get)), "getInvoice", { id: "9007199254740993" }],
  ["one in SOAP 1.2", post(envelope12(get), soapXml), "getInvoice", { id: "9007199254740993" }],
  [
    "a bare document",
    post(envelope(invoice), "text/xml", { soapaction: '"urn:store"' }),
    "store",
    {
      Invoice: {
        paid: true,
        id: "1",
        choice: { iban: "DE1" },
        line: [
          { sku: "a", price: { value: "1.10", currency: "EUR" } },
          { sku: "b", price: { value: "0.10", currency: "USD" }, note: null },
        ],
      },
    },
  ],
  [
    "rpc/literal",
    post(envelope(`<r:add xmlns:r="urn:example:rpc"><a>1</a><b>2</b></r:add>`)),
    "add",
    { a: 1, b: 2 },
  ],
  [
    "rpc/encoded with references",
    post(
      envelope(
        `<r:add xmlns:r="urn:example:rpc" xmlns:x="http://www.w3.org/2001/XMLSchema"
           e:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"
           xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><a i:type="x:int">1</a><b href="#n"/>
         </r:add><multiRef id="n">2</multiRef>`,
      ),
    ),
    "add",
    { a: 1, b: 2 },
  ],
  [
    "an empty body, by its action",
    post(envelope(""), "text/xml", { soapaction: "urn:reload" }),
    "reload",
    {},
  ],
  [
    "an empty body in 1.2, by the action parameter",
    post(envelope12(""), 'application/soap+xml; action="urn:reset"'),
    "reset",
    {},
  ],
  [
    "a body with attributes, comments and a prefix declared outside",
    post(
      `<!-- a --><E:Envelope xmlns:E="${soap12.namespace}" 
       xmlns:b="${billingNamespace}"><!-- <?b?> -->
       <E:Body xml:id="x" id="y"> <b:getInvoice><b:id> 7 </b:id></b:getInvoice>
       </E:Body></E:Envelope>`,
      soapXml,
    ),
    "getInvoice",
    { id: "7" },
  ],
];

for (const [name, request, id, input] of calls) {
  test(`${name} is decoded`, () => {
    const { operation, input: decoded } = call(request);
    assert.equal(operation.id, id);
    assert.equal(JSON.stringify(sorted(decoded)), JSON.stringify(sorted(input)));
  });
}

/** Compared by content: the order of keys means nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, sorted(one)]),
  );
}

test("a declared header is read when it is for us, and left alone when it is for another", () => {
  const header = (attributes: string) =>
    `<b:Session xmlns:b="${billingNamespace}" ${attributes}>s-1</b:Session>`;
  const next = "http://schemas.xmlsoap.org/soap/actor/next";
  for (const attributes of ["", 'e:mustUnderstand="1"', `e:actor="${next}"`, 'e:actor=""']) {
    const { headers } = call(post(envelope(get, header(attributes))));
    assert.equal(headers["Session"], "s-1", attributes);
  }
  const other = call(post(envelope(get, header('e:actor="urn:other" e:mustUnderstand="1"'))));
  assert.equal(other.headers["Session"], undefined);
});

test("a header that must be understood and is not known is refused in both versions", () => {
  const strange = '<x:Tx xmlns:x="urn:x" e:mustUnderstand="1"/>';
  const old = refused(post(envelope(get, strange)));
  assert.equal(old.status, 500);
  assert.match(old.answer, /<faultcode>soap:MustUnderstand<\/faultcode>/);
  assert.doesNotMatch(old.answer, /<detail>/);
  const fresh = refused(post(envelope12(get, strange.replace('"1"', '"true"')), soapXml));
  assert.equal(fresh.status, 500);
  assert.match(fresh.answer, /<soap:NotUnderstood xmlns:n="urn:x" qname="n:Tx"\/>/);
  assert.match(fresh.answer, /<soap:Value>soap:MustUnderstand<\/soap:Value>/);
});

const roles = [
  ["next", true],
  ["ultimateReceiver", true],
  ["none", false],
] as const;
for (const [role, isOurs] of roles) {
  test(`role ${role} of SOAP 1.2 is ${isOurs ? "ours" : "not ours"}`, () => {
    const to = `e:role="${soap12.namespace}/role/${role}"`;
    const strange = `<x:Tx xmlns:x="urn:x" e:mustUnderstand="true" ${to}/>`;
    const decoded = face.decode(post(envelope12(get, strange), soapXml));
    assert.equal(decoded.kind, isOurs ? "fault" : "call");
  });
}

const badRequests: readonly (readonly [string, FaceRequest, number, string, RegExp])[] = [
  [
    "another media type",
    post(envelope(get), "application/json"),
    415,
    "soap-media-type",
    /text\/xml/,
  ],
  [
    "a 1.2 envelope as text/xml",
    post(envelope12(get)),
    500,
    "soap-version-mismatch",
    /VersionMismatch/,
  ],
  [
    "a 1.1 envelope as application/soap+xml",
    post(envelope(get), soapXml),
    500,
    "soap-version-mismatch",
    /<soap:Upgrade><soap:SupportedEnvelope xmlns:e="[^"]+soap-envelope" qname="e:Envelope"\/>/,
  ],
  ["no envelope", post("<order/>"), 500, "soap-envelope", /expected &lt;Envelope&gt;/],
  ["a DTD", post(`<!DOCTYPE a>${envelope(get)}`), 500, "malformed-xml", /DOCTYPE/i],
  ["a processing instruction", post(envelope(`<?x y?>${get}`)), 500, "soap-envelope", /line 1/],
  ["two body children", post(envelope(get + get)), 500, "unexpected-element", /end of the Body/],
  [
    "an element after the Body",
    post(envelope(get).replace("</e:Envelope>", "<x/></e:Envelope>")),
    500,
    "soap-envelope",
    /behind the Body/,
  ],
  [
    "an unknown element",
    post(envelope("<a xmlns='urn:q'/>")),
    500,
    "soap-unknown-operation",
    /\{urn:q\}a/,
  ],
  ["an ambiguous empty body", post(envelope("")), 500, "soap-unknown-operation", /reset, reload/],
  [
    "the action of another operation",
    post(envelope(get), "text/xml", { soapaction: '"urn:store"' }),
    500,
    "soap-action-mismatch",
    /getInvoice/,
  ],
  [
    "the action parameter of another operation",
    post(envelope12(get), 'application/soap+xml; action="urn:store"'),
    400,
    "soap-action-mismatch",
    /Sender/,
  ],
  ["a bad value", post(envelope(get.replace(/\d+/, "x"))), 500, "invalid-value", /getInvoice\/id/],
  [
    "the same in 1.2",
    post(envelope12(get.replace(/\d+/, "x")), soapXml),
    400,
    "invalid-value",
    /p:invalid_argument/,
  ],
  [
    "an unknown encodingStyle",
    post(envelope12(get.replace("<getInvoice", '<getInvoice e:encodingStyle="urn:e"')), soapXml),
    500,
    "soap-data-encoding-unknown",
    /DataEncodingUnknown/,
  ],
  [
    "a header twice",
    post(envelope(get, `<S:Session xmlns:S="${billingNamespace}">a</S:Session>`.repeat(2))),
    500,
    "soap-header",
    /twice/,
  ],
  [
    "a header block in no namespace",
    post(envelope(get, "<Session/>")),
    500,
    "soap-envelope",
    /namespace/,
  ],
  [
    "a bad mustUnderstand",
    post(envelope(get, "<x:y xmlns:x='urn:x' e:mustUnderstand='2'/>")),
    500,
    "soap-envelope",
    /mustUnderstand/,
  ],
  [
    "a truncated document",
    post(envelope(get).slice(0, -20)),
    500,
    "malformed-xml",
    /ends|expected/,
  ],
  ["nothing", post(""), 500, "malformed-xml", /root/],
];
for (const [name, request, status, code, pattern] of badRequests) {
  test(`${name} is refused with a fault that says so`, () => {
    const fault = refused(request);
    assert.equal(fault.code, code, fault.message);
    assert.equal(fault.status, status);
    assert.equal(fault.blame, "client");
    assert.match(fault.answer, pattern);
    assert.match(fault.answer, /<p:exchange>exchange-1<\/p:exchange>/);
    assert.ok(fault.answer.includes(`<p:kind>${fault.faultKind}</p:kind>`));
  });
}

test("GET is refused with Allow, unless it asks for the WSDL", () => {
  const plain = { ...post(""), method: "GET" };
  const decoded = face.decode(plain);
  const answer = answerTo(face, decoded);
  assert.equal(answer.status, 405);
  assert.ok(answer.fields.some(([name, value]) => name === "allow" && value === "POST"));
  const host = (name: string) => (name === "host" ? "gate.example:8080" : undefined);
  const wsdl = face.decode({ ...plain, query: "wsdl", field: host });
  assert.equal(wsdl.kind, "document");
  const text = answerTo(face, wsdl).body.toString();
  assert.match(text, /location="http:\/\/gate\.example:8080\/soap\/billing"/);
  const secure = face.decode({ ...plain, query: "WSDL", field: host, scheme: "https" });
  assert.match(answerTo(face, secure).body.toString(), /"https:\/\/gate\.example:8080\/soap/);
  const evil = face.decode({ ...plain, query: "wsdl", field: () => 'x"><script>' });
  assert.match(
    answerTo(face, evil).body.toString(),
    /location="http:\/\/localhost\/soap\/billing"/,
  );
});

test("an answer is written in the caller's version", () => {
  const output = {
    invoice: {
      id: "1",
      choice: { card: "4&1" },
      line: [{ sku: "a", price: { value: "1", currency: "EUR" } }],
    },
  };
  const reply = { kind: "answer", output, headers: {} } as const;
  for (const [request, type, namespace] of [
    [post(envelope(get)), "text/xml; charset=utf-8", "http://schemas.xmlsoap.org/soap/envelope/"],
    [post(envelope12(get), soapXml), soapXml, soap12.namespace],
  ] as const) {
    const { status, fields, body } = answerTo(face, face.decode(request), reply);
    assert.equal(status, 200);
    assert.deepEqual(fields, [["content-type", type]]);
    assert.ok(body.includes(`<soap:Envelope xmlns:soap="${namespace}">`));
    assert.match(body.toString(), /:card>4&amp;1</);
  }
});

test("a one-way call is answered 202 with nothing", () => {
  const decoded = face.decode(post(envelope(`<ping xmlns="${billingNamespace}"/>`)));
  const { status, body } = answerTo(face, decoded, { kind: "answer", output: {}, headers: {} });
  assert.deepEqual([status, body.length], [202, 0]);
});

test("a declared fault is typed in the detail, and its kind travels in the header", () => {
  const fault: Fault = {
    kind: "fault",
    faultKind: "not_found",
    blame: "service",
    code: "notFound",
    message: "no invoice 1",
    declared: { name: "notFound", detail: { id: "1" } },
  };
  const { status, body } = answerTo(face, face.decode(post(envelope12(get), soapXml)), fault);
  assert.equal(status, 400);
  const text = body.toString();
  assert.match(
    text,
    /<soap:Detail><(\S+):NotFound xmlns:\1="[^"]+"><\1:id>1<\/\1:id><\/\1:NotFound><\/soap/,
  );
  assert.match(text, /<soap:Header><p:parlance .*<p:kind>not_found<\/p:kind>.*<\/soap:Header>/);
});

test("an answer that its contract does not allow is the service's fault", () => {
  const decoded = face.decode(post(envelope(get)));
  const reply = { kind: "answer", output: { invoice: { id: "x" } }, headers: {} } as const;
  const { status, body } = answerTo(face, decoded, reply);
  assert.equal(status, 500);
  assert.match(body.toString(), /<faultcode>soap:Server<\/faultcode>/);
  assert.match(body.toString(), /<p:fault>service<\/p:fault>/);
});

test("a fault before anything was decoded is told in SOAP 1.1", () => {
  const fault: Fault = {
    kind: "fault",
    faultKind: "resource_exhausted",
    blame: "client",
    code: "too-large",
    message: "too \u0000 large <x>",
  };
  const response = face.encode(fault, {
    operation: undefined,
    exchangeId: "e",
    negotiated: undefined,
  });
  assert.equal(response.status, 500);
  assert.match(response.body.toString(), /<faultstring>too \ufffd large &lt;x&gt;<\/faultstring>/);
});

const include =
  '<scan><i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:s%401"/></scan>';
const scanned = envelope(invoice.replace("</Invoice>", `${include}</Invoice>`));
const rootFields = 'Content-Type: application/xop+xml; type="text/xml"\r\nContent-ID: <root>';
const relatedType =
  'multipart/related; type="application/xop+xml"; start-info="text/xml"; ' +
  'boundary=b; start="<root>"';

test("bytes of XOP are read into their field", () => {
  const bytes = Buffer.from([0, 1, 13, 10, 45, 45, 255]);
  const body = related([
    [rootFields, scanned],
    ["Content-ID: <s@1>\r\nContent-Transfer-Encoding: binary", bytes],
  ]);
  const { input } = call(post(body, relatedType));
  const { scan } = input["Invoice"] as { scan: Uint8Array };
  assert.deepEqual(Buffer.from(scan), bytes);
});

test("a part that XOP includes and nobody sent is named", () => {
  const fault = refused(post(related([[rootFields, scanned]]), relatedType));
  assert.equal(fault.code, "soap-attachment");
  assert.match(fault.message, /cid:s%401/);
  assert.equal(fault.place, "Envelope/Body/Invoice/scan/Include");
});

test("the operation found stays known when its content is wrong", () => {
  const decoded = face.decode(post(envelope(get.replace(/\d+/, "x"))));
  assert.equal(
    decoded.kind === "fault" && decoded.operation,
    operationNamed(billing, "getInvoice"),
  );
});
