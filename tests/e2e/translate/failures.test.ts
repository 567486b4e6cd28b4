/** What goes wrong between dialects: told in the caller's own, with who broke it and the id. */
import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { billingWsdl } from "#protocols/soap/billing-fixture.ts";
import { until } from "#tests/support/gateway-from-text.ts";
import { openRaw } from "#tests/support/raw-http.ts";
import { shopOpenApi } from "./shop-contract.ts";
import { envelope12, envelopeOf, find, infosetOf, textOf, types } from "./soap-messages.ts";
import { startStandIn, startTranslating, type ServiceAnswer } from "./stand.ts";

const b = 'xmlns:b="urn:example:billing"';
const xmlType = { "content-type": types["1.1"] };
const jsonType = { "content-type": "application/json" };
const ping = envelopeOf(`<b:getInvoice ${b}><b:id>7</b:id></b:getInvoice>`);
const limits = "limits: { documentBytesMax: 4096 }\n";

async function both(context: TestContext, answer: ServiceAnswer, more = "") {
  const service = await startStandIn(context, () => answer);
  const gateway = await startTranslating(context, {
    text:
      `${more}timeouts: { firstByteMs: 300 }\nservices:\n` +
      `  billing: { contract: b.wsdl, instances: ["${service.url}"] }\n` +
      `  shop: { contract: s.yaml, instances: ["${service.url}"] }`,
    files: { "b.wsdl": billingWsdl, "s.yaml": shopOpenApi },
  });
  return { service, gateway };
}

function post(url: string, body: string, headers: Record<string, string>) {
  return fetch(url, { method: "POST", body, headers });
}

interface Told {
  readonly blame: string | null;
  readonly code: string | undefined;
  readonly text: string;
}

/** Checks what every failure has to say, in whatever dialect. */
async function told(answer: Response, dialect: "json" | "soap11" | "soap12"): Promise<Told> {
  const text = await answer.text();
  const blame = answer.headers.get("parlance-fault");
  const id = answer.headers.get("parlance-exchange") ?? "none";
  const contentType = answer.headers.get("content-type") ?? "";
  assert.match(blame ?? "none", /^(client|gateway|service|policy)$/, text);
  assert.ok(answer.status >= 400, text);
  if (dialect === "json") {
    assert.match(contentType, /^application\/problem\+json/, text);
    const problem = JSON.parse(text) as Record<string, unknown>;
    assert.deepEqual([problem["fault"], problem["exchange"]], [blame, id], text);
    assert.equal(problem["status"], answer.status);
    return { blame, code: String(problem["code"]), text };
  }
  const is11 = dialect === "soap11";
  assert.match(contentType, is11 ? /^text\/xml/ : /^application\/soap\+xml/, text);
  const namespace = is11 ? "http://schemas.xmlsoap.org/soap/envelope/" : envelope12;
  assert.equal(infosetOf(text).name, `{${namespace}}Envelope`);
  assert.ok(find(infosetOf(text), "Fault"), text);
  assert.equal(textOf(text, "exchange"), id, text);
  return { blame, code: textOf(text, "code"), text };
}

const soapFault = envelopeOf(
  "<s:Fault><faultcode>s:Server</faultcode><faultstring>disk full</faultstring></s:Fault>",
);

/** The instance's answer, and the code that a JSON caller of a SOAP service is told. */
const soapFailures: readonly (readonly [string, ServiceAnswer, string])[] = [
  ["breaks off", { body: "break" }, "instance-closed"],
  ["is silent", { body: "stall" }, "answer-timeout"],
  ["answers with broken XML", { headers: xmlType, body: "<a><b></a>" }, "soap-invalid-answer"],
  [
    "answers with a DTD",
    { headers: xmlType, body: `<!DOCTYPE x [<!ENTITY a "b">]>${soapFault}` },
    "soap-invalid-answer",
  ],
  [
    "answers with HTML",
    { status: 502, headers: { "content-type": "text/html" }, body: "<html>" },
    "soap-unexpected-answer",
  ],
  ["gives a fault", { status: 500, headers: xmlType, body: soapFault }, "service-fault"],
  [
    "is too long",
    { headers: xmlType, body: envelopeOf(`<x>${"x".repeat(5_000)}</x>`) },
    "answer-too-large",
  ],
  [
    "is compressed",
    { headers: { ...xmlType, "content-encoding": "gzip" }, body: "x" },
    "answer-coding-unsupported",
  ],
];

describe("a SOAP service, called in JSON and in SOAP 1.2,", () => {
  for (const [what, answer, code] of soapFailures) {
    test(what, async (context) => {
      const { gateway } = await both(context, answer, limits);
      const asJson = await told(
        await post(`${gateway.url}/billing/getInvoice`, '{"id":"7"}', jsonType),
        "json",
      );
      assert.deepEqual([asJson.code, asJson.blame], [code, "service"], asJson.text);
      const newer = ping.replaceAll("http://schemas.xmlsoap.org/soap/envelope/", envelope12);
      const asSoap = await told(
        await post(`${gateway.url}/soap/billing`, newer, { "content-type": types["1.2"] }),
        "soap12",
      );
      assert.deepEqual([asSoap.code, asSoap.blame], [code, "service"], asSoap.text);
      assert.deepEqual(
        gateway.done.map((one) => [one.code, one.blame, one.aborted]),
        [
          [code, "service", false],
          [code, "service", false],
        ],
      );
    });
  }
});

const jsonFailures: readonly (readonly [string, ServiceAnswer, string])[] = [
  ["breaks off", { body: "break" }, "instance-closed"],
  ["is silent", { body: "stall" }, "answer-timeout"],
  ["answers with broken JSON", { headers: jsonType, body: '{"id":' }, "answer-invalid"],
  ["doubles a key", { headers: jsonType, body: '{"id":"1","id":"2"}' }, "answer-invalid"],
  [
    "answers with a page",
    { headers: { "content-type": "text/html" }, body: "<html>" },
    "answer-invalid",
  ],
  ["fails", { status: 503, body: "busy" }, "service-failed"],
  ["tells a control character", { headers: jsonType, body: '{"id":"\\u0001"}' }, ""],
];

describe("a REST service, called in SOAP 1.1,", () => {
  for (const [what, answer, code] of jsonFailures) {
    test(what, async (context) => {
      const { gateway } = await both(context, answer, limits);
      const wsdl = await (await fetch(`${gateway.url}/soap/shop?wsdl`)).text();
      const space = /targetNamespace="([^"]*)"/.exec(wsdl)?.[1] ?? "";
      const body = envelopeOf(`<o:getOrder xmlns:o="${space}"><id>7</id></o:getOrder>`);
      const asSoap = await told(await post(`${gateway.url}/soap/shop`, body, xmlType), "soap11");
      assert.equal(asSoap.blame, "service", asSoap.text);
      if (code !== "") assert.equal(asSoap.code, code, asSoap.text);
      assert.equal(gateway.done.at(-1)?.blame, "service");
      assert.equal(gateway.done.at(-1)?.code, asSoap.code);
    });
  }
});

test("a dead instance is told in the dialect of the caller, passed through or translated", async (context) => {
  const gateway = await startTranslating(context, {
    text: 'services:\n  billing: { contract: b.wsdl, instances: ["http://127.0.0.1:1"] }',
    files: { "b.wsdl": billingWsdl },
  });
  const passed = await told(await post(`${gateway.url}/soap/billing`, ping, xmlType), "soap11");
  assert.equal(passed.code, "instance-unreachable");
  const json = await post(`${gateway.url}/billing/getInvoice`, '{"id":"7"}', jsonType);
  assert.equal(json.status, 502);
  assert.equal((await told(json, "json")).code, "instance-unreachable");
});

/** Requests that are wrong, and a word that their fault must hold. */
const hostile: readonly (readonly [string, string, RegExp])[] = [
  ["a DTD", `<!DOCTYPE a>${ping}`, /DOCTYPE|DTD/i],
  [
    "an entity bomb",
    `<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${ping.replace("7", "&b;")}`,
    /DOCTYPE|DTD/i,
  ],
  ["an entity of nobody's", ping.replace("7", "&b;"), /entity|&amp;b;/i],
  ["a cut message", ping.slice(0, -30), /end/i],
  ["a wrong namespace", ping.replace("urn:example:billing", "urn:other"), /getInvoice/],
  ["surplus elements", ping.replace("</b:id>", "</b:id><b:more/>"), /more/],
  ["a missing element", ping.replace("<b:id>7</b:id>", ""), /id/],
  ["a number out of range", ping.replace("7", "9223372036854775808"), /id/],
  ["a control character", ping.replace("7", "&#1;"), /character|&amp;#1;/i],
  [
    "100,000 levels",
    envelopeOf("", `<h:a xmlns:h="u">${"<a>".repeat(100_000)}`),
    /depth|deep|levels/i,
  ],
];

for (const [what, body, words] of hostile) {
  test(`${what} in SOAP gets a prompt fault that says so, and no service sees it`, async (context) => {
    const { service, gateway } = await both(context, { body: "" });
    const newer = body.replaceAll("http://schemas.xmlsoap.org/soap/envelope/", envelope12);
    const asked = await post(`${gateway.url}/soap/billing`, newer, {
      "content-type": types["1.2"],
    });
    const { blame, text } = await told(asked, "soap12");
    assert.equal(blame, "client", text);
    assert.match(text, words);
    assert.equal(service.requests.length, 0);
  });
}

const bombs: readonly (readonly [string, string, RegExp])[] = [
  ["100,000 levels", `{"id":${"[".repeat(100_000)}`, /depth|deep|levels|id/i],
  ["a doubled key", '{"id":"1","id":"2"}', /id/],
  ["__proto__", '{"id":"1","__proto__":{"a":1}}', /__proto__/],
  ["a number that is too large", '{"id":9223372036854775808}', /id/],
  ["a number of a million digits", `{"id":${"9".repeat(1_000_000)}}`, /digits|id/i],
  ["a cut body", '{"id":"1"', /end/i],
  ["bytes that are no UTF-8", '{"id":"\udc80"}', /id|UTF-8/i],
];

for (const [what, body, words] of bombs) {
  test(`${what} in JSON gets a prompt problem that says so, and no service sees it`, async (context) => {
    const { service, gateway } = await both(context, { body: "" });
    const asked = await post(`${gateway.url}/billing/getInvoice`, body, jsonType);
    const { blame, text } = await told(asked, "json");
    assert.equal(blame, "client", text);
    assert.equal(asked.status, 400);
    assert.match(text, words);
    assert.equal(service.requests.length, 0);
  });
}

test("control characters on their way to XML are refused by the name of their field", async (context) => {
  const { service, gateway } = await both(context, { body: "" });
  const body =
    '{"Invoice":{"id":"1","card":"a\\u0000b","line":[{"sku":"A","price":{"value":"1","currency":"E"}}]}}';
  const bare =
    '{"id":"1","card":"a\\u0000b","line":[{"sku":"A","price":{"value":"1","currency":"E"}}]}';
  const texts: string[] = [];
  for (const one of [body, bare]) {
    const asked = await post(`${gateway.url}/billing/store`, one, jsonType);
    const { blame, text } = await told(asked, "json");
    assert.equal(blame, "client", text);
    texts.push(text);
  }
  assert.ok(
    texts.some((text) => /card/.test(text) && /U\+0000|character/i.test(text)),
    texts.join(),
  );
  assert.equal(service.requests.length, 0);
});

test("documents over the limit are refused, announced or not, in the caller's dialect", async (context) => {
  const { service, gateway } = await both(context, { body: "" }, limits);
  const long = `{"id":"${"7".repeat(5_000)}"}`;
  const asJson = await post(`${gateway.url}/billing/getInvoice`, long, jsonType);
  assert.equal(asJson.status, 413);
  assert.equal((await told(asJson, "json")).code, "body-too-large");
  const soap = ping.replaceAll("http://schemas.xmlsoap.org/soap/envelope/", envelope12);
  const padded = soap.replace("7", "7".repeat(5_000));
  const newer = { "content-type": types["1.2"] };
  const asSoap = await told(await post(`${gateway.url}/soap/billing`, padded, newer), "soap12");
  assert.deepEqual([asSoap.code, asSoap.blame], ["body-too-large", "client"]);
  const connection = await openRaw(gateway.port);
  context.after(() => connection.close());
  await connection.send(
    "POST /billing/getInvoice HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" +
      `Transfer-Encoding: chunked\r\n\r\n1400\r\n${"x".repeat(5_120)}\r\n`,
    { pauseMs: 20 },
    "5\r\nabcde\r\n",
  );
  const { responses } = await connection.wait((seen) => seen.closed);
  assert.deepEqual(
    responses.map(({ status }) => status),
    [413],
  );
  assert.equal(service.requests.length, 0);
  assert.equal(gateway.done.length, 3);
});

test("a text of 50 MB is refused at once by its length", async (context) => {
  const { gateway } = await both(context, { body: "" });
  const connection = await openRaw(gateway.port);
  context.after(() => connection.close());
  await connection.send(
    "POST /billing/getInvoice HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" +
      `Content-Length: ${50 * 1024 ** 2}\r\n\r\n{"id":"777`,
  );
  const { responses } = await connection.wait((seen) => seen.responses.length > 0);
  assert.equal(responses[0]?.status, 413);
});

test("a caller that goes away in the middle leaves nothing behind", async (context) => {
  const { service, gateway } = await both(context, { body: "stall" });
  const head = "POST /billing/getInvoice HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
  const half = await openRaw(gateway.port);
  await half.send(`${head}Content-Length: 10\r\n\r\n{"id`);
  half.close();
  const whole = await openRaw(gateway.port);
  await whole.send(`${head}Content-Length: 10\r\n\r\n{"id":"7"}`);
  await until(() => service.requests.length === 1, "the service has the request");
  whole.close();
  await until(() => gateway.done.length === 2, "both exchanges have ended");
  assert.deepEqual(
    gateway.done.map(({ aborted }) => aborted),
    [true, true],
  );
});
