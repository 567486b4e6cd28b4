/** The formats that the guide only names, each before a program that speaks it, and as a face. */
import assert from "node:assert/strict";
import test from "node:test";
import { startStandIn, startTranslating, type ServiceRequest } from "#tests/e2e/translate/stand.ts";
import { startProgram } from "./program.ts";

async function start(scope: test.TestContext, contract: string, url: string) {
  const gateway = await startTranslating(scope, {
    text: `services:\n  old: { contract: c.yaml, instances: ["${url}"] }\n`,
    files: { "c.yaml": contract },
  });
  const rest = async (operation: string, body: object) => {
    const response = await fetch(`${gateway.url}/old/${operation}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const text = async (path: string, body: string | Buffer) => {
    const sent = typeof body === "string" ? body : new Uint8Array(body);
    const response = await fetch(`${gateway.url}/text/old${path}`, { method: "POST", body: sent });
    return { status: response.status, body: await response.text() };
  };
  return { gateway, rest, text };
}

const orders = `
parlance: text/1
charset: ibm037
tcp: { request: { length: 2 }, answer: { digits: 5, inclusive: true } }
operations:
  sendOrder:
    request:
      format: fixed-width
      lineEnd: none
      records:
        - name: header
          fields:
            - { const: H, length: 1 }
            - { name: customer, length: 8 }
            - { name: day, type: date, length: 8, picture: yyyyMMdd }
        - name: lines
          occurs: many
          fields:
            - { const: D, length: 1 }
            - { name: sku, length: 6 }
            - { name: amount, type: decimal, length: 7, decimals: 2, sign: overpunch }
        - name: trailer
          fields:
            - { const: T, length: 1 }
            - { count: lines, length: 4 }
            - { name: remark, length: 10, required: false }
    answer:
      format: fixed-width
      lineEnd: none
      fields: [{ name: number, type: long, length: 18 }]
`;

test("records of several kinds in EBCDIC, behind their length", async (context) => {
  const { ibm037 } = await import("#formats/delimited-text/ibm037.ts");
  const ebcdic = (text: string): Buffer =>
    Buffer.from(Array.from(Buffer.from(text, "latin1"), (octet) => ibm037.indexOf(octet)));
  const seen: string[] = [];
  const program = await startProgram(context, (said) => {
    const bytes = Buffer.from(said, "latin1");
    if (bytes.length < 2 || bytes.length < bytes.readUInt16BE(0) + 2) return undefined;
    seen.push(
      Array.from(bytes.subarray(2), (octet) => String.fromCharCode(ibm037[octet] ?? 0)).join(""),
    );
    return Buffer.concat([Buffer.from("00023"), ebcdic("000000000000004711")]);
  });
  const { rest } = await start(context, orders, program.url);
  const order = {
    header: { customer: "Dürer", day: "2026-11-25" },
    lines: [
      { sku: "TEA", amount: "12.5" },
      { sku: "CUP", amount: "-3.01" },
    ],
    trailer: {},
  };
  const { status, body } = await rest("sendOrder", order);
  assert.deepEqual({ status, body }, { status: 200, body: { number: "4711" } });
  assert.deepEqual(seen, ["HDürer   20261125DTEA   000125{DCUP   000030JT0002          "]);
});

const script = `
parlance: text/1
charset: iso-8859-1
operations:
  search:
    safety: safe
    http: { path: /search }
    request:
      format: form
      fields:
        - { name: words, as: q, many: true }
        - { name: exact, type: bool, words: { "true": "on" }, required: false }
    answer:
      format: delimited
      delimiter: "|"
      rows: hits
      fields: [{ name: title }, { name: score, type: double }]
  lookup:
    http: { path: /lookup, contentType: text/xml }
    request:
      format: xml
      root: query
      fields: [{ name: code, as: article-code }]
    answer:
      format: xml
      root: result
      fields:
        - { name: name }
        - { name: price, type: decimal, required: false }
        - name: stocks
          as: stock
          many: true
          fields: [{ name: place }, { name: count, type: int }]
`;

const answers: Readonly<Record<string, (request: ServiceRequest) => string>> = {
  "/search": () => "K\u00e4se|0.5\nTee|1\n",
  "/lookup": () =>
    "<result><name>K&#228;se</name><price>2.50</price>" +
    "<stock><place>A</place><count>3</count></stock></result>",
};

test("forms, delimited lines and XML without a schema", async (context) => {
  const service = await startStandIn(context, (request) => ({
    body: Buffer.from(answers[request.url]?.(request) ?? "", "latin1"),
  }));
  const { rest, text } = await start(context, script, service.url);
  const found = await rest("search", { words: ["K\u00e4se", "a&b"], exact: true });
  assert.equal(service.requests[0]?.body, "q=K%E4se&q=a%26b&exact=on");
  assert.deepEqual(found.body, {
    hits: [
      { title: "K\u00e4se", score: 0.5 },
      { title: "Tee", score: 1 },
    ],
  });
  const looked = await rest("lookup", { code: "7<" });
  assert.match(
    service.requests[1]?.body ?? "",
    /<query><article-code>7&lt;<\/article-code><\/query>/,
  );
  assert.deepEqual(looked.body, {
    ...{ name: "K\u00e4se", price: "2.50" },
    stocks: [{ place: "A", count: 3 }],
  });
  const asked = await text("/search", "q=x");
  assert.equal(
    asked.body,
    Buffer.from("K\u00e4se|0.5\nTee|1.0\n", "latin1").toString("utf8").replace("1.0", "1"),
  );
  const bad = await text("/lookup", "<query><other/></query>");
  assert.equal(bad.status, 400);
});

const rpc = `
parlance: text/1
operations:
  addBook:
    http: { path: /RPC2 }
    request:
      format: xml-rpc
      method: books.add
      fields:
        - { name: title }
        - { name: year, type: int }
        - { name: isbn, type: long }
        - { name: price, type: decimal }
        - { name: inPrint, type: bool }
        - { name: bought, type: datetime }
        - { name: cover, type: bytes }
        - { name: tags, many: true }
        - { name: author, required: false, fields: [{ name: name }, { name: born, type: int }] }
    answer: { format: xml-rpc, fields: [{ name: id, type: int }] }
    faults:
      tooMany: { match: "4 {message}", kind: resource_exhausted }
`;

test("XML-RPC with all its types, and its faults", async (context) => {
  const value = (inside: string): string => `<value>${inside}</value>`;
  const service = await startStandIn(context, ({ body }) => ({
    headers: { "content-type": "text/xml" },
    body: body.includes("Full")
      ? "<methodResponse><fault><value><struct>" +
        "<member><name>faultCode</name><value><int>4</int></value></member>" +
        "<member><name>faultString</name><value>Too many books.</value></member>" +
        "</struct></value></fault></methodResponse>"
      : `<methodResponse><params><param>${value("<i4>7</i4>")}</param></params></methodResponse>`,
  }));
  const { rest, text } = await start(context, rpc, service.url);
  const book = {
    ...{ title: "A & B", year: 1999, isbn: "9783161484100", price: "12.50", inPrint: true },
    ...{ bought: "2026-11-25T13:20:00", cover: "AAE=", tags: ["x", "y"] },
    author: { name: "D\u00fcrer", born: 1471 },
  };
  const added = await rest("addBook", book);
  assert.deepEqual(added, { status: 200, body: { id: 7 } });
  const sent = service.requests[0]?.body ?? "";
  for (const part of [
    "<methodName>books.add</methodName>",
    value("<string>A &amp; B</string>"),
    value("<int>1999</int>"),
    value("<i8>9783161484100</i8>"),
    value("<double>12.50</double>"),
    value("<boolean>1</boolean>"),
    value("<dateTime.iso8601>20261125T13:20:00</dateTime.iso8601>"),
    value("<base64>AAE=</base64>"),
    `<array><data>${value("<string>x</string>")}${value("<string>y</string>")}</data></array>`,
    `<member><name>born</name>${value("<int>1471</int>")}</member>`,
  ]) {
    assert.ok(sent.includes(part), `${part} in ${sent}`);
  }
  const full = await rest("addBook", { ...book, title: "Full" });
  assert.deepEqual(
    [full.status, full.body["code"], full.body["detail"]],
    [429, "tooMany", "Too many books."],
  );
  // The same messages, as a caller sends them.
  const echoed = await text("/RPC2", sent);
  assert.match(echoed.body, /<param><value><int>7<\/int><\/value><\/param>/);
  assert.equal(service.requests[2]?.body, sent);
  const refused = await text("/RPC2", sent.replace("A &amp; B", "Full"));
  assert.match(refused.body, /<int>4<\/int>.*<string>Too many books\.<\/string>/);
});
