/** Fields that are masked before they leave, for some callers, in the dialects that they speak. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { billingWsdl } from "#protocols/soap/billing-fixture.ts";
import { connectOrders, shopProto, startOrders } from "#tests/e2e/grpc/stand.ts";
import { envelopeOf } from "../translate/soap-messages.ts";
import { startStandIn, startTranslating, type GatewayText } from "../translate/stand.ts";

const contract = `openapi: 3.1.0
info: { title: People, version: 1.0.0 }
paths:
  /people/{id}:
    get:
      operationId: getPerson
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses:
        "200":
          description: The person.
          content: { application/json: { schema: { $ref: "#/components/schemas/Person" } } }
        "409":
          description: Moved.
          content: { application/json: { schema: { $ref: "#/components/schemas/Moved" } } }
  /people:
    post:
      operationId: addPerson
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: "#/components/schemas/Person" } } }
      responses:
        "200":
          description: The person.
          content: { application/json: { schema: { $ref: "#/components/schemas/Person" } } }
components:
  schemas:
    Person:
      type: object
      required: [name, born, income]
      properties:
        name: { type: string }
        born: { type: string, format: date }
        income: { type: integer, format: int32 }
        iban: { type: string, pattern: "^[A-Z0-9*]{4,34}$" }
        password: { type: string, format: password }
        cards: { type: array, items: { $ref: "#/components/schemas/Card" } }
        partner: { $ref: "#/components/schemas/Person" }
        tags: { type: object, additionalProperties: { type: string } }
    Card:
      type: object
      required: [number]
      properties: { number: { type: string }, code: { type: integer, format: int32 } }
    Moved:
      type: object
      required: [password]
      properties: { password: { type: string, format: password } }
`;

const person = {
  name: "Ada",
  born: "1815-12-10",
  income: 90_071,
  iban: "DE02120300000000202051",
  password: "hunter2",
  cards: [
    { number: "4111111111111111", code: 123 },
    { number: "42", code: 7 },
  ],
  partner: {
    name: "Byron",
    born: "1788-01-22",
    income: 1,
    cards: [{ number: "5500000000000004" }],
  },
  tags: { a: "b" },
};
const json = { "content-type": "application/json" };
const rules = [
  { field: "**.number", how: "partly" },
  { field: "income" },
  { field: "partner.born", how: "remove" },
  { field: "iban", how: "partly", show: 2 },
  { field: "cards.code", how: "remove" },
  { field: "name", text: "(hidden)" },
];
const callers =
  "callers:\n  clerk: { key: key-of-the-clerk-0123456789, may: ['*'] }\n" +
  "  boss: { key: key-of-the-boss-0123456789, may: ['*'] }\n";

async function start(context: TestContext, options: object, more: Partial<GatewayText> = {}) {
  const service = await startStandIn(context, () => ({
    headers: { ...json, etag: '"1"', "x-own": "kept", "set-cookie": "a=1" },
    body: JSON.stringify(person),
  }));
  const text =
    `${callers}services:\n  people:\n    contract: people.yaml\n    instances: ["${service.url}"]\n` +
    `    policies: ${JSON.stringify([{ mask: options }])}\n`;
  const gateway = await startTranslating(context, {
    text,
    files: { "people.yaml": contract },
    ...more,
  });
  const ask = (path: string, who: "clerk" | "boss", init: RequestInit = {}) =>
    fetch(`${gateway.url}${path}`, {
      ...init,
      headers: { ...init.headers, "x-api-key": `key-of-the-${who}-0123456789` },
    });
  return { gateway, service, ask };
}

const masked = {
  name: "(hidden)",
  born: "1815-12-10",
  income: 0,
  iban: "********************51",
  password: "hunter2",
  cards: [{ number: "************1111" }, { number: "**" }],
  partner: {
    name: "Byron",
    born: "1970-01-01",
    income: 1,
    cards: [{ number: "************0004" }],
  },
  tags: { a: "b" },
};

test("fields of an answer are masked by their paths, and all else goes on", async (context) => {
  const { ask } = await start(context, { answers: rules });
  const answer = await ask("/people/people/1", "clerk");
  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), masked);
  assert.equal(answer.headers.get("x-own"), "kept");
  assert.equal(answer.headers.get("set-cookie"), "a=1");
  assert.equal(answer.headers.get("etag"), null);
});

test("who is granted to see them sees them, in the same answer of the service", async (context) => {
  const { ask } = await start(context, { answers: rules, unless: { callers: ["boss"] } });
  const [clerk, boss] = await Promise.all([
    ask("/people/people/1", "clerk"),
    ask("/people/people/1", "boss"),
  ]);
  assert.deepEqual(await clerk.json(), masked);
  assert.deepEqual(await boss.json(), person);
});

test("what the contract marks as sensitive is masked, in declared faults too", async (context) => {
  const { ask, service } = await start(context, { sensitive: "remove" });
  const first = (await (await ask("/people/people/1", "clerk")).json()) as typeof person;
  assert.equal("password" in first, false);
  assert.equal(first.iban, person.iban);
  service.answer = () => ({ status: 409, headers: json, body: '{"password":"hunter2"}' });
  const fault = await ask("/people/people/1", "clerk");
  assert.equal(fault.status, 409);
  assert.deepEqual(await fault.json(), { password: "***" });
});

test("fields of a request are masked before the service gets it", async (context) => {
  const { ask, service } = await start(context, { requests: rules });
  const body = JSON.stringify(person);
  const headers = { ...json, "x-mine": "kept", cookie: "c=2" };
  const answer = await ask("/people/people", "clerk", { method: "POST", body, headers });
  assert.deepEqual(await answer.json(), person);
  const [sent] = service.requests;
  assert.deepEqual(JSON.parse(sent?.body ?? ""), masked);
  assert.equal(sent?.headers["x-mine"], "kept");
  assert.equal(sent?.headers.cookie, "c=2");
  assert.equal(sent?.headers["x-api-key"], undefined);
});

test("they are masked in every dialect that callers speak", async (context) => {
  const { ask } = await start(context, { answers: rules, sensitive: "replace" });
  const post = (path: string, body: string, headers: Record<string, string>) =>
    ask(path, "clerk", { method: "POST", body, headers }).then((answer) => answer.text());
  const envelope =
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>' +
    '<getPerson xmlns="urn:parlance:people"><id xmlns="">1</id></getPerson></e:Body></e:Envelope>';
  const wsdl = await (await ask("/soap/people?wsdl", "clerk")).text();
  const namespace = /targetNamespace="([^"]+)"/.exec(wsdl)?.[1] ?? "";
  const texts = [
    await (
      await ask("/people/people/1", "clerk", { headers: { accept: "application/xml" } })
    ).text(),
    await post("/soap/people", envelope.replace("urn:parlance:people", namespace), {
      "content-type": "text/xml",
      soapaction: '""',
    }),
    await post(
      "/rpc/people",
      '{"jsonrpc":"2.0","id":1,"method":"getPerson","params":{"id":"1"}}',
      json,
    ),
    await post(
      "/graphql/people",
      JSON.stringify({ query: '{ getPerson(id: "1") { name iban income cards { number } } }' }),
      json,
    ),
  ];
  for (const text of texts) {
    assert.match(text, /\(hidden\)/);
    assert.match(text, /\*{12}1111/);
    assert.match(text, /\*{20}51/);
    assert.doesNotMatch(text, /4111111111111111|hunter2|Ada|DE0212|90071/);
  }
});

test("a rule for a field that no operation has is told, with the one that is meant", async (context) => {
  await assert.rejects(
    start(context, { answers: [{ field: "ibn" }] }),
    /no operation has the field ibn in its answers[^]*iban/,
  );
  await assert.rejects(
    start(context, { unless: { callers: ["bos"] } }),
    /there is no caller bos[^]*boss/,
  );
});

test("an answer out of a cache is masked for each caller anew", async (context) => {
  const service = await startStandIn(context, () => ({
    headers: { ...json, "cache-control": "max-age=60" },
    body: JSON.stringify(person),
  }));
  const policies = [
    { mask: { answers: rules, unless: { callers: ["boss"] } } },
    { cache: { per: "all", times: { getPerson: 60 } } },
  ];
  const text =
    `${callers}services:\n  people:\n    contract: people.yaml\n    instances: ["${service.url}"]\n` +
    `    policies: ${JSON.stringify(policies)}\n`;
  const gateway = await startTranslating(context, { text, files: { "people.yaml": contract } });
  for (const who of ["boss", "clerk", "boss", "clerk"]) {
    const headers = { "x-api-key": `key-of-the-${who}-0123456789` };
    const answer = await fetch(`${gateway.url}/people/people/1`, { headers });
    assert.deepEqual(await answer.json(), who === "boss" ? person : masked, who);
  }
  assert.equal(service.requests.length, 1);
});

test("in a large answer each item is masked, in part by part", async (context) => {
  const { ask, service } = await start(context, { answers: [{ field: "**.number" }] });
  const cards = Array.from({ length: 20_000 }, (_, index) => ({ number: `41111111111${index}` }));
  service.answer = () => ({ headers: json, body: JSON.stringify({ ...person, cards }) });
  const text = await (await ask("/people/people/1", "clerk")).text();
  assert.equal(text.match(/"number":"\*\*\*"/g)?.length, cards.length + 1);
  assert.doesNotMatch(text, /41111111111/);
});

test("inputs and outputs of streams are masked one by one", async (context) => {
  const inputs: object[] = [];
  interface Chat extends NodeJS.EventEmitter {
    readonly write: (line: object) => void;
    readonly end: () => void;
  }
  const port = await startOrders(context, {
    Chat(call: Chat) {
      call.on("data", (line: { sku: string; count: number }) => {
        inputs.push(line);
        call.write({ sku: `secret-${line.count}`, count: line.count });
      });
      call.on("end", () => call.end());
    },
  });
  const rule = { field: "sku", how: "partly", show: 2 };
  const policies = JSON.stringify([{ mask: { requests: [rule], answers: [rule] } }]);
  const text =
    `services:\n  orders:\n    contract: orders.proto\n` +
    `    instances: ["http://127.0.0.1:${port}"]\n    policies: ${policies}\n`;
  const gateway = await startTranslating(context, { text, files: { "orders.proto": shopProto } });
  const client = connectOrders(context, gateway.port);
  const chat = (client["Chat"] as () => Chat).call(client);
  const outputs: object[] = [];
  await new Promise<void>((resolve, reject) => {
    chat.on("data", (line: object) => outputs.push(line));
    chat.on("error", reject);
    chat.on("end", resolve);
    for (const count of [1, 2]) chat.write({ sku: `private-${count}`, count });
    chat.end();
  });
  assert.deepEqual(inputs, [
    { sku: "*******-1", count: 1 },
    { sku: "*******-2", count: 2 },
  ]);
  assert.deepEqual(outputs, [
    { sku: "******-1", count: 1 },
    { sku: "******-2", count: 2 },
  ]);
});

test("a mask for one operation leaves the others of a SOAP service alone", async (context) => {
  const ns = 'xmlns="urn:example:billing"';
  const service = await startStandIn(context, ({ body }) => ({
    headers: { "content-type": "text/xml; charset=utf-8" },
    body: body.includes("getInvoice")
      ? envelopeOf(
          `<getInvoiceResponse ${ns}><invoice><id>1</id><iban>DE100200</iban><line><sku>a</sku>` +
            '<price currency="EUR">1.50</price></line></invoice></getInvoiceResponse>',
        )
      : envelopeOf(`<Receipt ${ns}>DE100200</Receipt>`),
  }));
  const own = [{ field: "**.iban" }, { field: "Receipt" }];
  const policies = [{ mask: { answers: own, only: { operations: ["getInvoice"] } } }];
  const text =
    `services:\n  billing:\n    contract: billing.wsdl\n    instances: ["${service.url}"]\n` +
    `    policies: ${JSON.stringify(policies)}\n`;
  const gateway = await startTranslating(context, { text, files: { "billing.wsdl": billingWsdl } });
  const post = async (body: string, header = "") => {
    const headers = { "content-type": "text/xml; charset=utf-8", soapaction: '""' };
    const init = { method: "POST", headers, body: envelopeOf(body, header) };
    return (await fetch(`${gateway.url}/soap/billing`, init)).text();
  };
  const session = `<Session ${ns}>s1</Session>`;
  const got = await post(`<getInvoice ${ns}><id>1</id></getInvoice>`, session);
  assert.match(got, /<ns1:iban>\*\*\*<\/ns1:iban>/);
  const line = '<line><sku>a</sku><price currency="EUR">1</price></line>';
  const stored = await post(`<Invoice ${ns}><id>1</id><iban>DE1</iban>${line}</Invoice>`);
  assert.match(stored, /<ns1:Receipt[^>]*>DE100200</);
});

test("a failure to read an answer quotes nothing of it", async (context) => {
  const { ask, service } = await start(context, { answers: rules });
  const wrong = { ...person, iban: "not-an-iban", born: "secret day" };
  service.answer = () => ({ headers: json, body: JSON.stringify(wrong) });
  const refused = await ask("/people/people/1", "clerk");
  assert.equal(refused.status, 502);
  const text = await refused.text();
  assert.doesNotMatch(text, /secret day|not-an-iban/);
  assert.match(text, /\/born is wrong/);
});
