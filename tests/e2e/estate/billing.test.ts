/** The billing service in both of its makes: the same conversation, the same answers. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { lacks } from "#tests/support/tools.ts";
import { lacksPhpSoap } from "./php-soap.ts";
import { sendSoap, validatorIn } from "./soap-conversation.ts";
import { startService, temporaryFolder, type RunningProgram } from "./start-service.ts";

const line =
  '<b:line sku="TEA-ASSAM-250"><b:description>Tea &amp; tin</b:description>' +
  "<b:quantity>2</b:quantity><b:unitPrice>349.50</b:unitPrice>" +
  '<b:discount xsi:nil="true"/></b:line>';
const email = '<b:customer kind="company"><name>Asha</name><email>a@x.example</email></b:customer>';
const address =
  "<b:customer><name>Ravi</name><address><line>12 Hill Road</line><city>Pune</city>" +
  "</address></b:customer>";
const clerk = '<c:clerk s:mustUnderstand="1"><name>Meera</name><desk>7</desk></c:clerk>';
const number = "9007199254740993";

const engines = [
  { engine: "php", skip: lacksPhpSoap() || lacks("xmllint") },
  { engine: "node", skip: lacks("xmllint") },
];

for (const { engine, skip } of engines) {
  describe(`billing on ${engine}`, { skip }, () => {
    const folder = temporaryFolder();
    const validate = validatorIn(folder.path);
    let service: RunningProgram;

    before(async () => {
      const env = {
        BILLING_ENGINE: engine,
        BILLING_FILE: `${folder.path}/billing.json`,
      };
      service = await startService("billing", env);
    });

    after(async () => {
      assert.equal(await service.stop(), 0);
      folder.remove();
    });

    async function call(operation: string, parts: string, header = "") {
      const action = `urn:example:billing:${operation}`;
      const body = `<b:${operation}>${parts}</b:${operation}>`;
      const answer = await sendSoap(`${service.url}/billing`, action, body, header);
      if (answer.text !== "") validate(answer.text);
      // Prefixes are each one's own.
      return {
        ...answer,
        text: answer.text.replaceAll(/(<\/?)(?:b|ns1):/g, "$1"),
      };
    }

    test("an invoice keeps the choice, nil, attributes, the list, and exact numbers", async () => {
      const more = '<b:accounts>4000 4711</b:accounts><b:remark xsi:nil="true"/>';
      const parts = `<b:orderId>o-1</b:orderId>${email}${line}${more}`;
      const { status, text } = await call("createInvoice", parts, clerk);
      assert.equal(status, 200);
      assert.match(text, new RegExp(`<invoice number="${number}" status="open">`));
      assert.match(text, /<customer kind="company"><name>Asha<\/name><email>a@x.example<\/email>/);
      assert.match(text, /<description>Tea &amp; tin<\/description>/);
      assert.match(text, /<discount xsi:nil="true"\/>/);
      assert.match(text, /<net currency="INR">699\.00<\/net><tax currency="INR">125\.82<\/tax>/);
      assert.match(text, /<accounts>4000 4711<\/accounts><remark xsi:nil="true"\/>/);
    });

    test("the same order gets the same invoice, another one the next number", async () => {
      const again = await call("createInvoice", `<b:orderId>o-1</b:orderId>${email}${line}`);
      assert.match(again.text, new RegExp(`number="${number}"`));
      const other = await call("createInvoice", `<b:orderId>o-2</b:orderId>${address}${line}`);
      assert.match(other.text, /number="9007199254740994"/);
      assert.match(other.text, /<address country="IN"><line>12 Hill Road<\/line><city>Pune/);
    });

    test("the newest come first, as many as asked for, and all are counted", async () => {
      const since = "<b:since>2026-01-01T00:00:00Z</b:since><b:limit>1</b:limit>";
      const { text } = await call("listInvoices", since);
      assert.deepEqual(text.match(/number="\d+"/g), ['number="9007199254740994"']);
      assert.match(text, /<found>2<\/found>/);
      const named = await call("listInvoices", "<b:customerName>Nobody</b:customerName>");
      assert.match(named.text, /<found>0<\/found>/);
    });

    test("a payment is noted one-way, and then the invoice cannot be cancelled", async () => {
      const paid =
        `<b:number>${number}</b:number><b:paidAt>2026-11-25T10:00:00Z</b:paidAt>` +
        "<b:reference>T-1</b:reference>";
      const noted = await call("notifyPaid", paid);
      assert.deepEqual(noted, { status: 202, text: "" });
      const read = await call("getInvoice", `<b:number>${number}</b:number>`);
      assert.match(read.text, /status="paid"/);
      assert.match(read.text, /<payment><at>2026-11-25T10:00:00Z<\/at><reference>T-1</);
      const parts = `<b:number>${number}</b:number><b:reason xsi:nil="true"/>`;
      const refused = await call("cancelInvoice", parts, clerk);
      assert.equal(refused.status, 500);
      assert.match(refused.text, /<number>9007199254740993<\/number><status>paid<\/status>/);
    });

    test("an invoice that is not there is a declared fault with the number asked for", async () => {
      const { status, text } = await call(
        "getInvoice",
        "<b:number>-9000000000000000001</b:number>",
      );
      assert.equal(status, 500);
      assert.match(text, /:Client<\/faultcode>/);
      assert.match(text, /<number>-9000000000000000001<\/number>/);
    });

    test("a cancelled invoice says when and why, and why may be nil", async () => {
      const parts = '<b:number>9007199254740994</b:number><b:reason xsi:nil="true"/>';
      const { text } = await call("cancelInvoice", parts);
      assert.match(text, /status="cancelled"/);
      assert.match(text, /<cancellation><at>[^<]+Z<\/at><reason xsi:nil="true"\/>/);
    });

    test("a header that must be understood and is not is refused, an optional one is not", async () => {
      const odd = (must: string) => `<x:odd xmlns:x="urn:x" ${must}>1</x:odd>`;
      const parts = `<b:number>${number}</b:number>`;
      const refused = await call("getInvoice", parts, odd('s:mustUnderstand="1"'));
      assert.equal(refused.status, 500);
      assert.match(refused.text, /:MustUnderstand<\/faultcode>/);
      assert.equal((await call("getInvoice", parts, odd(""))).status, 200);
    });

    test("an invoice for nothing and an amount that is none are the client's faults", async () => {
      const worthless = line.replace("349.50", "much");
      for (const lines of ["", worthless]) {
        const parts = `<b:orderId>o-3</b:orderId>${email}${lines}`;
        const { status, text } = await call("createInvoice", parts);
        assert.equal(status, 500);
        assert.match(text, /:Client<\/faultcode>/);
      }
    });

    test("the WSDL names the address that it was asked at, and its schemas can be had", async () => {
      const wsdl = await (await fetch(`${service.url}/billing?wsdl`)).text();
      assert.ok(wsdl.includes(`location="${service.url}/billing"`), wsdl.slice(-400));
      for (const name of ["billing.xsd", "common.xsd"]) {
        const answer = await fetch(`${service.url}/${name}`);
        assert.match(await answer.text(), /<xsd:schema /);
      }
    });
  });
}
