/**
 * Translating twice is identity: a caller and a service of one dialect, between them two gateways
 * that speak the other one with each other, and neither of the two notices.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { billingWsdl } from "#protocols/soap/billing-fixture.ts";
import { shopOpenApi } from "./shop-contract.ts";
import { envelopeOf, infosetOf, types, type Infoset } from "./soap-messages.ts";
import {
  startStandIn,
  startTranslating,
  type ServiceAnswer,
  type StandInService,
  type TranslatingGateway,
} from "./stand.ts";

const runs = { numRuns: 40 };
const nothing: ServiceAnswer = { status: 500, body: "" };

function services(name: string, contract: string, instance: string, speaks?: string): string {
  const dialect = speaks === undefined ? "" : `, speaks: ${speaks}`;
  return `services:\n  ${name}: { contract: ${contract}, instances: ["${instance}"]${dialect} }`;
}

/** Numbers of 64 bits are texts here, because JavaScript has none so large. */
function jsonOf(value: unknown): string {
  return JSON.stringify(value).replaceAll(/"number":"(-?\d+)"/g, '"number":$1');
}

function exactly(json: string): unknown {
  return JSON.parse(json.replaceAll(/"number":(-?\d+)/g, '"number":"$1"'));
}

/** What suites start ends with them. */
function suiteScope() {
  const ends: (() => unknown)[] = [];
  after(async () => {
    for (const end of ends) await end();
  });
  return { after: (end: () => unknown) => void ends.push(end) };
}

/** Text that XML can hold; its line ends are those that XML readers leave alone. */
const text = fc
  .string({ unit: "grapheme", maxLength: 12 })
  .map((value) =>
    value.toWellFormed().replaceAll(/[^\t\n\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "~"),
  );

function escaped(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function inAttribute(value: string): string {
  const whole = escaped(value).replaceAll('"', "&quot;");
  return whole.replaceAll("\t", "&#9;").replaceAll("\n", "&#10;");
}

describe("SOAP, REST between the gateways, SOAP", () => {
  const b = 'xmlns:b="urn:example:billing"';
  const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
  const scope = suiteScope();
  let service: StandInService;
  let outer: TranslatingGateway;

  before(async () => {
    service = await startStandIn(scope, () => nothing);
    const files = { "b.wsdl": billingWsdl };
    const inner = await startTranslating(scope, {
      text: services("billing", "b.wsdl", service.url),
      files,
    });
    outer = await startTranslating(scope, {
      text: services("billing", "b.wsdl", `${inner.url}/billing`, "rest"),
      files,
    });
  });

  const note = fc.oneof(
    fc.constant(""),
    fc.constant(`<b:note ${xsi} xsi:nil="true"/>`),
    text.map((value) => `<b:note>${escaped(value)}</b:note>`),
  );
  const amount = fc
    .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.constantFrom("", ".5", ".0001"))
    .map(([whole, part]) => `${whole}${part}`);
  const line = fc
    .record({ sku: text, price: amount, currency: text, note })
    .map(
      (one) =>
        `<b:line><b:sku>${escaped(one.sku)}</b:sku><b:price currency="` +
        `${inAttribute(one.currency)}">` +
        `${one.price}</b:price>${one.note}</b:line>`,
    );
  const invoice = fc
    .record({
      id: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      kind: fc.constantFrom("card", "iban"),
      how: text,
      lines: fc.array(line, { minLength: 1, maxLength: 3 }),
      scan: fc.option(fc.uint8Array({ maxLength: 20 }), { nil: undefined }),
      paid: fc.constantFrom("", ' paid="true"', ' paid="false"'),
    })
    .map((one) => {
      const scan =
        one.scan === undefined
          ? ""
          : `<b:scan>${Buffer.from(one.scan).toString("base64")}</b:scan>`;
      const content =
        `<b:id>${one.id}</b:id><b:${one.kind}>${escaped(one.how)}</b:${one.kind}>` +
        `${one.lines.join("")}${scan}`;
      return { paid: one.paid, content };
    });

  async function call(body: string, action: string, header = "") {
    const headers = { "content-type": types["1.1"], soapaction: `"${action}"` };
    const url = `${outer.url}/soap/billing`;
    const sent = envelopeOf(body, header);
    const answer = await fetch(url, { method: "POST", body: sent, headers });
    return { status: answer.status, text: await answer.text(), sent };
  }

  /** All but the gateway's own header blocks. */
  function bodyOf(document: string): Infoset | undefined {
    const { content } = infosetOf(document);
    return typeof content === "string" ? undefined : content.at(-1);
  }

  test("answers with choice, nil, attributes, big numbers and bytes come as they were", async () => {
    await fc.assert(
      fc.asyncProperty(invoice, text, async ({ paid, content }, session) => {
        const given = envelopeOf(
          `<b:getInvoiceResponse ${b}><b:invoice${paid}>${content}</b:invoice></b:getInvoiceResponse>`,
        );
        service.answer = () => ({ headers: { "content-type": types["1.1"] }, body: given });
        const header = /^[!-~]+$/.test(session)
          ? `<b:Session ${b}>${escaped(session)}</b:Session>`
          : "";
        const asked = await call(
          `<b:getInvoice ${b}><b:id>7</b:id></b:getInvoice>`,
          "urn:getInvoice",
          header,
        );
        assert.equal(asked.status, 200, asked.text);
        assert.deepEqual(infosetOf(asked.text), infosetOf(given));
        const received = service.requests.at(-1);
        assert.deepEqual(infosetOf(received?.body ?? ""), infosetOf(asked.sent));
        assert.equal(received?.headers["soapaction"], '"urn:getInvoice"');
      }),
      runs,
    );
  });

  test("requests of a bare document do, too", async () => {
    const given = envelopeOf(`<b:Receipt ${b}>r</b:Receipt>`);
    service.answer = () => ({ headers: { "content-type": types["1.1"] }, body: given });
    await fc.assert(
      fc.asyncProperty(invoice, async ({ paid, content }) => {
        const {
          status,
          text: told,
          sent,
        } = await call(`<b:Invoice ${b}${paid}>${content}</b:Invoice>`, "urn:store");
        assert.equal(status, 200, told);
        assert.deepEqual(infosetOf(told), infosetOf(given));
        assert.deepEqual(infosetOf(service.requests.at(-1)?.body ?? ""), infosetOf(sent));
      }),
      runs,
    );
  });

  test("rpc, one-way and empty messages do, too", async () => {
    const rpc = 'xmlns:r="urn:example:rpc"';
    const sum = envelopeOf(`<r:addResponse ${rpc}><sum>5</sum></r:addResponse>`);
    const cases = [
      [`<r:add ${rpc}><a>2</a><b>3</b></r:add>`, "urn:add", sum],
      ["", "urn:reset", envelopeOf("")],
    ] as const;
    for (const [body, action, given] of cases) {
      service.answer = () => ({ headers: { "content-type": types["1.1"] }, body: given });
      const { status, text: told, sent } = await call(body, action);
      assert.equal(status, 200, told);
      assert.deepEqual(infosetOf(told), infosetOf(given));
      assert.deepEqual(infosetOf(service.requests.at(-1)?.body ?? ""), infosetOf(sent));
    }
    service.answer = () => ({ status: 202, body: "" });
    const oneWay = await call(`<b:ping ${b}/>`, "");
    assert.deepEqual([oneWay.status, oneWay.text], [202, ""]);
  });

  test("a declared fault comes with its detail, its code and who broke it", async () => {
    const detail = `<b:NotFound ${b}><b:id>9007199254740993</b:id></b:NotFound>`;
    const given = envelopeOf(
      "<s:Fault><faultcode>s:Client</faultcode><faultstring>no such invoice</faultstring>" +
        `<detail>${detail}</detail></s:Fault>`,
    );
    service.answer = () => ({
      status: 500,
      headers: { "content-type": types["1.1"] },
      body: given,
    });
    const { status, text: told } = await call(
      `<b:getInvoice ${b}><b:id>7</b:id></b:getInvoice>`,
      "urn:getInvoice",
    );
    assert.equal(status, 500);
    const faultIn = (document: string) => {
      const fault = bodyOf(document)?.content[0] as Infoset;
      const [, ...rest] = fault.content as readonly Infoset[];
      return rest;
    };
    assert.deepEqual(faultIn(told), faultIn(given));
    assert.match(told, /<faultcode>\w+:Client<\/faultcode>/);
    assert.equal(outer.done.at(-1)?.blame, "client");
  });
});

describe("REST, SOAP between the gateways, REST", () => {
  const scope = suiteScope();
  let service: StandInService;
  let outer: TranslatingGateway;

  before(async () => {
    service = await startStandIn(scope, () => nothing);
    const files = { "shop.yaml": shopOpenApi };
    const inner = await startTranslating(scope, {
      text: services("shop", "shop.yaml", service.url),
      files,
    });
    outer = await startTranslating(scope, {
      text: services("shop", "shop.yaml", `${inner.url}/soap/shop`, "soap"),
      files,
    });
  });

  const optional = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: undefined });
  const line = fc.record({
    sku: text,
    quantity: fc.integer(),
    price: optional(fc.double({ noNaN: true, noDefaultInfinity: true })),
    // In XML a list that is not there and an empty one are the same.
    tags: fc.array(text, { maxLength: 3 }),
  });
  const order = fc
    .record({
      customer: text,
      number: optional(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)),
      rush: optional(fc.boolean()),
      note: fc.option(text),
      lines: fc.array(line, { maxLength: 3 }),
    })
    .map((value) => JSON.parse(JSON.stringify(value)) as object);

  test("bodies come as they were, both ways", async () => {
    await fc.assert(
      fc.asyncProperty(order, text, async (sent, id) => {
        const given = { id, order: sent };
        service.answer = () => ({
          status: 201,
          headers: { "content-type": "application/json" },
          body: jsonOf(given),
        });
        const answer = await fetch(`${outer.url}/shop/orders`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: jsonOf(sent),
        });
        const told = await answer.text();
        assert.equal(answer.status, 201, told);
        assert.deepEqual(exactly(told), given);
        assert.deepEqual(exactly(service.requests.at(-1)?.body ?? ""), sent);
      }),
      runs,
    );
  });

  test("parameters of path, query and header come as they were", async () => {
    const id = text.filter((value) => value !== "" && value !== "." && value !== "..");
    const trace = fc.stringMatching(/^[!-~]{1,8}$/);
    await fc.assert(
      fc.asyncProperty(id, optional(fc.integer()), optional(trace), async (key, lines, mark) => {
        const given = { id: key };
        service.answer = () => ({
          headers: { "content-type": "application/json" },
          body: JSON.stringify(given),
        });
        const query = lines === undefined ? "" : `?lines=${lines}`;
        const target = `/orders/${encodeURIComponent(key)}${query}`;
        const headers = mark === undefined ? {} : { "x-trace": mark };
        // A slash in a value is refused unless the service says that it passes.
        if (/%2f/i.test(target)) return;
        const answer = await fetch(`${outer.url}/shop${target}`, { headers });
        const told = await answer.text();
        assert.equal(answer.status, 200, told);
        assert.deepEqual(JSON.parse(told), given);
        const received = service.requests.at(-1);
        const [path = "", search = ""] = (received?.url ?? "").split("?");
        assert.equal(decodeURIComponent(path), `/orders/${key}`);
        assert.equal(search, lines === undefined ? "" : `lines=${lines}`);
        assert.equal(received?.headers["x-trace"], mark);
      }),
      runs,
    );
  });

  test("a declared fault comes with its status and its body", async () => {
    service.answer = () => ({
      status: 404,
      headers: { "content-type": "application/json" },
      body: '{"reason":"gone"}',
    });
    const answer = await fetch(`${outer.url}/shop/orders/7`);
    assert.equal(answer.status, 404);
    assert.deepEqual(await answer.json(), { reason: "gone" });
    assert.equal(answer.headers.get("parlance-fault"), "client");
  });
});
