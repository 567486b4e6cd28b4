/** Who calls a service that does not exist in SOAP is told so in SOAP. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { billingWsdl } from "#protocols/soap/billing-fixture.ts";
import { envelope12, envelopeOf, types } from "./soap-messages.ts";
import { startTranslating } from "./stand.ts";

const services = `services:\n  billing: { contract: b.wsdl, instances: ["http://127.0.0.1:1"] }`;
const gateway = { text: services, files: { "b.wsdl": billingWsdl } };

interface Told {
  readonly name: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly status: number;
  readonly type: string;
  readonly text: RegExp;
}

const soap11 = envelopeOf("<x/>");
const told: readonly Told[] = [
  {
    name: "SOAP 1.1",
    path: "/soap/nobody",
    headers: { "content-type": types["1.1"] },
    body: soap11,
    status: 404,
    type: "text/xml; charset=utf-8",
    text: /<faultcode>soap:Client<\/faultcode><faultstring>no route matches \/soap\/nobody/,
  },
  {
    name: "SOAP 1.2",
    path: "/soap/nobody",
    headers: { "content-type": types["1.2"] },
    body: envelopeOf("<x/>", "", envelope12),
    status: 404,
    type: "application/soap+xml; charset=utf-8",
    text: /<soap:Value>soap:Sender<\/soap:Value>.*<soap:Text xml:lang="en">no route matches/,
  },
  {
    name: "SOAP 1.1 with attachments",
    path: "/soap/nobody",
    headers: { "content-type": 'multipart/related; type="text/xml"; boundary=b' },
    body: `--b\r\nContent-Type: text/xml\r\n\r\n${soap11}\r\n--b--\r\n`,
    status: 404,
    type: "text/xml; charset=utf-8",
    text: /no-route/,
  },
  {
    name: "SOAP 1.1 at another address, by its SOAPAction",
    path: "/nowhere",
    headers: { "content-type": types["1.1"], soapaction: '""' },
    body: soap11,
    status: 404,
    type: "text/xml; charset=utf-8",
    text: /no-route/,
  },
  {
    name: "XML at another address, which is no SOAP",
    path: "/nowhere",
    headers: { "content-type": "text/xml" },
    body: "<x/>",
    status: 404,
    type: "application/problem+json",
    text: /no-route/,
  },
  {
    name: "JSON at an address of SOAP",
    path: "/soap/nobody",
    headers: { "content-type": "application/json" },
    body: "{}",
    status: 404,
    type: "application/problem+json",
    text: /no-route/,
  },
];

for (const { name, path, headers, body, status, type, text } of told) {
  test(`${name} to an unknown service`, async (context) => {
    const { url, done } = await startTranslating(context, gateway);
    const answer = await fetch(`${url}${path}`, { method: "POST", headers, body });
    assert.equal(answer.status, status);
    assert.equal(answer.headers.get("content-type"), type);
    assert.equal(answer.headers.get("parlance-fault"), "client");
    assert.match(await answer.text(), text);
    assert.equal(done[0]?.code, "no-route");
  });
}

test("a WSDL of an unknown service is a problem, as whoever reads WSDL is no SOAP caller", async (context) => {
  const { url } = await startTranslating(context, gateway);
  const answer = await fetch(`${url}/soap/nobody?wsdl`);
  assert.equal(answer.status, 404);
  assert.equal(answer.headers.get("content-type"), "application/problem+json");
});
