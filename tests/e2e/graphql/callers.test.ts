/** Callers in GraphQL, by hand and with a client that others wrote. */
import assert from "node:assert/strict";
import test from "node:test";
import { GraphQLClient } from "graphql-request";
import { startShop, type GraphqlAnswer } from "./shop.ts";

test("a client that others wrote asks, with variables, and places an order", async (context) => {
  const { gateway } = await startShop(context);
  const client = new GraphQLClient(`${gateway.url}/graphql`);
  const query = "query Get($id: String!) { shop_getOrder(id: $id) { id order { customer } } }";
  assert.deepEqual(await client.request(query, { id: "7" }), {
    shop_getOrder: { id: "7", order: null },
  });
  const mutation =
    'mutation { shop_placeOrder(customer: "Ann", lines: [{ sku: "a", quantity: 2 }]) ' +
    "{ id order { customer lines { sku quantity tags } } } }";
  assert.deepEqual(await client.request(mutation), {
    shop_placeOrder: {
      id: "o1",
      order: { customer: "Ann", lines: [{ sku: "a", quantity: 2, tags: null }] },
    },
  });
});

test("one service has an address of its own, where its operations have their own names", async (context) => {
  const { ask } = await startShop(context);
  const { body } = await ask({ query: '{ getOrder(id: "8") { id } }' }, "/graphql/shop");
  assert.deepEqual(body, { data: { getOrder: { id: "8" } } });
});

test("64-bit numbers keep their digits, as literals and as variables", async (context) => {
  const { ask, service } = await startShop(context);
  const fields = "{ order { number } }";
  const literal = `mutation { placeOrder(customer: "x", number: 9007199254740993, lines: []) ${fields} }`;
  const one = await ask({ query: literal }, "/graphql/shop");
  const variable = `mutation P($n: Int64) { placeOrder(customer: "x", number: $n, lines: []) ${fields} }`;
  const text = `{"query":${JSON.stringify(variable)},"variables":{"n":9007199254740995}}`;
  const other = await ask(text, "/graphql/shop");
  assert.match(one.text, /"number":"?9007199254740993"?[,}]/);
  assert.match(other.text, /"number":"?9007199254740995"?[,}]/);
  const sent = service.requests.map(({ body }) => /"number":"?(\d+)/.exec(body)?.[1]);
  assert.deepEqual(sent, ["9007199254740993", "9007199254740995"]);
});

test("what fails is null and has its error, and what does not fail is there", async (context) => {
  const { ask } = await startShop(context);
  const query = '{ good: getOrder(id: "1") { id } bad: getOrder(id: "404") { id } }';
  const { status, body } = await ask({ query }, "/graphql/shop");
  assert.equal(status, 200);
  assert.deepEqual(body.data, { good: { id: "1" }, bad: null });
  const [error] = body.errors ?? [];
  assert.deepEqual(error?.path, ["bad"]);
  const { exchange, ...extensions } = error?.extensions ?? {};
  assert.match(String(exchange), /^[0-9a-f]{32}$/);
  assert.deepEqual(extensions, {
    code: "NOT_FOUND",
    kind: "not_found",
    fault: "client",
    problem: "notFound",
    detail: { reason: "no such order" },
  });
});

test("queries run side by side, equal ones once; mutations one after the other", async (context) => {
  const { ask, service } = await startShop(context);
  const equal =
    '{ a: getOrder(id: "1") { id } b: getOrder(id: "1") { id } c: getOrder(id: "2") { id } }';
  await ask({ query: equal }, "/graphql/shop");
  assert.deepEqual(service.requests.map(({ url }) => url).sort(), ["/orders/1", "/orders/2"]);
  const twice = ["a", "b"]
    .map((name) => `${name}: placeOrder(customer: "${name}", lines: []) { id }`)
    .join(" ");
  await ask({ query: `mutation { ${twice} }` }, "/graphql/shop");
  const customers = service.requests.slice(2).map(({ body }) => /"customer":"(.)"/.exec(body)?.[1]);
  assert.deepEqual(customers, ["a", "b"]);
});

const callers = `callers:
  reader: { key: key-of-the-reader-01, may: ["shop.getOrder"] }
  nobody: { key: key-of-nobody-012345, may: [] }`;

test("who may not call an operation neither calls nor sees it", async (context) => {
  const { ask, service } = await startShop(context, callers);
  const reader = { "x-api-key": "key-of-the-reader-01" };
  const mutation = 'mutation { shop_placeOrder(customer: "x", lines: []) { id } }';
  const refused = await ask({ query: mutation }, "/graphql", reader);
  assert.equal(refused.body.data?.["shop_placeOrder"] ?? null, null);
  assert.equal(service.requests.length, 0);
  const schema = "{ __schema { queryType { fields { name } } mutationType { name } } }";
  const seen = await ask({ query: schema }, "/graphql", reader);
  assert.deepEqual(seen.body, {
    data: {
      __schema: { queryType: { fields: [{ name: "shop_getOrder" }] }, mutationType: null },
    },
  });
  const stranger = await ask({ query: schema }, "/graphql", {});
  assert.equal(stranger.status, 401);
});

function many(count: number, write: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => write(at)).join(" ");
}

function nested(opening: string, depth: number): string {
  return `${`${opening} `.repeat(depth)}name ${"} } ".repeat(depth)}`;
}

const floods: Readonly<Record<string, string>> = {
  "a document of very many tokens": `{ ${"__typename ".repeat(6_000)} }`,
  "very many aliases": `{ ${many(60, (at) => `a${at}: __typename`)} }`,
  "very many calls": `{ ${many(51, (at) => `a${at}: getOrder(id: "${at}") { id }`)} }`,
  "a deep introspection": `{ __schema { types { ${nested("fields { type {", 12)} } } }`,
  "fragments in a ring": "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
};

for (const [what, query] of Object.entries(floods)) {
  test(`${what}: GraphQL's own error, and no call`, async (context) => {
    const { ask, service } = await startShop(context);
    const { status, body } = await ask({ query }, "/graphql/shop");
    assert.ok(status === 200 || status === 400, `${status}`);
    assert.equal(body.data ?? null, null);
    assert.ok((body.errors ?? []).length > 0);
    assert.equal(service.requests.length, 0);
    const again = await ask({ query: '{ getOrder(id: "1") { id } }' }, "/graphql/shop");
    assert.deepEqual(again.body.data, { getOrder: { id: "1" } });
  });
}

const malformed: Readonly<Record<string, string>> = {
  "no JSON": "{",
  "a list of a million": `[${"{},".repeat(100_000)}{}]`,
  "a query that is a number": '{"query": 5}',
  "variables that are a list": '{"query": "{ __typename }", "variables": [1]}',
  nothing: "",
};

for (const [what, body] of Object.entries(malformed)) {
  test(`a body of ${what} is refused with an error of GraphQL`, async (context) => {
    const { gateway } = await startShop(context);
    const headers = {
      "content-type": "application/json",
      accept: "application/graphql-response+json",
    };
    const answer = await fetch(`${gateway.url}/graphql`, { method: "POST", headers, body });
    assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status}`);
    assert.ok(((await answer.json()) as GraphqlAnswer).errors?.[0]?.message);
  });
}
