/** The same policy for messages in SOAP, gRPC and GraphQL, over HTTP/2, and in streams. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import {
  compressionAlgorithms,
  type sendUnaryData,
  type ServerReadableStream,
  type ServiceError,
} from "@grpc/grpc-js";
import { billingWsdl } from "#protocols/soap/billing-fixture.ts";
import { connectOrders, shopProto, startOrders } from "#tests/e2e/grpc/stand.ts";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { envelopeOf } from "#tests/e2e/translate/soap-messages.ts";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";
import { listenHttp } from "#tests/support/listen-http.ts";

function textOf(name: string, file: string, url: string, options: object): string {
  return (
    `services:\n  ${name}:\n    contract: ${file}\n    instances: ["${url}"]\n` +
    `    policies: ${JSON.stringify([{ validate: options }])}\n`
  );
}

const ns = 'xmlns="urn:example:billing"';
const soap = { "content-type": "text/xml; charset=utf-8", soapaction: '""' };

async function startBilling(context: TestContext, options: object) {
  const service = await startStandIn(context, () => ({ body: "" }));
  const text = textOf("billing", "billing.wsdl", `${service.url}/billing`, options);
  const files = { "billing.wsdl": billingWsdl };
  const gateway = await startTranslating(context, { text, files });
  const post = (body: string, header = "") =>
    fetch(`${gateway.url}/soap/billing`, {
      method: "POST",
      headers: soap,
      body: envelopeOf(body, header),
    });
  return { service, gateway, post };
}

const session = `<Session ${ns}>s1</Session>`;
const invoice = (id: string): string =>
  envelopeOf(
    `<getInvoiceResponse ${ns}><invoice><id>${id}</id><iban>DE1</iban>` +
      '<line><sku>a</sku><price currency="EUR">1.50</price></line></invoice></getInvoiceResponse>',
  );

test("SOAP passes as it came, with headers that only the service understands", async (context) => {
  const { service, post } = await startBilling(context, { answers: { mode: "refuse" } });
  service.answer = () => ({ headers: soap, body: invoice("1") });
  const header = `${session}<w:Security xmlns:w="urn:w" s:mustUnderstand="1"/>`;
  const body = `<getInvoice ${ns}><id> 1 </id></getInvoice>`;
  const got = await post(body, header);
  assert.equal(await got.text(), invoice("1"));
  assert.equal(service.requests[0]?.body, envelopeOf(body, header));
});

test("what does not fit a WSDL is a SOAP fault, with its place in the envelope", async (context) => {
  const { service, post } = await startBilling(context, {
    requests: { textLengthMax: 10 },
    answers: { mode: "refuse" },
  });
  const cases: readonly (readonly [string, RegExp])[] = [
    [`<getInvoice ${ns}><id>one</id></getInvoice>`, /<p:place>Envelope\/Body\/getInvoice\/id</],
    [`<getInvoice ${ns}><id>1</id><x/></getInvoice>`, /<p:place>Envelope\/Body\/getInvoice\/x</],
    [`<getInvoices ${ns}/>`, /request-unfit/],
    ["<!-- nothing -->", /request-unfit/],
  ];
  for (const [body, told] of cases) {
    const text = await (await post(body, session)).text();
    assert.match(text, /<soap:Fault>.*request-unfit/);
    assert.match(text, told);
  }
  assert.equal(service.requests.length, 0);
  service.answer = () => ({ headers: soap, body: invoice("first") });
  const refused = await post(`<getInvoice ${ns}><id>1</id></getInvoice>`, session);
  const text = await refused.text();
  assert.match(text, /answer-unfit.*<p:place>Envelope\/Body\/getInvoiceResponse\/invoice\/id</);
  const told = envelopeOf(
    "<s:Fault><faultcode>s:Server</faultcode><faultstring>no</faultstring></s:Fault>",
  );
  service.answer = () => ({ status: 500, headers: soap, body: told });
  assert.equal(
    await (await post(`<getInvoice ${ns}><id>1</id></getInvoice>`, session)).text(),
    told,
  );
});

interface Order {
  readonly id: string;
  readonly customer: string;
  readonly lines: readonly object[];
}

test("gRPC passes within limits, and beyond them has a status and the code", async (context) => {
  const seen: Order[] = [];
  const port = await startOrders(context, {
    Place({ request }: { request: Order }, reply: (error: null, key: object) => void) {
      seen.push(request);
      reply(null, { id: "1" });
    },
    Get(_call: object, reply: (error: null, order: object) => void) {
      reply(null, { id: "9", customer: "a".repeat(20), lines: [] });
    },
  });
  const options = {
    requests: { itemsMax: 2 },
    answers: { mode: "refuse", textLengthMax: 10 },
  };
  const text = textOf("orders", "orders.proto", `http://127.0.0.1:${port}`, options);
  const gateway = await startTranslating(context, { text, files: { "orders.proto": shopProto } });
  const client = connectOrders(context, gateway.port);
  const call = (method: string, message: object) =>
    new Promise<object>((resolve) => {
      const answer = (error: ServiceError | null, reply: object) => resolve(error ?? reply);
      (client[method] as (message: object, answer: unknown) => void).call(client, message, answer);
    });
  const lines = [{ sku: "a", count: 1 }];
  assert.deepEqual(await call("Place", { id: "1", lines }), { id: "1" });
  const refused = (await call("Place", { lines: [...lines, ...lines, ...lines] })) as ServiceError;
  assert.equal(refused.code, 3);
  assert.match(refused.details, /3 items; expected itemsMax, 2/);
  assert.equal(seen.length, 1);
  const beyond = (await call("Get", { id: "9" })) as ServiceError;
  assert.equal(beyond.code, 13);
  assert.match(beyond.details, /20 characters/);
});

test("a message of gRPC is as large as it is decompressed", async (context) => {
  const port = await startOrders(context, {
    Place: (_call: object, reply: (error: null, key: object) => void) => reply(null, { id: "1" }),
  });
  const options = { requests: { bytesMax: 10_000 } };
  const text = textOf("orders", "orders.proto", `http://127.0.0.1:${port}`, options);
  const gateway = await startTranslating(context, { text, files: { "orders.proto": shopProto } });
  const gzip = { "grpc.default_compression_algorithm": compressionAlgorithms.gzip };
  const client = connectOrders(context, gateway.port, gzip);
  const place = (customer: string) =>
    new Promise<{ readonly id?: string; readonly details?: string }>((resolve) => {
      const answer = (error: ServiceError | null, reply: object) => resolve(error ?? reply);
      (client["Place"] as (message: object, answer: unknown) => void).call(
        client,
        { customer },
        answer,
      );
    });
  assert.equal((await place("a".repeat(9_000))).id, "1");
  const refused = await place("a".repeat(100_000));
  assert.match(refused.details ?? "", /grows beyond 10000 bytes when it is decompressed/);
});

test("limits hold for what GraphQL and JSON-RPC ask for as well", async (context) => {
  const service = await startStandIn(context, () => ({ body: "{}" }));
  const options = { requests: { textLengthMax: 5 } };
  const text = textOf("shop", "shop.yaml", service.url, options);
  const gateway = await startTranslating(context, { text, files: { "shop.yaml": shopOpenApi } });
  const post = async (path: string, body: object): Promise<string> => {
    const headers = { "content-type": "application/json" };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    return (await fetch(`${gateway.url}${path}`, init)).text();
  };
  const query = '{ getOrder(id: "123456") { id } }';
  assert.match(await post("/graphql/shop", { query }), /6 characters; expected textLengthMax, 5/);
  const params = { id: "123456" };
  const rpc = { jsonrpc: "2.0", id: 1, method: "getOrder", params };
  assert.match(await post("/rpc/shop", rpc), /request-beyond-limits/);
  assert.equal(service.requests.length, 0);
});

const tickerContract = `openapi: 3.2.0
info: { title: ticker, version: "1" }
paths:
  /quotes:
    get:
      operationId: watch
      responses:
        "200":
          description: ""
          content: { application/jsonl: { itemSchema: { $ref: "#/components/schemas/Quote" } } }
components:
  schemas:
    Quote: { type: object, required: [price], properties: { price: { type: number } } }
`;

async function startTicker(context: TestContext, options: object, lines: readonly string[]) {
  const url = await listenHttp(context, (_request, answer) => {
    answer.writeHead(200, { "content-type": "application/jsonl" });
    const rest = [...lines];
    const next = (): void => {
      const line = rest.shift();
      if (line === undefined) return void answer.end();
      answer.write(line);
      setTimeout(next, 5);
    };
    next();
  });
  const text = textOf("ticker", "ticker.yaml", url, options);
  const gateway = await startTranslating(context, {
    text,
    files: { "ticker.yaml": tickerContract },
  });
  return { gateway, ask: () => fetch(`${gateway.url}/ticker/quotes`) };
}

test("a stream passes output by output, and is cut off before one that does not fit", async (context) => {
  const good = ['{"price":1}\n', '{"pri', 'ce":2}\n'];
  const options = { answers: { mode: "refuse" } };
  const whole = await startTicker(context, options, good);
  assert.equal(await (await whole.ask()).text(), good.join(""));
  const { gateway, ask } = await startTicker(context, options, [...good, '{"price":"cheap"}\n']);
  const broken = await ask();
  assert.equal(broken.status, 200);
  await assert.rejects(broken.text(), /terminated/);
  assert.equal(gateway.done[0]?.code, "answer-unfit");
  const first = await startTicker(context, options, ['{"price":"cheap"}\n']);
  assert.equal((await first.ask()).status, 502);
});

test("a stream that is only reported on passes whole", async (context) => {
  const lines = ['{"price":1}\n', '{"price":"cheap"}\n', '{"price":3}\n'];
  const { gateway, ask } = await startTicker(context, {}, lines);
  assert.equal(await (await ask()).text(), lines.join(""));
  assert.equal(gateway.done[0]?.code, undefined);
});

test("inputs of a stream are read before they go on, between callers and services of gRPC", async (context) => {
  const seen: object[] = [];
  interface Adding extends NodeJS.EventEmitter {
    readonly write: (line: object) => void;
    readonly end: () => void;
  }
  const port = await startOrders(context, {
    Add(call: ServerReadableStream<object, object>, reply: sendUnaryData<object>) {
      call.on("data", (line: object) => seen.push(line));
      call.on("error", () => undefined);
      call.on("end", () => reply(null, { id: String(seen.length) }));
    },
  });
  const options = { requests: { textLengthMax: 5 } };
  const text = textOf("orders", "orders.proto", `http://127.0.0.1:${port}`, options);
  const gateway = await startTranslating(context, { text, files: { "orders.proto": shopProto } });
  const client = connectOrders(context, gateway.port);
  const add = (lines: readonly object[]) =>
    new Promise<object>((resolve) => {
      const answer = (error: ServiceError | null, reply: object) => resolve(error ?? reply);
      const call = (client["Add"] as (answer: unknown) => Adding).call(client, answer);
      call.on("error", () => undefined);
      for (const line of lines) call.write(line);
      call.end();
    });
  const fine = { sku: "a", count: 1 };
  assert.equal(((await add([fine, fine, fine])) as { id: string }).id, "3");
  const refused = (await add([fine, { sku: "too-long", count: 2 }])) as ServiceError;
  assert.equal(refused.code, 3);
  assert.match(refused.details, /8 characters; expected textLengthMax, 5/);
  assert.doesNotMatch(JSON.stringify(seen), /too-long/);
});
