/** Translation on the wire: framing, versions of HTTP, pipelining, permissions, keys. */
import assert from "node:assert/strict";
import { connect } from "node:http2";
import { test, type TestContext } from "node:test";
import { billingWsdl } from "#protocols/soap/billing-fixture.ts";
import { finals, openRaw, splitAt } from "#tests/support/raw-http.ts";
import { envelope12, envelopeOf, textOf, types } from "./soap-messages.ts";
import { startStandIn, startTranslating } from "./stand.ts";

const b = 'xmlns:b="urn:example:billing"';

/** The instance answers every call with an invoice of the id that was asked for. */
async function start(context: TestContext, callers = "") {
  const service = await startStandIn(context, ({ body }) => ({
    headers: { "content-type": types["1.1"] },
    body: body.includes("getInvoice")
      ? envelopeOf(
          `<b:getInvoiceResponse ${b}><b:invoice><b:id>${textOf(body, "id")}</b:id><b:card>1</b:card>` +
            '<b:line><b:sku>A</b:sku><b:price currency="E">1</b:price></b:line></b:invoice></b:getInvoiceResponse>',
        )
      : envelopeOf(`<r:addResponse xmlns:r="urn:example:rpc"><sum>5</sum></r:addResponse>`),
  }));
  const gateway = await startTranslating(context, {
    text: `${callers}services:\n  billing: { contract: b.wsdl, instances: ["${service.url}"] }`,
    files: { "b.wsdl": billingWsdl },
  });
  return { service, gateway };
}

function request(id: number, version = "1.1", more = ""): string {
  const body = `{"id":"${id}"}`;
  return (
    `POST /billing/getInvoice HTTP/${version}\r\nHost: x\r\nContent-Type: application/json\r\n` +
    `${more}Content-Length: ${body.length}\r\n\r\n${body}`
  );
}

function idsIn(bodies: readonly string[]): readonly string[] {
  return bodies.map((body) => {
    const { invoice } = JSON.parse(body) as { readonly invoice: { readonly id: string } };
    return invoice.id;
  });
}

test("a request cut at any byte is translated as in one piece", async (context) => {
  const { gateway } = await start(context);
  const connection = await openRaw(gateway.port);
  context.after(() => connection.close());
  const whole = request(7);
  for (let at = 1; at < whole.length; at++) await connection.send(...splitAt(whole, [at], 1));
  const count = whole.length - 1;
  const { responses } = await connection.wait((seen) => finals(seen) >= count);
  assert.equal(responses.length, count);
  const ids = idsIn(responses.map(({ body }) => body));
  assert.ok(ids.every((id) => id === "7"));
});

test("a chunked request is, too, wherever its chunks and packets end", async (context) => {
  const { service, gateway } = await start(context);
  const connection = await openRaw(gateway.port);
  context.after(() => connection.close());
  const head =
    "POST /billing/getInvoice HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" +
    "Transfer-Encoding: chunked\r\n\r\n";
  const body = '2;a=b\r\n{"\r\n6\r\nid":"7\r\n2\r\n"}\r\n0\r\nX-T: 1\r\n\r\n';
  const whole = head + body;
  for (let at = head.length; at < whole.length; at++) {
    await connection.send(...splitAt(whole, [at], 1));
  }
  const { responses } = await connection.wait((seen) => finals(seen) >= body.length);
  assert.equal(responses.length, body.length);
  assert.ok(responses.every(({ status }) => status === 200));
  assert.ok(service.requests.every(({ body: sent }) => textOf(sent, "id") === "7"));
});

test("pipelined requests are answered in their order", async (context) => {
  const { gateway } = await start(context);
  const connection = await openRaw(gateway.port);
  context.after(() => connection.close());
  const ids = Array.from({ length: 20 }, (_, index) => index);
  await connection.send(ids.map((id) => request(id)).join(""));
  const { responses } = await connection.wait((seen) => finals(seen) >= ids.length);
  assert.deepEqual(idsIn(responses.map(({ body }) => body)), ids.map(String));
});

test("a caller of HTTP/1.0 gets a whole answer and the end of the connection", async (context) => {
  const { gateway } = await start(context);
  const connection = await openRaw(gateway.port);
  context.after(() => connection.close());
  await connection.send(request(7, "1.0"));
  const { responses, closed } = await connection.wait(() => false);
  assert.equal(closed, true);
  assert.deepEqual(idsIn(responses.map(({ body }) => body)), ["7"]);
});

test("a caller that waits for 100 Continue is told to go on before the body is there", async (context) => {
  const { gateway } = await start(context);
  const connection = await openRaw(gateway.port);
  context.after(() => connection.close());
  const [head = "", body = ""] = request(7, "1.1", "Expect: 100-continue\r\n").split("\r\n\r\n");
  await connection.send(`${head}\r\n\r\n`);
  const interim = await connection.wait((seen) => seen.responses.length > 0);
  assert.equal(interim.responses[0]?.status, 100);
  await connection.send(body);
  const { responses } = await connection.wait((seen) => finals(seen) === 1);
  assert.equal(responses.at(-1)?.status, 200);
});

test("callers of HTTP/2 are translated like others", async (context) => {
  const { gateway } = await start(context);
  const session = connect(gateway.url);
  context.after(() => session.close());
  const stream = session.request({
    ":method": "POST",
    ":path": "/billing/getInvoice",
    "content-type": "application/json",
  });
  stream.write('{"id"');
  stream.end(':"7"}');
  const { status, body } = await new Promise<{ status: unknown; body: string }>((resolve) => {
    let seen: unknown;
    let text = "";
    stream.on("response", (headers) => (seen = headers[":status"]));
    stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    stream.on("end", () => resolve({ status: seen, body: text }));
  });
  assert.equal(status, 200, body);
  assert.deepEqual(idsIn([body]), ["7"]);
  const place = session.request({ ":path": "/soap/billing?wsdl" });
  let wsdl = "";
  for await (const chunk of place.setEncoding("utf8")) wsdl += String(chunk);
  assert.match(wsdl, new RegExp(`location="${gateway.url}/soap/billing"`));
});

const callers =
  'callers:\n  reader: { key: "key-of-the-reader", may: ["billing.getInvoice"] }\n' +
  '  all: { key: "key-of-all", may: ["billing.*"] }\n';
const getInvoice = envelopeOf(`<b:getInvoice ${b}><b:id>7</b:id></b:getInvoice>`);
const add = envelopeOf('<r:add xmlns:r="urn:example:rpc"><a>2</a><b>3</b></r:add>');

for (const version of ["1.1", "1.2"] as const) {
  test(`SOAP ${version} may call what the caller may call, by the body, not by its action`, async (context) => {
    const { service, gateway } = await start(context, callers);
    const send = async (body: string, key: string | undefined, action: string) => {
      const answer = await fetch(`${gateway.url}/soap/billing`, {
        method: "POST",
        headers: {
          "content-type": types[version],
          ...(version === "1.1" ? { soapaction: action } : {}),
          ...(key === undefined ? {} : { "x-api-key": key }),
        },
        body:
          version === "1.1"
            ? body
            : body.replaceAll("http://schemas.xmlsoap.org/soap/envelope/", envelope12),
      });
      const text = await answer.text();
      const isFault = text.includes("Fault>");
      return { answer, text, code: isFault ? textOf(text, "code") : undefined };
    };
    const allowed = await send(getInvoice, "key-of-the-reader", '"urn:getInvoice"');
    assert.equal(allowed.answer.status, 200, allowed.text);
    for (const action of ['"urn:add"', '"urn:getInvoice"', '""']) {
      const refused = await send(add, "key-of-the-reader", action);
      assert.ok(refused.answer.status >= 400, refused.text);
      assert.equal(
        textOf(refused.text, "exchange"),
        refused.answer.headers.get("parlance-exchange"),
      );
    }
    assert.equal((await send(add, "key-of-the-reader", '"urn:add"')).code, "caller-not-permitted");
    assert.equal((await send(add, "key-of-all", '"urn:add"')).answer.status, 200);
    const stranger = await send(add, undefined, '"urn:add"');
    assert.equal(stranger.code, "caller-unknown");
    assert.match(stranger.answer.headers.get("www-authenticate") ?? "", /^Bearer/);
    assert.equal(stranger.answer.headers.get("parlance-fault"), "client");
    assert.equal(service.requests.length, 2);
    for (const { headers, body } of service.requests) {
      assert.doesNotMatch(JSON.stringify(headers) + body, /key-of/);
    }
    assert.equal(gateway.done.find(({ code }) => code === "caller-not-permitted")?.blame, "policy");
  });
}

test("a key is not forwarded even where the contract has a parameter of its name", async (context) => {
  const service = await startStandIn(context, () => ({
    headers: { "content-type": "application/json" },
    body: '{"a":1}',
  }));
  const contract = `openapi: 3.1.0
info: { title: T, version: "1" }
paths:
  /a:
    get:
      operationId: a
      parameters: [{ name: X-Api-Key, in: header, schema: { type: string } }]
      responses:
        "200":
          description: A.
          content: { application/json: { schema: { type: object, properties: { a: { type: integer } } } } }
`;
  const gateway = await startTranslating(context, {
    text:
      callers.replaceAll("billing", "t").replace("getInvoice", "a") +
      `services:\n  t: { contract: t.yaml, instances: ["${service.url}"] }`,
    files: { "t.yaml": contract },
  });
  const answer = await fetch(`${gateway.url}/t/a`, {
    headers: { "x-api-key": "key-of-all", accept: "application/xml" },
  });
  assert.equal(answer.status, 200, await answer.text());
  assert.doesNotMatch(JSON.stringify(service.requests[0]?.headers), /key-of/);
});
