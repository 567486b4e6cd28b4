/** JSON, XML, SOAP 1.1 and 1.2 before services that speak one of them. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { billingWsdl } from "#protocols/soap/billing-fixture.ts";
import { shopOpenApi } from "./shop-contract.ts";
import { envelope12, envelopeOf, find, infosetOf, textOf, types } from "./soap-messages.ts";
import { startStandIn, startTranslating, type ServiceAnswer } from "./stand.ts";

const b = 'xmlns:b="urn:example:billing"';
const invoiceXml =
  '<b:invoice paid="true"><b:id>9007199254740993</b:id><b:card>4000</b:card><b:line><b:sku>A</b:sku>' +
  '<b:price currency="EUR">0.10</b:price>' +
  '<b:note xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/></b:line></b:invoice>';
const answered = envelopeOf(`<b:getInvoiceResponse ${b}>${invoiceXml}</b:getInvoiceResponse>`);
const invoice = {
  paid: true,
  id: "9007199254740993",
  card: "4000",
  line: [{ sku: "A", price: { value: "0.10", currency: "EUR" }, note: null }],
};

async function beforeBilling(context: TestContext, answer: ServiceAnswer = soap(answered)) {
  const service = await startStandIn(context, () => answer);
  const gateway = await startTranslating(context, {
    text: `services:\n  billing: { contract: b.wsdl, instances: ["${service.url}/old/billing"] }`,
    files: { "b.wsdl": billingWsdl },
  });
  return { service, gateway };
}

async function beforeShop(context: TestContext, answer: ServiceAnswer) {
  const service = await startStandIn(context, () => answer);
  const gateway = await startTranslating(context, {
    text: `services:\n  shop: { contract: shop.yaml, instances: ["${service.url}/base"] }`,
    files: { "shop.yaml": shopOpenApi },
  });
  return { service, gateway };
}

function soap(body: string, status = 200): ServiceAnswer {
  return { status, headers: { "content-type": types["1.1"] }, body };
}

function json(value: unknown, status = 200): ServiceAnswer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

function post(url: string, body: string, headers: Record<string, string>) {
  return fetch(url, { method: "POST", body, headers });
}

test("JSON calls SOAP 1.1 and gets JSON, exact and with nil as null", async (context) => {
  const { service, gateway } = await beforeBilling(context);
  const answer = await post(`${gateway.url}/billing/getInvoice`, '{"id":"7"}', {
    "content-type": "application/json",
    session: "s-1",
  });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "application/json");
  assert.deepEqual(await answer.json(), { invoice });
  const [sent] = service.requests;
  assert.equal(sent?.url, "/old/billing");
  assert.equal(sent?.method, "POST");
  assert.equal(sent?.headers["soapaction"], '"urn:getInvoice"');
  assert.equal(textOf(sent?.body ?? "", "id"), "7");
});

test("JSON calls the same operation with GET when it is safe, and HEAD asks without a body", async (context) => {
  const wsdl = billingWsdl.replace(
    '<operation name="getInvoice"><input message="tns:getInvoice"/>',
    '<operation name="getInvoice" xmlns:wsdlx="http://www.w3.org/ns/wsdl-extensions" wsdlx:safe="true"><input message="tns:getInvoice"/>',
  );
  const service = await startStandIn(context, () => soap(answered));
  const gateway = await startTranslating(context, {
    text: `services:\n  billing: { contract: b.wsdl, instances: ["${service.url}"] }`,
    files: { "b.wsdl": wsdl },
  });
  const read = await fetch(`${gateway.url}/billing/getInvoice?id=7`);
  assert.deepEqual(await read.json(), { invoice });
  const head = await fetch(`${gateway.url}/billing/getInvoice?id=7`, { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal(await head.text(), "");
  assert.equal(head.headers.get("content-length"), read.headers.get("content-length"));
  assert.deepEqual(
    service.requests.map(({ method, body }) => [method, textOf(body, "id")]),
    [
      ["POST", "7"],
      ["POST", "7"],
    ],
  );
});

test("XML and JSON are negotiated before a SOAP service: both ways, 406 and 415", async (context) => {
  const { gateway } = await beforeBilling(context);
  const url = `${gateway.url}/billing/getInvoice`;
  const xml = `<b:getInvoice ${b}><b:id>7</b:id></b:getInvoice>`;
  const inXml = await post(url, xml, {
    "content-type": "application/xml",
    accept: "application/xml",
  });
  const text = await inXml.text();
  assert.equal(inXml.status, 200, text);
  assert.match(inXml.headers.get("content-type") ?? "", /^application\/xml/);
  assert.equal(textOf(text, "id"), "9007199254740993");
  const mixed = await post(url, xml, { "content-type": "text/xml", accept: "application/json" });
  assert.deepEqual(await mixed.json(), { invoice });
  const none = await post(url, "{}", { "content-type": "application/json", accept: "image/png" });
  assert.equal(none.status, 406);
  assert.equal(none.headers.get("parlance-fault"), "client");
  const unknown = await post(url, "id=7", { "content-type": "text/csv" });
  assert.equal(unknown.status, 415);
  const problem = await post(url, "<nothing/>", {
    "content-type": "application/xml",
    accept: "application/xml",
  });
  assert.equal(problem.status, 400);
  assert.match(problem.headers.get("content-type") ?? "", /^application\/problem\+xml/);
  assert.equal(textOf(await problem.text(), "fault"), "client");
});

test("SOAP 1.2 calls a SOAP 1.1 service by translation, SOAP 1.1 passes as it is", async (context) => {
  const { service, gateway } = await beforeBilling(context);
  const url = `${gateway.url}/soap/billing`;
  const body = `<b:getInvoice ${b}><b:id>7</b:id></b:getInvoice>`;
  const newer = await post(url, envelopeOf(body, "", envelope12), { "content-type": types["1.2"] });
  const text = await newer.text();
  assert.equal(newer.status, 200, text);
  assert.match(newer.headers.get("content-type") ?? "", /^application\/soap\+xml/);
  assert.equal(infosetOf(text).name, `{${envelope12}}Envelope`);
  assert.deepEqual(find(infosetOf(text), "invoice"), find(infosetOf(answered), "invoice"));
  const odd = envelopeOf(`<!-- kept -->${body}`);
  const same = await post(`${url}?a=b`, odd, {
    "content-type": types["1.1"],
    soapaction: '"urn:getInvoice"',
  });
  assert.equal(await same.text(), answered);
  const [translated, passed] = service.requests;
  assert.equal(infosetOf(translated?.body ?? "").name, infosetOf(odd).name);
  assert.equal(passed?.body, odd);
  assert.deepEqual([translated?.url, passed?.url], ["/old/billing", "/old/billing"]);
});

test("SOAP calls REST: parameters, bodies, statuses, and a declared fault with its detail", async (context) => {
  const { service, gateway } = await beforeShop(context, json({ id: "o 1/2" }, 201));
  const url = `${gateway.url}/soap/shop`;
  const wsdl = await (await fetch(`${url}?wsdl`)).text();
  const namespace = infosetOf(wsdl).attributes.find((one) => one.startsWith("{}targetNamespace="));
  const shop = `xmlns:o="${namespace?.slice("{}targetNamespace=".length)}"`;
  const placed = await post(
    url,
    envelopeOf(
      `<o:placeOrder ${shop}><customer>Asha &amp; Ravi</customer><number>9007199254740993</number>` +
        "<lines><sku>A</sku><quantity>2</quantity><tags>x</tags><tags>y</tags></lines>" +
        "</o:placeOrder>",
    ),
    { "content-type": types["1.1"] },
  );
  const text = await placed.text();
  assert.equal(placed.status, 200, text);
  assert.equal(textOf(text, "id"), "o 1/2");
  assert.equal(service.requests[0]?.url, "/base/orders");
  assert.equal(
    service.requests[0]?.body,
    '{"customer":"Asha & Ravi","number":9007199254740993,"lines":[{"sku":"A","quantity":2,"tags":["x","y"]}]}',
  );
  service.answer = () => json({ reason: "gone" }, 404);
  const missing = await post(
    url,
    envelopeOf(
      `<o:getOrder ${shop}><id>o 1/2</id><lines>3</lines><X-Trace>t</X-Trace></o:getOrder>`,
      "",
      envelope12,
    ),
    { "content-type": types["1.2"] },
  );
  const fault = await missing.text();
  assert.equal(service.requests[1]?.url, "/base/orders/o%201%2F2?lines=3", fault);
  assert.equal(service.requests[1]?.method, "GET");
  assert.equal(service.requests[1]?.headers["x-trace"], "t");
  assert.equal(textOf(fault, "reason"), "gone");
  assert.equal(missing.headers.get("parlance-fault"), "client");
  assert.match(fault, new RegExp(missing.headers.get("parlance-exchange") ?? "none"));
});

test("a JSON service answers XML to whoever asks for it, and takes it", async (context) => {
  const { service, gateway } = await beforeShop(context, json({ id: "7" }, 201));
  const url = `${gateway.url}/shop/orders`;
  const plain = '{"customer":"A","lines":[]}';
  const passed = await post(url, plain, { "content-type": "application/json" });
  assert.equal(passed.status, 201);
  assert.equal(service.requests[0]?.body, plain);
  const inXml = await post(url, plain, {
    "content-type": "application/json",
    accept: "application/xml",
  });
  const text = await inXml.text();
  assert.equal(inXml.status, 201, text);
  assert.equal(inXml.headers.get("vary"), "Accept");
  assert.equal(textOf(text, "id"), "7");
});

test("documents speak of the gateway that was asked, whatever proxy stands before it", async (context) => {
  const { gateway } = await beforeBilling(context);
  const wsdl = await (await fetch(`${gateway.url}/soap/billing?wsdl`)).text();
  const place = /<soap:address location="([^"]*)"/;
  assert.equal(place.exec(wsdl)?.[1], `${gateway.url}/soap/billing`);
  const forged = { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" };
  const untrusted = await (
    await fetch(`${gateway.url}/soap/billing?wsdl`, { headers: forged })
  ).text();
  assert.equal(place.exec(untrusted)?.[1], `${gateway.url}/soap/billing`);
  const trusting = await startTranslating(context, {
    text:
      'listen: { trustedProxies: ["127.0.0.1/32"] }\n' +
      'services:\n  billing: { contract: b.wsdl, instances: ["http://127.0.0.1:1"] }',
    files: { "b.wsdl": billingWsdl },
  });
  const headers = { "x-forwarded-host": "api.example.org", "x-forwarded-proto": "https" };
  const behind = await (await fetch(`${trusting.url}/soap/billing?wsdl`, { headers })).text();
  assert.equal(place.exec(behind)?.[1], "https://api.example.org/soap/billing");
  const document = await fetch(`${trusting.url}/billing/openapi.json`, { headers });
  const { servers } = (await document.json()) as { servers: { url: string }[] };
  assert.deepEqual(
    servers.map(({ url }) => url),
    ["/billing"],
  );
});
