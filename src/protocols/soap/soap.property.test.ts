/** Laws of the face and the upstream: nothing is thrown, whatever is sent. */
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { billing, billingNamespace, operationNamed } from "./billing-fixture.ts";
import { createSoapFace } from "./face.ts";
import { answered, answerTo, envelope, envelope12, post, related } from "./message-fixture.ts";
import { createSoapUpstream } from "./upstream.ts";

const service = { serviceName: "billing", contract: billing };
const face = createSoapFace(service);
const upstream = createSoapUpstream(service);
const call = { operation: operationNamed(billing, "getInvoice"), input: { id: "1" }, headers: {} };

const get = `<b:getInvoice xmlns:b="${billingNamespace}"><b:id>1</b:id></b:getInvoice>`;
const header = `<b:Session xmlns:b="${billingNamespace}" e:mustUnderstand="1">s</b:Session>`;
const fault =
  "<e:Fault><faultcode>e:Server</faultcode><faultstring>f</faultstring><detail/></e:Fault>";
const fault12 =
  "<e:Fault><e:Code><e:Value>e:Sender</e:Value></e:Code><e:Reason>" +
  '<e:Text xml:lang="en">f</e:Text></e:Reason></e:Fault>';
const xop = related([
  ["Content-Type: application/xop+xml", envelope(get, header)],
  ["Content-ID: <a>", "bytes"],
]).toString();

/** A good message with a piece cut out, doubled or replaced. */
const damaged = fc
  .tuple(
    fc.constantFrom(
      envelope(get, header),
      envelope12(get, header),
      envelope(fault),
      envelope12(fault12),
      xop,
    ),
    fc.nat(),
    fc.nat(30),
    fc.oneof(fc.string(), fc.constantFrom("<", ">", "&", '"', "e:", "<e:Body>", "<?x?>", "\u0000")),
  )
  .map(([text, at, length, put]) => {
    const from = at % text.length;
    return text.slice(0, from) + put + text.slice(from + length);
  });

const contentType = fc.constantFrom(
  "text/xml",
  "text/xml; charset=utf-16",
  "application/soap+xml; action=urn:getInvoice",
  'multipart/related; type="application/xop+xml"; boundary=b',
  "text/html",
);

test("any message of a caller is a call or a fault of the caller's that can be told", () => {
  fc.assert(
    fc.property(damaged, contentType, (text, type) => {
      const decoded = face.decode(post(text, type));
      if (decoded.kind !== "fault") return assert.equal(decoded.kind, "call");
      assert.equal(decoded.fault.blame, "client");
      assert.ok(decoded.fault.message !== "");
      const answer = answerTo(face, decoded);
      assert.ok(answer.status >= 400);
      const type2 = answer.fields.find(([name]) => name === "content-type")?.[1];
      const told = upstream.decode(answered(answer.status, type2, answer.body), call);
      assert.ok(told.kind === "fault");
      assert.deepEqual([told.code, told.faultKind], [decoded.fault.code, decoded.fault.faultKind]);
    }),
    { numRuns: 500 },
  );
});

test("any answer of an instance is an answer or a fault", () => {
  fc.assert(
    fc.property(
      damaged,
      contentType,
      fc.constantFrom(200, 202, 400, 500, 503),
      (text, type, status) => {
        const reply = upstream.decode(answered(status, type, text), call);
        assert.ok(reply.kind === "answer" || reply.message !== "");
        if (reply.kind === "fault" && reply.code.startsWith("soap-")) {
          assert.equal(reply.blame, "service");
        }
      },
    ),
    { numRuns: 500 },
  );
});

test("a document that nests, repeats or grows without bound is refused at a limit", () => {
  const deep = envelope(get, `<x:a xmlns:x="urn:x">${"<a>".repeat(100_000)}`);
  const wide = envelope(`<a xmlns="urn:x">${"<b/>".repeat(1_000_001)}</a>`);
  const blocks = envelope(get, '<x:a xmlns:x="urn:x"/>'.repeat(101));
  for (const [text, limit] of [
    [deep, /depthMax/],
    [blocks, /headerBlocksMax/],
  ] as const) {
    const decoded = face.decode(post(text));
    assert.ok(decoded.kind === "fault");
    assert.match(decoded.fault.message, limit);
  }
  const decoded = face.decode(post(wide));
  assert.equal(decoded.kind === "fault" && decoded.fault.blame, "client");
});

test("one part that is included again and again counts each time", () => {
  const include = '<i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:a"/>';
  const text = envelope(`<b:note xmlns:b="urn:n">${include.repeat(40)}</b:note>`);
  const body = related([
    ["Content-Type: application/xop+xml", text],
    ["Content-ID: <a>", Buffer.alloc(1024 ** 2)],
  ]);
  const type = 'multipart/related; type="application/xop+xml"; boundary=b';
  const decoded = face.decode(post(body, type));
  assert.ok(decoded.kind === "fault");
  assert.match(decoded.fault.message, /documentBytesMax/);
});
