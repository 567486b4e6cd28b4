/** MTOM written: to services whose policy demands it, and to callers who send or take it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Call } from "#call/call.ts";
import type { Contract } from "#contract/contract.ts";
import type { FaceResponse, UpstreamRequest } from "#extension/protocol.ts";
import { billing, billingNamespace, operationNamed } from "./billing-fixture.ts";
import { createSoapFace } from "./face.ts";
import { answered, answerTo, envelope, envelope12, post, related } from "./message-fixture.ts";
import { createSoapUpstream } from "./upstream.ts";

function demanding(version: "1.1" | "1.2"): Contract {
  const operations = billing.operations.map((one) =>
    one.soap === undefined ? one : { ...one, soap: { ...one.soap, version, mtom: true } },
  );
  return { ...billing, operations };
}

const large = Buffer.from(Array.from({ length: 5_000 }, (_, index) => index % 256));
const small = Buffer.from([0, 13, 10, 45, 45, 255]);

function invoiceWith(scan: Buffer) {
  return { id: "1", choice: { iban: "D" }, line: [{ sku: "a", price }], scan };
}
const price = { value: "1.10", currency: "EUR" };

function store(contract: Contract, scan: Buffer): Call {
  const operation = operationNamed(contract, "store");
  return { operation, input: { Invoice: invoiceWith(scan) }, headers: {} };
}

function typeOf({ fields }: UpstreamRequest | FaceResponse): string {
  return fields.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
}

const shapes = {
  "1.1":
    /^multipart\/related; type="application\/xop\+xml"; start-info="text\/xml"; boundary="[^"]+"; start="<envelope@[0-9a-f]+>"$/,
  "1.2":
    /^multipart\/related; type="application\/xop\+xml"; start-info="application\/soap\+xml"; action="urn:store"; boundary=/,
} as const;
const roots = {
  "1.1": 'Content-Type: application/xop+xml; charset=utf-8; type="text/xml"\r\n',
  "1.2":
    'Content-Type: application/xop+xml; charset=utf-8; type="application/soap+xml"; action="urn:store"\r\n',
} as const;

for (const version of ["1.1", "1.2"] as const) {
  const contract = demanding(version);
  const service = { serviceName: "billing", contract };

  test(`SOAP ${version}: bytes go beside the envelope where the service demands it`, () => {
    const request = createSoapUpstream(service).encode(store(contract, large));
    assert.ok(request.kind === "request", JSON.stringify(request));
    assert.match(typeOf(request), shapes[version]);
    const text = request.body.toString("latin1");
    assert.ok(text.includes(roots[version]), text.slice(0, 500));
    assert.match(text, /<xop:Include xmlns:xop="[^"]+\/xop\/include" href="cid:[^"]+"\/>/);
    assert.equal(request.body.indexOf(large) > 0, true);
    assert.equal(text.includes(large.toString("base64").slice(0, 40)), false);
    const decoded = createSoapFace(service).decode(post(request.body, typeOf(request)));
    assert.ok(decoded.kind === "call", JSON.stringify(decoded));
    const { scan } = decoded.call.input["Invoice"] as unknown as { scan: Uint8Array };
    assert.deepEqual(Buffer.from(scan), large);
  });

  test(`SOAP ${version}: few bytes stand in the envelope, in a message of parts all the same`, () => {
    const request = createSoapUpstream(service).encode(store(contract, small));
    assert.ok(request.kind === "request");
    assert.match(typeOf(request), shapes[version]);
    assert.ok(request.body.includes(`scan>${small.toString("base64")}<`));
  });
}

test("without such a policy bytes stand in the envelope", () => {
  const request = createSoapUpstream({ serviceName: "billing", contract: billing }).encode(
    store(billing, large),
  );
  assert.ok(request.kind === "request");
  assert.equal(typeOf(request), "text/xml; charset=utf-8");
  assert.ok(request.body.includes(large.toString("base64")));
});

const get = `<getInvoice xmlns="${billingNamespace}"><id>1</id></getInvoice>`;
const xopType = (startInfo: string) =>
  `multipart/related; type="application/xop+xml"; start-info="${startInfo}"; boundary=b`;
const xopBody = (text: string) => related([["Content-Type: application/xop+xml", text]]);

interface Asked {
  readonly name: string;
  readonly request: ReturnType<typeof post>;
  readonly scan: Buffer;
  readonly type: RegExp;
}

const parts = /^multipart\/related; type="application\/xop\+xml"; start-info="text\/xml"; bound/;
const parts12 = /^multipart\/related; type="application\/xop\+xml"; start-info="application\/soap/;
const plain = /^text\/xml; charset=utf-8$/;
const asked: readonly Asked[] = [
  {
    name: "MTOM for MTOM",
    request: post(xopBody(envelope(get)), xopType("text/xml")),
    scan: large,
    type: parts,
  },
  {
    name: "MTOM for MTOM, few bytes too",
    request: post(xopBody(envelope(get)), xopType("text/xml")),
    scan: small,
    type: parts,
  },
  {
    name: "MTOM of SOAP 1.2 for its like",
    request: post(xopBody(envelope12(get)), xopType("application/soap+xml")),
    scan: large,
    type: parts12,
  },
  {
    name: "MTOM for who takes messages of parts",
    request: post(envelope(get), "text/xml", { accept: "text/xml, multipart/related" }),
    scan: large,
    type: parts,
  },
  {
    name: "a plain envelope for them when there are few bytes",
    request: post(envelope(get), "text/xml", { accept: "text/xml, multipart/related" }),
    scan: small,
    type: plain,
  },
  {
    name: "a plain envelope for all others",
    request: post(envelope(get)),
    scan: large,
    type: plain,
  },
  {
    name: "a plain envelope for who refuses parts",
    request: post(envelope(get), "text/xml", { accept: "text/xml, multipart/related;q=0" }),
    scan: large,
    type: plain,
  },
];

for (const { name, request, scan, type } of asked) {
  test(`the answer is ${name}`, () => {
    const service = { serviceName: "billing", contract: billing };
    const face = createSoapFace(service);
    const decoded = face.decode(request);
    const output = { invoice: invoiceWith(scan) };
    const response = answerTo(face, decoded, { kind: "answer", output, headers: {} });
    assert.equal(response.status, 200);
    assert.match(typeOf(response), type);
    const operation = operationNamed(billing, "getInvoice");
    const told = createSoapUpstream(service).decode(
      answered(200, typeOf(response), response.body),
      { operation, input: { id: "1" }, headers: {} },
    );
    assert.ok(told.kind === "answer", JSON.stringify(told));
    const { invoice } = told.output as unknown as { invoice: { scan: Uint8Array } };
    assert.deepEqual(Buffer.from(invoice.scan), scan);
  });
}

test("a fault is a plain envelope, whatever was sent", () => {
  const face = createSoapFace({ serviceName: "billing", contract: billing });
  const wrong = envelope(get.replace(/<id>.*<\/id>/, "<id>x</id>"));
  const response = answerTo(face, face.decode(post(xopBody(wrong), xopType("text/xml"))));
  assert.match(typeOf(response), plain);
});

test("a part that the service's answer includes and lacks is the service's fault", () => {
  const include = '<i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:gone"/>';
  const answer =
    `<getInvoiceResponse xmlns="${billingNamespace}"><invoice><id>1</id><iban>D</iban>` +
    `<line><sku>a</sku><price currency="EUR">1</price></line><scan>${include}</scan></invoice>` +
    `</getInvoiceResponse>`;
  const call = { operation: operationNamed(billing, "getInvoice"), input: {}, headers: {} };
  const upstream = createSoapUpstream({ serviceName: "billing", contract: billing });
  const response = answered(200, xopType("text/xml"), xopBody(envelope(answer)));
  const told = upstream.decode(response, call);
  assert.ok(told.kind === "fault");
  assert.equal(told.blame, "service");
  assert.match(told.message, /no part has the Content-ID of "cid:gone"/);
  assert.match(told.place ?? "", /invoice\/scan\/Include$/);
});

test("bytes beyond what the contract allows are refused beside the envelope as in it", () => {
  const contract = demanding("1.1");
  const types = new Map(contract.types);
  const invoice = types.get("Invoice");
  assert.ok(invoice?.type.kind === "record");
  const fields = invoice.type.fields.map((field) =>
    field.name === "scan"
      ? { ...field, type: { kind: "bytes", encoding: "base64", lengthMax: 4_000 } as const }
      : field,
  );
  types.set("Invoice", { ...invoice, type: { ...invoice.type, fields } });
  const service = { serviceName: "billing", contract: { ...contract, types } };
  const refused = createSoapUpstream(service).encode(store(service.contract, large));
  assert.ok(refused.kind === "fault");
  assert.equal(refused.place, "Invoice/scan");
  assert.match(refused.message, /5000 bytes/);
});

test("a part that nothing in the contract stands for is refused, not lost", () => {
  const service = { serviceName: "billing", contract: billing };
  const type = 'multipart/related; type="text/xml"; boundary=b';
  const withPart = (text: string) =>
    related([
      ["Content-Type: text/xml", envelope(text)],
      ["Content-ID: <scan@example>", "bytes"],
    ]);
  const face = createSoapFace(service);
  const response = answerTo(face, face.decode(post(withPart(get), type)));
  assert.equal(response.status, 500);
  assert.match(response.body.toString(), /the part scan@example is not known/);
  const answer =
    `<getInvoiceResponse xmlns="${billingNamespace}"><invoice><id>1</id><iban>D</iban>` +
    `<line><sku>a</sku><price currency="EUR">1</price></line></invoice></getInvoiceResponse>`;
  const call = { operation: operationNamed(billing, "getInvoice"), input: {}, headers: {} };
  const told = createSoapUpstream(service).decode(answered(200, type, withPart(answer)), call);
  assert.ok(told.kind === "fault");
  assert.equal(told.blame, "service");
  assert.match(told.message, /the part scan@example is not known/);
});
