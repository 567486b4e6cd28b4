/** Floods and damaged requests in GraphQL: its own error, bounded work, and the gateway goes on. */
import assert from "node:assert/strict";
import test from "node:test";
import { startShop } from "./shop.ts";

function repeated(count: number, write: (at: number) => string, between = " "): string {
  return Array.from({ length: count }, (_, at) => write(at)).join(between);
}

function bomb(levels: number): string {
  const spread = (at: number): string => `...f${at + 1} ...f${at + 1}`;
  const fragments = repeated(levels, (at) => `fragment f${at} on Query { ${spread(at)} }`);
  return `{ ...f0 } ${fragments} fragment f${levels} on Query { __typename }`;
}

const deep = 100_000;
const list = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const get = 'getOrder(id: "1") { id }';

/** Bodies, and the code of the error. */
const floods: Readonly<Record<string, readonly [string, RegExp]>> = {
  "a batch of a million": [`[${"{},".repeat(999_999)}{}]`, /array of operations is not taken/],
  "a batch of a million numbers": [`[${"1,".repeat(999_999)}1]`, /array of operations is not/],
  "a document nested in itself": [
    JSON.stringify({ query: `${"{a".repeat(deep)}${"}".repeat(deep)}` }),
    /more than tokensMax, 5000 tokens|nested too deeply/,
  ],
  "a literal nested in itself": [
    JSON.stringify({ query: `{ getOrder(id: ${list(2_000)}) { id } }` }),
    /nested too deeply|String cannot represent/,
  ],
  "a type nested in itself": [
    JSON.stringify({ query: `query($a: ${list(2_000).replace("[]", "[Int]")}) { ${get} }` }),
    /tokensMax|Unknown|unused|never used|not defined/i,
  ],
  "variables nested in themselves": [
    `{"query":"query($a: String!) { getOrder(id: $a) { id } }","variables":{"a":${list(deep)}}}`,
    /deep|depth/i,
  ],
  "fragments that double level by level": [JSON.stringify({ query: bomb(60) }), /fields|depth/i],
  "an introspection with very many names": [
    JSON.stringify({
      query: `{ ${repeated(500, (at) => `a${at}: __schema { types { name } }`)} }`,
    }),
    /tokens|aliases|fields at its root/,
  ],
  "an introspection of all types of all types": [
    JSON.stringify({
      query: `{ __schema { types { fields { type { fields { type { fields { name
        args { type { fields { type { fields { type { fields { name } } } } } } } } } } } } } } }`,
    }),
    /introspection depth|costs|levels/,
  ],
  "aliases deep inside": [
    JSON.stringify({
      query: `{ getOrder(id: "1") { order { lines { ${repeated(200, (at) => `a${at}: sku`)} } } } }`,
    }),
    /200 aliases; aliasesMax is 50/,
  ],
  "very many directives": [
    JSON.stringify({ query: `{ __typename ${"@include(if: true) ".repeat(200)} }` }),
    /directives/,
  ],
  "very many operations": [
    JSON.stringify({ query: repeated(3_000, (at) => `query q${at} { __typename }`) }),
    /more than tokensMax, 5000 tokens/,
  ],
  "one field very many times": [
    JSON.stringify({ query: `{ getOrder(id: "1") { ${repeated(990, () => "id")} } }` }),
    /fields of one name stand there too often/,
  ],
  "a string without an end": [
    JSON.stringify({ query: `{ getOrder(id: "${"x".repeat(deep)}` }),
    /Syntax Error/,
  ],
  "a number of a million digits": [
    JSON.stringify({ query: `{ getOrder(id: ${"9".repeat(1_000_000)}) { id } }` }),
    /String cannot represent/,
  ],
};

for (const [what, [body, why]] of Object.entries(floods)) {
  test(`${what}: GraphQL's own error, no call, and the next request is answered`, async (context) => {
    const { ask, service } = await startShop(context);
    const { text, body: told } = await ask(body, "/graphql/shop");
    assert.equal(told.data ?? null, null);
    assert.match(told.errors?.[0]?.message ?? "", why);
    assert.ok(text.length < 100_000, `${text.length} characters are told`);
    assert.equal(service.requests.length, 0);
    const next = await ask({ query: `{ ${get} }` }, "/graphql/shop");
    assert.deepEqual(next.body.data, { getOrder: { id: "1" } });
  });
}

test("a batch of valid and invalid operations has an answer for each, in order", async (context) => {
  const { ask, service } = await startShop(
    context,
    "callers: open\ngraphql: { limits: { batchMax: 10 } }",
  );
  const all = [{ query: `{ ${get} }` }, { query: "{" }, 7, { query: "{ nothing }" }, {}];
  const { status, body } = await ask([...all, { query: `{ ${get} }` }], "/graphql/shop");
  assert.equal(status, 200);
  const answers = body as unknown as readonly { data?: unknown; errors?: unknown[] }[];
  assert.deepEqual(
    answers.map(({ data, errors }) => (errors === undefined ? data : errors.length)),
    [{ getOrder: { id: "1" } }, 1, 1, 1, 1, { getOrder: { id: "1" } }],
  );
  assert.equal(service.requests.length, 2);
});

test("the answers that a request gathers have room for four documents, the rest is told", async (context) => {
  const { ask } = await startShop(context, "callers: open\nlimits: { documentBytesMax: 1024 }");
  const query = `{ ${repeated(10, (at) => `a${at}: getOrder(id: "long${at}") { id }`)} }`;
  const { status, body } = await ask({ query }, "/graphql/shop");
  assert.equal(status, 200);
  // Each has 509 bytes; 8 of them are less than 4096.
  const given = Object.values(body.data ?? {}).filter((one) => one !== null);
  assert.equal(given.length, 8);
  assert.equal(body.errors?.length, 2);
  const { message, extensions } = body.errors?.[0] ?? {};
  assert.match(message ?? "", /may have 4096 bytes in all, 4 times documentBytesMax; ask for less/);
  assert.equal(extensions?.["code"], "RESOURCE_EXHAUSTED");
  assert.deepEqual([extensions["problem"], extensions["fault"]], ["answers-too-large", "client"]);
  const next = await ask({ query: '{ getOrder(id: "long") { id } }' }, "/graphql/shop");
  assert.equal(next.body.errors, undefined);
});
