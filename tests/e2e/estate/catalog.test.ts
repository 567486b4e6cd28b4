/** The estate's GraphQL service, called in JSON, SOAP and GraphQL, and directly. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startEstate, type RunningEstate } from "./start-estate.ts";
import { startService } from "./start-service.ts";

let estate: RunningEstate;

before(async () => {
  estate = await startEstate();
});

after(async () => {
  await estate.close();
});

async function ask(path: string, body?: object | string, type = "application/json") {
  const answer = await fetch(estate.gatewayUrl + path, {
    headers: { "x-api-key": estate.storefrontKey, "content-type": type },
    ...(body === undefined
      ? {}
      : { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text() };
}

const assam = {
  ...{ sku: "TEA-ASSAM-250", name: "Assam tea", price: "349.50" },
  ...{ changedAt: "2026-11-01T09:00:00Z", weight: 250, garden: { name: "Halmari", country: "IN" } },
};

test("the service answers in GraphQL", async () => {
  const program = await startService("catalog", {});
  const answer = await fetch(`${program.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"query":"{ tea(sku: \\"TEA-ASSAM-250\\") { price garden { teas { sku } } } }"}',
  });
  assert.deepEqual(await answer.json(), {
    data: { tea: { price: "349.50", garden: { teas: [{ sku: "TEA-ASSAM-250" }] } } },
  });
  assert.equal(await program.stop(), 0);
});

test("it is called in JSON, with one article, a list, and a search", async () => {
  const one = await ask("/catalog/tea?sku=TEA-ASSAM-250");
  assert.deepEqual(JSON.parse(one.text), assam, one.text);
  const list = await ask("/catalog/listPrices");
  assert.deepEqual(
    (JSON.parse(list.text) as { result: { sku: string }[] }).result.map(({ sku }) => sku),
    ["POT-IRON-08", "TEA-ASSAM-250", "TEA-SENCHA-100"],
  );
  const found = await ask("/catalog/search?wanted[kind]=POT");
  assert.match(found.text, /"__typename":"Pot".*"capacity":"0\.8"/, found.text);
  const wanted = { words: ["tea"], priceMax: 349.5 };
  assert.deepEqual(JSON.parse((await ask("/catalog/search", { wanted })).text), {
    result: [{ __typename: "Tea", ...assam }],
  });
});

test("what is not there, or not allowed, is a fault of its kind", async () => {
  const missing = await ask("/catalog/tea?sku=TEA-NONE");
  assert.equal(missing.status, 404, missing.text);
  const unknown = await ask("/catalog/setPrice", { sku: "TEA-NONE", price: "1.00" });
  assert.equal(unknown.status, 404, unknown.text);
  assert.match(unknown.text, /there is no article TEA-NONE/);
  const wrong = await ask("/catalog/setPrice", { sku: "TEA-ASSAM-250", price: "1.001" });
  assert.equal(wrong.status, 400, wrong.text);
  assert.match(wrong.text, /a price has two decimals/);
});

test("a change of a price reaches who follows it, as lines of JSON", async () => {
  const following = await fetch(
    `${estate.gatewayUrl}/catalog/priceChanges?sku=POT-IRON-08&changesMax=2`,
    { headers: { "x-api-key": estate.storefrontKey, accept: "application/x-ndjson" } },
  );
  assert.ok(following.body);
  const reader = following.body.getReader();
  const first = Buffer.from((await reader.read()).value ?? []).toString();
  assert.match(first, /"price":"2499\.99"/);
  const set = await ask("/catalog/setPrice", { sku: "POT-IRON-08", price: "2600.00" });
  assert.equal(set.status, 200, set.text);
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    rest += Buffer.from(value).toString();
  }
  assert.match(rest, /^\{"sku":"POT-IRON-08","price":"2600\.00","changedAt":"\d{4}-.*Z"\}\n$/);
});

test("it is called in SOAP, and beside others in one question of GraphQL", async () => {
  const body =
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>' +
    '<tea xmlns="urn:parlance:catalog"><sku>TEA-SENCHA-100</sku></tea></s:Body></s:Envelope>';
  const soap = await ask("/soap/catalog", body, "text/xml");
  assert.match(soap.text, /price>420\.00</, soap.text);
  const query =
    '{ catalog_tea(sku: "TEA-ASSAM-250") { name } inventory_GetStock(sku: "TEA-ASSAM-250") { available } }';
  const graphql = await ask("/graphql", { query });
  assert.deepEqual(JSON.parse(graphql.text), {
    data: { catalog_tea: { name: "Assam tea" }, inventory_GetStock: { available: "120" } },
  });
});
