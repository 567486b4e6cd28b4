/** The estate's dialects across the gateway: billing called in JSON, orders called in SOAP. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { startEstate, type RunningEstate } from "./start-estate.ts";
import { lacksPhpSoap } from "./php-soap.ts";
import { root } from "./start-service.ts";

let estate: RunningEstate;

before(async () => {
  estate = await startEstate();
});

after(async () => {
  await estate.close();
});

interface Invoice {
  readonly number: string;
  readonly status: string;
  readonly total: { readonly value: string; readonly currency: string };
}

async function billing(operation: string, input: object, key = estate.ordersKey) {
  const answer = await fetch(`${estate.gatewayUrl}/billing/${operation}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": key },
    body: JSON.stringify(input),
  });
  const text = await answer.text();
  const json: unknown = text === "" ? undefined : JSON.parse(text);
  return { answer, json: json as Record<string, unknown> };
}

const line = {
  sku: "TEA-1",
  description: "Tea & tin",
  quantity: 3,
  unitPrice: "0.10",
};

test("a SOAP service answers JSON: numbers exact, nil null, a list of one a list", async () => {
  const { answer, json } = await billing("createInvoice", {
    // In another order than the schema's.
    line: [{ ...line, discount: null }],
    customer: {
      kind: "company",
      address: { city: "Pune", line: ["12 Hill Road"] },
      name: "Ravi",
    },
    orderId: "o-json",
    accounts: ["4000", "4711"],
    remark: null,
  });
  assert.equal(answer.status, 200, JSON.stringify(json));
  const { issuedAt, ...invoice } = json["invoice"] as Record<string, unknown>;
  assert.match(String(issuedAt), /^\d{4}-\d\d-\d\dT.*Z$/);
  assert.deepEqual(invoice, {
    orderId: "o-json",
    dueOn: null,
    customer: {
      name: "Ravi",
      address: { line: ["12 Hill Road"], city: "Pune", country: "IN" },
      kind: "company",
    },
    line: [{ ...line, discount: null }],
    net: { value: "0.30", currency: "INR" },
    tax: { value: "0.05", currency: "INR" },
    total: { value: "0.35", currency: "INR" },
    accounts: ["4000", "4711"],
    remark: null,
    number: "9007199254740993",
    status: "open",
  });
});

test("a declared SOAP fault is a problem that names it, with its detail", async () => {
  const { answer, json } = await billing("getInvoice", {
    number: "9223372036854775807",
  });
  assert.equal(answer.headers.get("content-type"), "application/problem+json");
  assert.equal(json["code"], "unknownInvoice");
  assert.equal(json["number"], "9223372036854775807");
  assert.match(answer.headers.get("parlance-exchange") ?? "", /^[0-9a-f]{32}$/);
});

test("what does not fit the WSDL never reaches the service, and says where it is wrong", async () => {
  const customer = { name: "Ravi", email: "r@x.example" };
  const wrong: readonly (readonly [input: object, expected: RegExp])[] = [
    [{ orderId: "o", customer, line: [] }, /line/],
    [{ orderId: "o", customer, line: [{ ...line, quantity: 2.5 }] }, /quantity/],
    [{ orderId: "o", customer, line: [{ ...line, unitPrice: "0.001" }] }, /unitPrice/],
    [{ orderId: "o", customer: { name: "Ravi" }, line: [line] }, /customer/],
    [{ orderId: "o", customer, line: [line], colour: "red" }, /colour/],
  ];
  for (const [input, expected] of wrong) {
    const { answer, json } = await billing("createInvoice", input);
    assert.equal(answer.status, 400, JSON.stringify(json));
    assert.equal(answer.headers.get("parlance-fault"), "client");
    assert.match(JSON.stringify(json), expected);
  }
});

test("a one-way operation is accepted and works, and the next read shows it", async () => {
  const created = await billing("createInvoice", {
    orderId: "o-paid",
    customer: { name: "Ravi", email: "r@x.example" },
    line: [line],
  });
  const { number } = created.json["invoice"] as Invoice;
  const paidAt = "2026-11-25T10:00:00+05:30";
  const noted = await billing("notifyPaid", {
    number,
    paidAt,
    reference: "T-1",
  });
  assert.equal(noted.answer.status, 202);
  const { json } = await billing("getInvoice", { number });
  const invoice = json["invoice"] as Invoice & { readonly payment: object };
  assert.equal(invoice.status, "paid");
  assert.deepEqual(invoice.payment, { at: paidAt, reference: "T-1" });
});

test("a SOAP header that must be understood travels as a header of HTTP, and is read there", async () => {
  const send = (clerk: string) =>
    fetch(`${estate.gatewayUrl}/billing/createInvoice`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": estate.ordersKey, clerk },
      body: JSON.stringify({
        orderId: "o-clerk",
        customer: { name: "Ravi", email: "r@x.example" },
        line: [line],
      }),
    });
  assert.equal((await send('{"name":"Meera","desk":7}')).status, 200);
  const refused = await send('{"name":"Meera","desk":"front"}');
  assert.equal(refused.status, 400);
  assert.match(await refused.text(), /desk/);
});

test("the storefront may read invoices and write none", async () => {
  const { storefrontKey } = estate;
  const listed = await billing("listInvoices", { customerName: "Ravi" }, storefrontKey);
  assert.equal(listed.answer.status, 200);
  const input = { number: "9007199254740993", reason: null };
  const refused = await billing("cancelInvoice", input, storefrontKey);
  assert.equal(refused.answer.status, 403);
});

for (const { engine, skip } of [
  { engine: "php", skip: lacksPhpSoap() },
  { engine: "node", skip: false as const },
]) {
  describe(`the old client on ${engine}`, { skip }, () => {
    test("places an order in SOAP, reads it, and understands the fault for a missing one", async () => {
      const script = `${root}/examples/estate/old-client/main.ts`;
      const { gatewayUrl, storefrontKey } = estate;
      const { stdout } = await promisify(execFile)(process.execPath, [script], {
        env: {
          ...process.env,
          GATEWAY_URL: gatewayUrl,
          CLIENT_KEY: storefrontKey,
          CLIENT_ENGINE: engine,
        },
      });
      assert.match(stdout, /^Placed o-[0-9a-f]{16} over 360\.00 INR, invoice 90071992547409\d\d$/m);
      assert.match(stdout, /^Read it again: placed, 2 x Clay cups, six$/m);
      assert.match(
        stdout,
        /^Fault \S*Client: There is no order o-0{16}\. \(getOrder\.NotFound\)$/m,
      );
    });
  });
}
