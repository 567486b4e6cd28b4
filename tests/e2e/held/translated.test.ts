/** Answers between dialects are held like others, and what cannot be recorded is told in each. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Client, credentials, status, type Metadata, type ServiceError } from "@grpc/grpc-js";
import { billingWsdl } from "#protocols/soap/billing-fixture.ts";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { envelopeOf, types } from "#tests/e2e/translate/soap-messages.ts";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";
import { eventually } from "#tests/e2e/wire/stand.ts";
import { createHandRecorder, testReceipt } from "#tests/support/hand-recorder.ts";

const b = 'xmlns:b="urn:example:billing"';
const asked = envelopeOf(`<b:getInvoice ${b}><b:id>7</b:id></b:getInvoice>`);

async function start(t: TestContext, answer: { status?: number; type: string; body: string }) {
  const service = await startStandIn(t, () => ({
    status: answer.status ?? 200,
    headers: { "content-type": answer.type },
    body: answer.body,
  }));
  const recorder = createHandRecorder();
  const gateway = await startTranslating(t, {
    text:
      `services:\n  billing: { contract: b.wsdl, instances: ["${service.url}"] }\n` +
      `  shop: { contract: s.yaml, instances: ["${service.url}"] }`,
    files: { "b.wsdl": billingWsdl, "s.yaml": shopOpenApi },
    recorder,
  });
  return { service, recorder, gateway };
}

const faultBody = envelopeOf(
  "<s:Fault><faultcode>s:Server</faultcode><faultstring>disk full</faultstring></s:Fault>",
);

for (const outcome of ["recorded", "failed"] as const) {
  test(`a JSON call of a SOAP service waits, and is ${outcome}`, async (t) => {
    const { recorder, gateway } = await start(t, { type: types["1.1"], body: faultBody });
    let answered = false;
    const asking = fetch(`${gateway.url}/billing/getInvoice`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"id":"7"}',
    }).finally(() => (answered = true));
    assert.ok(await eventually(() => recorder.waiting() === 1));
    await pause(30);
    assert.equal(answered, false);
    recorder.settle(outcome === "failed" ? "failed" : undefined);
    const answer = await asking;
    const problem = (await answer.json()) as { code: string };
    const isFailed = outcome === "failed";
    assert.equal(problem.code, isFailed ? "ledger-unavailable" : "service-fault");
    assert.equal(answer.headers.get("parlance-receipt"), isFailed ? null : testReceipt);
    const [record] = recorder.records;
    assert.deepEqual([record?.operation, record?.service], ["getInvoice", "billing"]);
    assert.equal(recorder.records.length, 1);
  });
}

test("a SOAP caller is told in SOAP what cannot be recorded, before and after the call", async (t) => {
  const { recorder, gateway, service } = await start(t, {
    type: "application/json",
    body: '{"id":"1"}',
  });
  const ask = () =>
    fetch(`${gateway.url}/soap/billing`, {
      method: "POST",
      headers: { "content-type": types["1.2"] },
      body: asked.replaceAll(
        "http://schemas.xmlsoap.org/soap/envelope/",
        "http://www.w3.org/2003/05/soap-envelope",
      ),
    });
  const after = ask();
  assert.ok(await eventually(() => recorder.waiting() === 1));
  assert.equal(service.requests.length, 1);
  recorder.settle("failed");
  Object.assign(recorder, { refuses: true, atOnce: true });
  for (const answer of [await after, await ask()]) {
    const text = await answer.text();
    assert.match(answer.headers.get("content-type") ?? "", /^application\/soap\+xml/);
    assert.match(text, /ledger-unavailable/);
    assert.equal(answer.headers.get("parlance-fault"), "gateway");
  }
  assert.equal(service.requests.length, 1, "the refused one was not sent");
});

test("a gRPC caller of a REST service waits, has its receipt, or its status", async (t) => {
  const { recorder, gateway } = await start(t, { type: "application/json", body: '{"id":"1"}' });
  const client = new Client(`127.0.0.1:${gateway.port}`, credentials.createInsecure());
  t.after(() => client.close());
  const ask = (): { metadata: Promise<Metadata>; answer: Promise<unknown> } => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const call = client.makeUnaryRequest(
      "/shop.Shop/GetOrder",
      (request: Buffer) => request,
      (response: Buffer) => response,
      Buffer.from([0x0a, 1, 0x31]),
      (error: ServiceError | null, response: Buffer | undefined) =>
        error === null ? resolve(response) : reject(error),
    );
    return { metadata: new Promise((done) => call.on("metadata", done)), answer: promise };
  };
  const good = ask();
  let settled = false;
  void good.answer.then(() => (settled = true));
  assert.ok(await eventually(() => recorder.waiting() === 1));
  await pause(30);
  assert.equal(settled, false);
  recorder.settle();
  await good.answer;
  assert.deepEqual((await good.metadata).get("parlance-receipt"), [testReceipt]);
  const bad = ask();
  assert.ok(await eventually(() => recorder.waiting() === 1));
  recorder.settle("failed");
  const error = (await bad.answer.catch((cause: unknown) => cause)) as ServiceError;
  assert.equal(error.code, status.UNAVAILABLE, error.message);
  assert.equal(recorder.records.length, 2);
});
