import assert from "node:assert/strict";
import test from "node:test";
import { startCatalog, type Stand } from "./stand.ts";

const json = { "content-type": "application/json" };

const assam = {
  ...{ id: "p1", name: "Assam", price: "12.50", sold: "9007199254740993", purpose: "DRINK" },
  ...{ maker: { id: "m1", name: "Daruma" }, tags: ["black"] },
};

async function get({ gateway }: Stand, path: string) {
  const response = await fetch(gateway.url + path);
  const text = await response.text();
  return { status: response.status, body: JSON.parse(text) as Record<string, unknown> };
}

test("a JSON caller gets the object that a query finds, to the digit", async (context) => {
  const stand = await startCatalog(context);
  const { status, body } = await get(stand, "/catalog/product?id=p1");
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(body, assam);
});

test("a JSON caller gets lists, numbers and unions under `result`", async (context) => {
  const stand = await startCatalog(context);
  const second = { ...assam, id: "p2", sold: null, maker: null, purpose: null };
  const list = await get(stand, "/catalog/products?first=2&purpose=DRINK");
  assert.deepEqual(list.body, { result: [assam, second] });
  const { body: counted } = await get(stand, "/catalog/count");
  assert.deepEqual(counted, { result: 2 });
  const { body: found } = await get(stand, "/catalog/search?text=a");
  const maker = { __typename: "Maker", id: "m1", name: "Daruma", products: [] };
  assert.ok(found["result"], JSON.stringify(found));
  const [product, other] = found["result"] as [Record<string, unknown>, Record<string, unknown>];
  assert.equal(product["__typename"], "Product");
  assert.equal(product["price"], "12.50");
  assert.deepEqual(other, maker);
});

test("operations that stand beside the schema are called with their own selection", async (context) => {
  const stand = await startCatalog(context);
  const { body } = await get(stand, "/catalog/productCard?id=p1");
  assert.deepEqual(body, { name: "Assam", price: "12.50", related: [{ name: "Pot" }] });
  const { body: overview } = await get(stand, "/catalog/overview");
  assert.deepEqual(overview, { products: [{ id: "p1" }, { id: "p2" }], count: 2 });
});

test("a mutation gets its input to the digit, without what was left out", async (context) => {
  const { gateway, service } = await startCatalog(context);
  const response = await fetch(`${gateway.url}/catalog/addProduct`, {
    method: "POST",
    headers: json,
    body: '{"product":{"name":"Pot","price":1234567890.12345678901,"sold":9007199254740993}}',
  });
  assert.equal(response.status, 200, await response.clone().text());
  const added = (await response.json()) as Record<string, unknown>;
  assert.equal(added["price"], "1234567890.12345678901");
  assert.equal(added["sold"], "9007199254740993");
  assert.deepEqual(
    service.added.map((one) => ({ ...(one as object) })),
    [
      {
        ...{ name: "Pot", price: "1234567890.12345678901", sold: "9007199254740993" },
        ...{ purpose: "DRINK", tags: [] },
      },
    ],
  );
});

test("a SOAP caller reaches a GraphQL service", async (context) => {
  const { gateway } = await startCatalog(context);
  const ask = async (operation: string, inner: string): Promise<string> => {
    const response = await fetch(`${gateway.url}/soap/catalog`, {
      method: "POST",
      body: `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>
        <${operation} xmlns="urn:parlance:catalog">${inner}</${operation}></e:Body></e:Envelope>`,
      headers: { "content-type": "text/xml", soapaction: '""' },
    });
    return response.text();
  };
  const found = await ask("product", "<id>p1</id>");
  assert.match(found, /<(?:\w+:)?price>12\.50<\//);
  assert.match(found, /<(?:\w+:)?sold>9007199254740993<\//);
  const missing = await ask("product", "<id>none</id>");
  assert.match(missing, /Fault/);
  assert.match(missing, /no-result/);
  const watched = await ask("priceChanged", "<id>p1</id><count>2</count>");
  assert.match(watched, /0\.10.*1\.10/s);
});

const failures: readonly [string, string, number, string, RegExp][] = [
  ["what is not there", "none", 404, "not_found", /no such object/],
  ["what the service refuses", "denied", 403, "permission_denied", /not for you/],
  ["what breaks in the service", "boom", 500, "internal", /Unexpected error/],
  ["what is there in part", "partial", 503, "unavailable", /the maker is away/],
];

for (const [name, id, status, kind, message] of failures) {
  test(`${name} is a fault of its kind`, async (context) => {
    const stand = await startCatalog(context);
    const found = await get(stand, `/catalog/product?id=${id}`);
    assert.equal(found.status, status, JSON.stringify(found.body));
    assert.equal(found.body["kind"], kind);
    assert.match(String(found.body["detail"]), message);
  });
}

test("a subscription comes as lines of JSON, one for each result", async (context) => {
  const { gateway } = await startCatalog(context);
  const response = await fetch(`${gateway.url}/catalog/priceChanged?id=p7&count=3`, {
    headers: { accept: "application/x-ndjson" },
  });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  const lines = text.trim().split("\n");
  const prices = lines.map((line) => (JSON.parse(line) as { price: string }).price);
  assert.deepEqual(prices, ["0.10", "1.10", "2.10"]);
});

test("a subscription that breaks tells its callers so", async (context) => {
  const { gateway } = await startCatalog(context);
  const response = await fetch(`${gateway.url}/catalog/priceChanged?id=broken&count=1`, {
    headers: { accept: "application/x-ndjson" },
  });
  const lines = (await response.text()).trim().split("\n");
  assert.equal(lines.length, 2, lines.join("\n"));
  assert.match(lines[1] ?? "", /"problem"/);
});
