/** Operations that send or take more than one document are refused with the reason. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Contract, Operation } from "#contract/contract.ts";
import { billing, billingNamespace } from "./billing-fixture.ts";
import { createSoapFace } from "./face.ts";
import { answerTo, envelope, envelope12, post } from "./message-fixture.ts";
import { createSoapUpstream } from "./upstream.ts";

const modes: readonly Operation["mode"][] = ["server-stream", "client-stream", "bidi"];

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
