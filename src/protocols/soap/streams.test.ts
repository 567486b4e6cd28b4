/** Streams: outputs are collected in one answer, inputs are refused with the reason. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Contract, Operation } from "#contract/contract.ts";
import { billing, billingNamespace } from "./billing-fixture.ts";
import { describeWsdl } from "./describe.ts";
import { createSoapFace } from "./face.ts";
import { answerTo, envelope, envelope12, post } from "./message-fixture.ts";
import { createSoapUpstream } from "./upstream.ts";

const modes: readonly Operation["mode"][] = ["client-stream", "bidi"];

function streaming(mode: Operation["mode"]): Contract {
  const operations = billing.operations.map((one) =>
    one.id === "getInvoice" ? { ...one, mode } : one,
  );
  return { ...billing, operations };
}

for (const mode of modes) {
  const service = { serviceName: "billing", contract: streaming(mode) };

  test(`a call of a ${mode} operation is a fault that says why, whatever is in it`, () => {
    const face = createSoapFace(service);
    const body = `<getInvoice xmlns="${billingNamespace}"><nonsense/></getInvoice>`;
    const sent = [post(envelope(body)), post(envelope12(body), "application/soap+xml")];
    for (const request of sent) {
      const decoded = face.decode(request);
      assert.equal(decoded.kind, "fault");
      assert.equal(decoded.kind === "fault" && decoded.fault.code, "operation-not-offered");
      const answer = answerTo(face, decoded).body.toString();
      assert.match(answer, new RegExp(`getInvoice is ${mode}: SOAP has one request`));
      assert.match(answer, /<p:kind>unimplemented<\/p:kind>/);
    }
  });

  test(`a ${mode} operation is not called`, () => {
    const operation = service.contract.operations.find(({ id }) => id === "getInvoice");
    assert.ok(operation);
    const refused = createSoapUpstream(service).encode({ operation, input: {}, headers: {} });
    assert.equal(refused.kind === "fault" && refused.code, "operation-not-offered");
  });
}

test("the outputs of a stream stand in one answer, an element for each, and come apart again", () => {
  const service = { serviceName: "billing", contract: collecting() };
  const [operation] = service.contract.operations;
  assert.ok(operation);
  const upstream = createSoapUpstream(service);
  const call = { operation, input: { id: "7" }, headers: {} };
  const sent = upstream.encode(call);
  assert.ok(sent.kind === "request", JSON.stringify(sent));
  const face = createSoapFace(service);
  const decoded = face.decode(post(sent.body.toString()));
  assert.ok(decoded.kind === "call");
  assert.equal(decoded.call.operation.mode, "server-stream");
  const items = [{ seen: "a" }, { seen: "" }, {}];
  const context = { operation, exchangeId: "x", negotiated: decoded.negotiated };
  const answer = face.encode({ kind: "answer", output: { items }, headers: {} }, context);
  const text = answer.body.toString();
  assert.equal(text.match(/<(?:\w+:)?item(?=[ >/])/g)?.length, 3, text);
  const field = () => "text/xml; charset=utf-8";
  const replies = upstream.decodeOutputs?.({ status: answer.status, field }, call);
  for (const byte of answer.body) assert.deepEqual(replies?.push(Buffer.from([byte])), []);
  const outputs = replies?.last?.().map((one) => (one.kind === "answer" ? one.output : one));
  assert.deepEqual(JSON.parse(JSON.stringify(outputs)), items);
  assert.equal(
    replies?.end(() => undefined),
    undefined,
  );
});

test("a WSDL describes the outputs of a stream as a list", () => {
  const { text, diagnostics } = describeWsdl(
    { serviceName: "billing", contract: collecting() },
    { address: "/soap/billing" },
  );
  assert.match(text, /<xs:element name="item"[^>]*maxOccurs="unbounded"/);
  assert.deepEqual(
    diagnostics.map(({ code }) => code),
    ["stream-collected", "empty-list"],
  );
});

function collecting(): Contract {
  const text = { kind: "string", whitespace: "preserve" } as const;
  const field = (name: string) =>
    ({ name, type: text, presence: "optional", nullable: false }) as const;
  const record = (name: string) => ({ kind: "record", fields: [field(name)] }) as const;
  const watch: Operation = {
    id: "watch",
    mode: "server-stream",
    safety: "unsafe",
    input: { type: record("id"), headers: [] },
    output: { type: record("seen"), headers: [] },
    faults: [],
  };
  return { ...billing, dialect: "grpc", types: new Map(), operations: [watch] };
}
