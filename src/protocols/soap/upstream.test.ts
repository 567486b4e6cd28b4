import assert from "node:assert/strict";
import test from "node:test";
import type { Answer, Call, Fault, Reply } from "#call/call.ts";
import type { Contract } from "#contract/contract.ts";
import type { UpstreamRequest } from "#extension/protocol.ts";
import { billing, billingNamespace, operationNamed } from "./billing-fixture.ts";
import { createSoapFace } from "./face.ts";
import { answered, answerTo, envelope, envelope12, post, related } from "./message-fixture.ts";
import { bindingOf } from "./soap-binding.ts";
import { createSoapUpstream } from "./upstream.ts";
import { soap12 } from "./versions.ts";

const service = { serviceName: "billing", contract: billing };
const upstream = createSoapUpstream(service);
const getInvoice: Call = {
  operation: operationNamed(billing, "getInvoice"),
  input: { id: "42" },
  headers: { Session: "s<1" },
};
const ping: Call = { operation: operationNamed(billing, "ping"), input: {}, headers: {} };
const add: Call = { operation: operationNamed(billing, "add"), input: { a: 1, b: 2 }, headers: {} };

/** The same contract bound to SOAP 1.2. */
const billing12: Contract = {
  ...billing,
  operations: billing.operations.map((operation) =>
    operation.soap === undefined
      ? operation
      : { ...operation, soap: { ...operation.soap, version: "1.2" as const } },
  ),
};

function sent(call: Call, contract = billing): UpstreamRequest & { readonly text: string } {
  const request = createSoapUpstream({ ...service, contract }).encode(call);
  assert.equal(request.kind, "request", JSON.stringify(request));
  return { ...request, text: request.body.toString() };
}

function fieldOf(request: UpstreamRequest, name: string): string | undefined {
  return request.fields.find(([one]) => one.toLowerCase() === name)?.[1];
}

test("a call goes to the instance's own URL with its action quoted", () => {
  const request = sent(getInvoice);
  assert.deepEqual([request.method, request.target], ["POST", ""]);
  assert.equal(fieldOf(request, "soapaction"), '"urn:getInvoice"');
  assert.equal(fieldOf(request, "content-type"), "text/xml; charset=utf-8");
  assert.match(request.text, /<soap:Header><(\S+):Session xmlns:\1="[^"]+">s&lt;1</);
  assert.match(request.text, /<(\S+):getInvoice xmlns:\1="[^"]+"><\1:id>42<\/\1:id>/);
  assert.equal(fieldOf(sent(ping), "soapaction"), '""');
});

test("in SOAP 1.2 the action is a parameter of the media type", () => {
  const operation = operationNamed(billing12, "getInvoice");
  const request = sent({ ...getInvoice, operation }, billing12);
  assert.equal(
    fieldOf(request, "content-type"),
    'application/soap+xml; charset=utf-8; action="urn:getInvoice"',
  );
  assert.equal(fieldOf(request, "soapaction"), undefined);
  assert.ok(request.text.includes(soap12.namespace));
});

test("a header that the contract requires must be understood, and must be there", () => {
  const { operation } = getInvoice;
  const required = {
    ...operation,
    input: {
      ...operation.input,
      headers: operation.input.headers.map((header) => ({ ...header, required: true })),
    },
  };
  const contract = { ...billing, operations: [required] };
  const call = { ...getInvoice, operation: required };
  assert.match(sent(call, contract).text, /:Session soap:mustUnderstand="1" /);
  const missing = createSoapUpstream({ ...service, contract }).encode({ ...call, headers: {} });
  assert.equal(missing.kind === "fault" && missing.code, "soap-header");
});

test("what a caller sends reaches the service with the same content", () => {
  const face = createSoapFace(service);
  const request = sent(getInvoice);
  const decoded = face.decode(post(request.text));
  assert.ok(decoded.kind === "call");
  assert.deepEqual({ ...decoded.call.input }, { id: "42" });
  assert.deepEqual({ ...decoded.call.headers }, { Session: "s<1" });
});

test("a value that XML cannot hold is the caller's fault and named", () => {
  const refused = upstream.encode({ ...getInvoice, headers: { Session: "a\u0000" } });
  assert.ok(refused.kind === "fault");
  assert.deepEqual([refused.blame, refused.faultKind], ["client", "invalid_argument"]);
  assert.match(refused.message, /U\+0000/);
});

function answer(reply: Reply): Answer {
  assert.equal(reply.kind, "answer", JSON.stringify(reply));
  return reply;
}

function fault(reply: Reply): Fault {
  assert.equal(reply.kind, "fault");
  return reply;
}

const invoiceXml = `<getInvoiceResponse xmlns="${billingNamespace}">
  <invoice><id>1</id><card>c</card>
  <line><sku>a</sku><price currency="EUR">1.10</price></line></invoice></getInvoiceResponse>`;

test("an answer is read in either version, under whichever media type", () => {
  for (const [text, type] of [
    [envelope(invoiceXml), "text/xml"],
    [envelope12(invoiceXml), "application/soap+xml"],
    [envelope12(invoiceXml), "text/xml; charset=utf-8"],
  ] as const) {
    const { output } = answer(upstream.decode(answered(200, type, text), getInvoice));
    const invoice = output["invoice"] as { readonly choice: object };
    assert.equal(JSON.stringify(invoice.choice), '{"card":"c"}');
  }
});

test("the wrapper of an rpc answer may have any name", () => {
  const body = `<r:sumUp xmlns:r="urn:other"><sum>3</sum></r:sumUp>`;
  const { output } = answer(upstream.decode(answered(200, "text/xml", envelope(body)), add));
  assert.equal(output["sum"], 3);
});

test("one-way calls are answered by nothing at all", () => {
  for (const [status, type] of [
    [202, undefined],
    [200, "text/xml"],
    [204, undefined],
  ] as const) {
    assert.equal(upstream.decode(answered(status, type, ""), ping).kind, "answer");
  }
  assert.equal(upstream.decode(answered(500, undefined, ""), ping).kind, "fault");
});

const fault11 = (code: string, detail = "") =>
  envelope(
    `<e:Fault><faultcode>e:${code}</faultcode><faultstring>no such invoice</faultstring>` +
      `${detail === "" ? "" : `<detail>${detail}</detail>`}</e:Fault>`,
  );
const notFound = `<n:NotFound xmlns:n="${billingNamespace}"><n:id>42</n:id></n:NotFound>`;

test("a declared fault is known by its element, in both versions and with any status", () => {
  const fault12 = envelope12(
    `<e:Fault><e:Code><e:Value>e:Sender</e:Value></e:Code><e:Reason>` +
      `<e:Text xml:lang="de">nein</e:Text><e:Text xml:lang="en">no such invoice</e:Text>` +
      `</e:Reason><e:Detail>${notFound}</e:Detail></e:Fault>`,
  );
  for (const [status, type, text] of [
    [500, "text/xml", fault11("Client", notFound)],
    [200, "text/xml", fault11("Client", notFound)],
    [400, "application/soap+xml", fault12],
  ] as const) {
    const found = fault(upstream.decode(answered(status, type, text), getInvoice));
    assert.equal(found.code, "notFound");
    assert.equal(found.message, "no such invoice");
    assert.equal(JSON.stringify(found.declared), '{"name":"notFound","detail":{"id":"42"}}');
  }
});

test("a declared fault whose detail is not what the contract says is a fault all the same", () => {
  const text = fault11("Server", notFound.replace("42", "x"));
  const found = fault(upstream.decode(answered(500, "text/xml", text), getInvoice));
  assert.deepEqual(
    [found.code, found.message, found.faultKind, found.blame],
    ["service-fault", "no such invoice", "internal", "service"],
  );
});

const codes = [
  ["Client", "invalid_argument", "client", "service-fault"],
  ["Client.Authentication", "unauthenticated", "client", "fault-Client.Authentication"],
  ["Server", "internal", "service", "service-fault"],
  ["MustUnderstand", "unimplemented", "service", "service-fault"],
  ["Whatever", "unknown", "service", "fault-Whatever"],
  ["no name", "unknown", "service", "service-fault"],
] as const;
for (const [code, kind, blame, told] of codes) {
  test(`an undeclared fault ${code} is ${kind} of the ${blame}`, () => {
    const text = fault11(code, "some text <x/>");
    const found = fault(upstream.decode(answered(500, "text/xml", text), getInvoice));
    assert.deepEqual([found.faultKind, found.blame, found.code], [kind, blame, told]);
  });
}

test("a subcode of the service's own is the code of its fault", () => {
  const text = envelope12(
    `<e:Fault xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:m="urn:m"><e:Code>` +
      `<e:Value>e:Receiver</e:Value><e:Subcode><e:Value>m:Busy</e:Value>` +
      `<e:Subcode><e:Value>m:QueueFull</e:Value></e:Subcode></e:Subcode></e:Code>` +
      `<e:Reason><e:Text xml:lang="en">later</e:Text></e:Reason></e:Fault>`,
  );
  const found = fault(upstream.decode(answered(500, "application/soap+xml", text), getInvoice));
  assert.deepEqual([found.code, found.faultKind], ["fault-QueueFull", "internal"]);
});

test("every fault that the face writes is read back with its kind, blame, code and place", () => {
  const face = createSoapFace(service);
  const { operation } = getInvoice;
  for (const faultKind of ["not_found", "aborted", "data_loss", "unauthenticated"] as const) {
    for (const request of [post(envelope("")), post(envelope12(""), "application/soap+xml")]) {
      const decoded = face.decode(request);
      const told: Fault = {
        ...{ kind: "fault", faultKind, blame: "policy", code: "some-code" },
        ...{ message: "why <not>", place: "Envelope/Body/a" },
      };
      const { status, fields, body } = answerTo(face, decoded, told);
      const type = fields.find(([name]) => name === "content-type")?.[1];
      const back = fault(
        upstream.decode(answered(status, type, body), { ...getInvoice, operation }),
      );
      assert.deepEqual({ ...back, cause: undefined }, { ...told, cause: undefined });
    }
  }
});

const strange: readonly (readonly [string, number, string | undefined, string, string, string])[] =
  [
    ["an HTML page", 502, "text/html", "<html>", "soap-unexpected-answer", "unavailable"],
    ["a missing page", 404, "text/html", "<html>", "soap-unexpected-answer", "internal"],
    ["an HTML page with 200", 200, "text/html", "<html>", "soap-unexpected-answer", "internal"],
    ["nothing where an answer is due", 200, "text/xml", "", "soap-unexpected-answer", "internal"],
    [
      "no fault in a 503",
      503,
      "text/xml",
      envelope(invoiceXml),
      "soap-unexpected-answer",
      "unavailable",
    ],
    ["XML that is no envelope", 500, "text/xml", "<error/>", "soap-unexpected-answer", "internal"],
    ["another answer", 200, "text/xml", envelope("<x/>"), "soap-invalid-answer", "internal"],
    [
      "a broken answer",
      200,
      "text/xml",
      envelope(invoiceXml).slice(0, -9),
      "soap-invalid-answer",
      "internal",
    ],
    [
      "a bad value",
      200,
      "text/xml",
      envelope(invoiceXml.replace("1.10", "x")),
      "soap-invalid-answer",
      "internal",
    ],
  ];
for (const [name, status, type, body, code, kind] of strange) {
  test(`${name} is the service's fault`, () => {
    const found = fault(upstream.decode(answered(status, type, body), getInvoice));
    assert.deepEqual([found.code, found.faultKind, found.blame], [code, kind, "service"]);
    assert.match(found.message, /service/);
  });
}

test("an answer in XOP is read with its bytes", () => {
  const include =
    '<scan><i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:1"/></scan>';
  const xml = envelope(invoiceXml.replace("</invoice>", `${include}</invoice>`));
  const body = related([
    ['Content-Type: application/xop+xml; type="text/xml"', xml],
    ["Content-ID: <1>", Buffer.from([1, 2, 3])],
  ]);
  const type = 'multipart/related; type="application/xop+xml"; start-info="text/xml"; boundary="b"';
  const { output } = answer(upstream.decode(answered(200, type, body), getInvoice));
  const { scan } = output["invoice"] as unknown as { scan: Uint8Array };
  assert.deepEqual([...scan], [1, 2, 3]);
});

test("attachments of the contract travel beside the envelope, and are read from there", () => {
  const { operation } = getInvoice;
  const contract: Contract = {
    ...billing,
    operations: [
      {
        ...operation,
        input: {
          headers: [],
          type: {
            kind: "record",
            fields: ["id", "photo"].map((name) => ({
              name,
              presence: "required",
              nullable: false,
              type:
                name === "id"
                  ? { kind: "string", whitespace: "preserve" }
                  : { kind: "bytes", encoding: "base64", mediaType: "image/png" },
            })),
          },
        },
        soap: { ...bindingOf(billing, operation), attachments: { input: ["photo"], output: [] } },
      },
    ],
  };
  const own = operationNamed(contract, "getInvoice");
  const photo = Buffer.from("\r\n--x\u0000", "latin1");
  const request = sent({ operation: own, input: { id: "7", photo }, headers: {} }, contract);
  const type = fieldOf(request, "content-type") ?? "";
  assert.match(type, /^multipart\/related; type="text\/xml"; boundary="parlance-[0-9a-f]{32}"/);
  assert.match(request.text, /Content-Type: image\/png\r\n/);
  const face = createSoapFace({ ...service, contract });
  const decoded = face.decode(post(request.body, type));
  assert.ok(decoded.kind === "call", JSON.stringify(decoded));
  assert.equal(decoded.call.input["id"], "7");
  assert.deepEqual(Buffer.from(decoded.call.input["photo"] as Uint8Array), photo);
  const alone = face.decode(
    post(envelope(`<getInvoice xmlns="${billingNamespace}"><id>7</id></getInvoice>`)),
  );
  assert.equal(alone.kind === "fault" && alone.fault.code, "soap-attachment");
});
