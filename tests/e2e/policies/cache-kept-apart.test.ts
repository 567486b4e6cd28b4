/** Answers that are not to be mixed up, though address, or operation and input, are the same. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";

type Headers = Readonly<Record<string, string>>;

/** A shop whose answers have these fields, and are written anew on their way, for a mask. */
async function startMasked(context: TestContext, fields: Headers, times: string) {
  let count = 0;
  const service = await startStandIn(context, () => ({
    headers: { "content-type": "application/json", ...fields },
    body: JSON.stringify({ id: `n${++count}` }),
  }));
  const mask = "mask: { answers: [{ field: order.note }] }";
  const { url } = await startTranslating(context, {
    text:
      `services:\n  shop:\n    contract: shop.yaml\n    instances: ["${service.url}"]\n` +
      `    policies: [{ ${mask} }, { cache: { times: ${times} } }]\n`,
    files: { "shop.yaml": shopOpenApi },
  });
  return async (headers: Headers) => {
    const answer = await fetch(`${url}/shop/orders/1`, { headers });
    const cache = answer.headers.get("cache-status") ?? "";
    return { text: await answer.text(), cache, headers: answer.headers };
  };
}

test("services that have one address, told apart by a header, give none of each other's", async (context) => {
  let count = 0;
  const service = await startStandIn(context, () => ({
    headers: { "cache-control": "max-age=60" },
    body: String(++count),
  }));
  const instances = `instances: ["${service.url}"]`;
  const { url } = await startTranslating(context, {
    text:
      "policies: [{ cache: { per: all } }]\nservices:\n" +
      `  next: { ${instances}, routes: [{ id: r, path: /a, headers: { x-next: "1" } }] }\n` +
      `  old: { ${instances}, routes: [{ id: r, path: /a }] }\n`,
    files: {},
  });
  const ask = async (headers: Headers) => (await fetch(`${url}/a`, { headers })).text();
  assert.equal(await ask({ "x-next": "1" }), "1");
  assert.equal(await ask({}), "2");
  assert.equal(await ask({ "x-next": "1" }), "1");
});

const alice = { cookie: "user=alice" };
const bob = { cookie: "user=bob" };

test("where a policy writes answers anew within one dialect, Vary holds as it does else", async (context) => {
  const fields = { "cache-control": "max-age=60", vary: "Cookie" };
  const ask = await startMasked(context, fields, "{}");
  assert.match((await ask(alice)).text, /n1/);
  assert.match((await ask(bob)).text, /n2/);
  const again = await ask(alice);
  assert.match(again.text, /n1/);
  assert.match(again.cache, /hit/);
});

test("and by times alone nothing is kept of requests that send a cookie", async (context) => {
  const ask = await startMasked(context, {}, "{ getOrder: 60 }");
  assert.match((await ask(alice)).text, /n1/);
  assert.match((await ask(bob)).text, /n2/);
  assert.match((await ask({})).text, /n3/);
  assert.match((await ask({})).cache, /hit/);
  assert.match((await ask({ "accept-language": "de" })).text, /n4/);
});

test("what depends on a field that a policy sets is not kept for others", async (context) => {
  let count = 0;
  const service = await startStandIn(context, ({ headers }) => ({
    headers: { "cache-control": "max-age=60", vary: "Accept, X-Tenant" },
    body: `${++count} ${String(headers["x-tenant"])}`,
  }));
  const { url } = await startTranslating(context, {
    text:
      "policies:\n  - cache: { per: all }\n" +
      '  - headers: { request: { set: { X-Tenant: "{caller}" } } }\n' +
      `services: { up: { instances: ["${service.url}"] } }\n` +
      'callers:\n  one: { key: key-of-one-0123456789, may: ["*"] }\n' +
      '  two: { key: key-of-two-0123456789, may: ["*"] }\n',
    files: {},
  });
  const ask = (name: string) =>
    fetch(`${url}/up/a`, { headers: { "x-api-key": `key-of-${name}-0123456789` } });
  assert.equal(await (await ask("one")).text(), "1 one");
  const other = await ask("two");
  const { headers } = other;
  assert.equal(await other.text(), "2 two");
  const told =
    'parlance; fwd=uri-miss; fwd-status=200; detail="Vary: x-tenant, which the gateway sets"';
  assert.equal(headers.get("cache-status"), told);
});

test("and fields that the contract does not speak of are kept, as they are where answers pass", async (context) => {
  const fields = { "cache-control": "max-age=60", link: "</2>; rel=next", etag: '"1"', age: "7" };
  const ask = await startMasked(context, fields, "{}");
  const [first, again] = [await ask({}), await ask({})];
  assert.match(again.cache, /hit/);
  for (const name of ["link", "cache-control", "etag", "content-type"]) {
    assert.equal(again.headers.get(name), first.headers.get(name), name);
  }
  assert.match(again.headers.get("age") ?? "", /^[789]$/);
});
