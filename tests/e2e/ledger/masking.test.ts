/** What is sensitive is masked in whatever dialect it passes, under the name that it has there. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { startStandIn } from "#tests/e2e/translate/stand.ts";
import { call, frame, openSession } from "../grpc/raw-call.ts";
import { configurationOf, runGateway } from "../running/run-gateway.ts";
import { ledgerFolder, readLedger } from "./read-ledger.ts";

const secret = "4111-7f3a9c";
const json = JSON.stringify({ cardNumber: secret });
const openapi = `openapi: 3.1.0
info: { title: pay, version: "1" }
paths:
  /pay:
    post:
      operationId: pay
      requestBody: { content: { application/json: &schema { schema: { $ref: "#/components/schemas/Pay" } }, application/xml: *schema } }
      responses:
        "200": { description: paid, content: { application/json: *schema } }
        "402": { description: declined, content: { application/json: *schema } }
components:
  schemas:
    Pay:
      type: object
      xml: { name: pay }
      properties: { cardNumber: { type: string, xml: { name: karte } } }
`;
const form = `parlance: text/1
operations:
  pay:
    http: { path: /pay }
    request: { format: form, fields: [{ name: cardNumber, as: KARTE }] }
    answer: { format: form, fields: [{ name: cardNumber, as: KARTE }] }
`;

async function stand(t: TestContext, contract: string, type: string, status: number, body: string) {
  const service = await startStandIn(t, () => {
    return { status, headers: { "content-type": type }, body };
  });
  const { folder, path, text } = ledgerFolder(t);
  const file = join(folder, "contract.yaml");
  writeFileSync(file, contract);
  const own = `, contract: ${file}, ledger: { capture: full, sensitive: [cardNumber] }`;
  const gateway = await runGateway(t, configurationOf(service.url, { more: text(), service: own }));
  /** What is kept of the last exchange, in one text. */
  const kept = async (): Promise<string> => {
    const id = readLedger(path).of("exchange").at(-1)?.exchange;
    const url = `${gateway.adminUrl}/api/v1/ledger/exchanges/${id}?bodies=true`;
    const shown = (await (await fetch(url)).json()) as { bodies: Record<string, unknown> };
    assert.ok(shown.bodies["requestBody"] !== undefined, JSON.stringify(shown));
    return JSON.stringify(shown.bodies);
  };
  const send = async (at: string, contentType: string, sent: string): Promise<string> => {
    const headers = { "content-type": contentType };
    const answer = await fetch(gateway.url + at, { method: "POST", headers, body: sent });
    await answer.text();
    return kept();
  };
  return { port: Number(new URL(gateway.url).port), send, kept };
}

test("a field is masked under every name that the contract gives it", async (t) => {
  const pay = await stand(t, openapi, "application/json", 200, json);
  const xml = await pay.send("/echo/pay", "application/xml", `<pay><karte>${secret}</karte></pay>`);
  assert.match(xml, /<karte>\*\*\*<\/karte>/);
  assert.doesNotMatch(xml, new RegExp(secret));
  const escaped = `&lt;karte&gt;${secret}&lt;/karte&gt;`;
  const within = await pay.send("/echo/pay", "text/xml", `<pay><doc>${escaped}</doc></pay>`);
  assert.match(within, /<pay><doc>\*\*\*<\/doc><\/pay>/);
  assert.doesNotMatch(within, new RegExp(secret));
  const type = "application/x-www-form-urlencoded";
  const old = await stand(t, form, type, 200, `KARTE=${secret}`);
  const text = await old.send("/text/echo/pay", type, `KARTE=${secret}`);
  assert.match(text, /KARTE=\*\*\*.*KARTE=\*\*\*/);
  assert.doesNotMatch(text, new RegExp(secret));
});

test("details of faults in Protocol Buffers are masked as a whole", async (t) => {
  const { port, send, kept } = await stand(t, openapi, "application/json", 402, json);
  const connect = await send("/echo.Echo/Pay", "application/json", json);
  assert.match(connect, /\\"code\\":\\"invalid_argument\\".*\\"details\\":\\"\*\*\*\\"/);
  const fields = { "content-type": "application/grpc+json" };
  await call(openSession(t, port), "/echo.Echo/Pay", frame(Buffer.from(json)), fields);
  assert.match(await kept(), /grpc-status: 3.*grpc-status-details-bin: \*\*\*/);
});
