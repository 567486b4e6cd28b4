/** SOAP through the gateway: which URL is asked, and what becomes of versions on the way. */
import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { nodePlatform } from "#base/platform.ts";
import { checkConfiguration } from "#app/check-configuration.ts";
import { standardExtensions } from "#app/standard-extensions.ts";
import { createGateway } from "#gateway/gateway.ts";
import { billingWsdl } from "#protocols/soap/billing-fixture.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { listenHttp } from "#tests/support/listen-http.ts";

interface Asked {
  readonly line: string;
  readonly action: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
}

const envelope = (body: string, namespace = "http://schemas.xmlsoap.org/soap/envelope/") =>
  `<e:Envelope xmlns:e="${namespace}"><e:Body>${body}</e:Body></e:Envelope>`;
const soap12 = "http://www.w3.org/2003/05/soap-envelope";
const get = '<getInvoice xmlns="urn:example:billing"><id>42</id></getInvoice>';
const answer = envelope(
  '<getInvoiceResponse xmlns="urn:example:billing"><invoice><id>42</id><card>c</card>' +
    '<line><sku>a</sku><price currency="EUR">1.10</price></line></invoice></getInvoiceResponse>',
);

/** An instance that answers every call alike. */
async function startInstance(context: TestContext, status: number, body: string) {
  const asked: Asked[] = [];
  const origin = await listenHttp(context, (request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      asked.push({
        line: `${method} ${url}`,
        action: headers["soapaction"] as string | undefined,
        contentType: headers["content-type"],
        body: Buffer.concat(chunks).toString(),
      });
      response.writeHead(status, { "content-type": "text/xml" }).end(body);
    });
  });
  return { origin, asked };
}

/** @returns the origin of a gateway whose service `billing` has this instance. */
async function startGateway(context: TestContext, instance: string, more = ""): Promise<string> {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, "billing.wsdl"), billingWsdl);
  const file = join(folder, "parlance.yaml");
  const text = `version: 1
callers: open
services:
  billing:
    contract: billing.wsdl
    instances: ["${instance}"]
${more}`;
  writeFileSync(file, text);
  const { files } = nodePlatform;
  const { revision, diagnostics } = await checkConfiguration(
    { path: file },
    files,
    () => undefined,
  );
  assert.ok(revision, JSON.stringify(diagnostics));
  const observer = { onBegin: () => undefined, onRouted: () => undefined, onDone: () => undefined };
  const gateway = createGateway(nodePlatform, observer, revision, () => standardExtensions);
  const port = await gateway.listen({ host: "127.0.0.1", port: 0, shared: false });
  context.after(() => gateway.drain());
  return `http://127.0.0.1:${port}`;
}

function post(url: string, contentType: string, body: string) {
  const soapaction = '"urn:getInvoice"';
  const headers = { "content-type": contentType, connection: "close", soapaction };
  return fetch(url, { method: "POST", headers, body });
}

for (const [path, line] of [
  ["/billing", "POST /billing"],
  ["/billing/", "POST /billing/"],
  ["", "POST /"],
  ["/", "POST /"],
] as const) {
  test(`an instance at "${path}" is asked as ${line}, from REST and from SOAP`, async (context) => {
    const { origin, asked } = await startInstance(context, 200, answer);
    const gateway = await startGateway(context, origin + path);
    const rest = await post(`${gateway}/billing/getInvoice`, "application/json", '{"id":"42"}');
    assert.equal(rest.status, 200, await rest.clone().text());
    assert.deepEqual(await rest.json(), {
      invoice: {
        id: "42",
        card: "c",
        line: [{ sku: "a", price: { value: "1.10", currency: "EUR" } }],
      },
    });
    const soap = await post(`${gateway}/soap/billing`, "text/xml", envelope(get));
    assert.equal(soap.status, 200);
    assert.match(await soap.text(), /card>c</);
    assert.deepEqual(
      asked.map((one) => [one.line, one.action]),
      [
        [line, '"urn:getInvoice"'],
        [line, '"urn:getInvoice"'],
      ],
    );
  });
}

test("a caller of SOAP 1.2 reaches a service of SOAP 1.1 and gets its fault", async (context) => {
  const fault =
    "<e:Fault><faultcode>e:Client</faultcode><faultstring>none</faultstring><detail>" +
    '<n:NotFound xmlns:n="urn:example:billing"><n:id>42</n:id></n:NotFound></detail></e:Fault>';
  const { origin, asked } = await startInstance(context, 500, envelope(fault));
  const gateway = await startGateway(context, `${origin}/billing`);
  const body = envelope(get, soap12);
  const answered = await post(`${gateway}/soap/billing`, "application/soap+xml", body);
  const text = await answered.text();
  assert.equal(answered.status, 400);
  assert.equal(answered.headers.get("content-type"), "application/soap+xml; charset=utf-8");
  assert.equal(answered.headers.get("parlance-fault"), "client");
  assert.match(text, /<soap:Value>soap:Sender<\/soap:Value>/);
  assert.match(text, /<soap:Detail><(\S+):NotFound xmlns:\1="urn:example:billing"><\1:id>42</);
  assert.equal(asked[0]?.contentType, "text/xml; charset=utf-8");
  const exchange = answered.headers.get("parlance-exchange") ?? "";
  assert.match(text, new RegExp(`<p:exchange>${exchange}</p:exchange>`));
});

test("a chain of two gateways keeps what the service said, and who broke it", async (context) => {
  const { origin, asked } = await startInstance(context, 503, "<html>");
  const inner = await startGateway(context, `${origin}/billing`);
  const outer = await startGateway(context, `${inner}/soap/billing`);
  const answered = await post(`${outer}/billing/getInvoice`, "application/json", '{"id":"42"}');
  assert.equal(asked.length, 1);
  assert.equal(answered.status, 503);
  assert.equal(answered.headers.get("parlance-fault"), "service");
  const problem = (await answered.json()) as { readonly code: string };
  assert.equal(problem.code, "soap-unexpected-answer");
});

test("the WSDL of a service names the gateway's own address", async (context) => {
  const { origin } = await startInstance(context, 200, answer);
  const gateway = await startGateway(context, origin);
  const described = await fetch(`${gateway}/soap/billing?wsdl`, {
    headers: { connection: "close" },
  });
  assert.equal(described.headers.get("content-type"), "text/xml; charset=utf-8");
  assert.ok((await described.text()).includes(`location="${gateway}/soap/billing"`));
});
