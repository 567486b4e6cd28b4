/** Floods and damaged requests in JSON-RPC: its own errors, and the gateway goes on. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";

const json = { "content-type": "application/json" };

async function startShop(scope: TestContext, more = "", note?: string) {
  const service = await startStandIn(scope, ({ url }) => ({
    headers: json,
    body: JSON.stringify({ id: note ?? url.split(/[/?]/)[2] }),
  }));
  const { url } = await startTranslating(scope, {
    text: `${more}services:\n  shop: { contract: shop.yaml, instances: ["${service.url}"] }\n`,
    files: { "shop.yaml": shopOpenApi },
  });
  const post = (body: string | Buffer, headers = json) =>
    fetch(`${url}/rpc/shop`, { method: "POST", body: Buffer.from(body), headers });
  return { url, service, post };
}

const good = '{"jsonrpc":"2.0","method":"getOrder","params":{"id":"7"},"id":1}';
const quiet = '{"jsonrpc":"2.0","method":"getOrder","params":{"id":"7"}}';
const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
const call = (params: string): string =>
  `{"jsonrpc":"2.0","method":"getOrder","params":${params},"id":1}`;

const floods: readonly (readonly [string, string | Buffer, number, RegExp])[] = [
  ["a batch of a million", `[${"{},".repeat(999_999)}{}]`, -32600, /at most 100 .* 1000000/],
  ["a batch of a million calls", `[${`${quiet},`.repeat(199_999)}${quiet}]`, -32600, /at most 100/],
  ["a batch within batches", deep, -32700, /deep|depth/i],
  ["params nested in themselves", call(deep), -32700, /deep|depth/i],
  ["a param nested in itself", call(`{"id":${deep}}`), -32700, /deep|depth/i],
  ["very many params", call(`[${"1,".repeat(99_999)}1]`), -32602, /at most 3 params/],
  [
    "very many names of params",
    call(`{${Array.from({ length: 50_000 }, (_, at) => `"a${at}":1`).join(",")}}`),
    -32602,
    /`a0`/,
  ],
  ["a number of a million digits", call(`{"id":${"9".repeat(1_000_000)}}`), -32700, /digitsMax/],
  ["half a request", good.slice(0, 40), -32700, /Parse error/],
  ["octets that are no UTF-8", Buffer.from(good.replace("7", "\xff"), "latin1"), -32700, /UTF-8/],
  ["two requests one behind the other", good + good, -32700, /Parse error/],
  ["nothing", "", -32700, /Parse error/],
  ["an id that is an object", good.replace('"id":1', '"id":{}'), -32600, /id/],
  ["a method that is a number", good.replace('"getOrder"', "5"), -32600, /method/],
  [
    "a name that reaches for prototypes",
    good.replace("getOrder", "__proto__"),
    -32601,
    /no method/,
  ],
];

for (const [what, body, code, why] of floods) {
  test(`${what}: JSON-RPC's own error, no call, and the next request is answered`, async (context) => {
    const { service, post } = await startShop(context);
    const answer = await post(body);
    assert.equal(answer.status, 200);
    const text = await answer.text();
    const { error } = JSON.parse(text) as { error: { code: number; message: string } };
    assert.equal(error.code, code, error.message);
    assert.match(error.message, why);
    assert.ok(text.length < 100_000, `${text.length} characters are told`);
    assert.equal(service.requests.length, 0);
    assert.deepEqual(await (await post(good)).json(), {
      ...{ jsonrpc: "2.0", result: { id: "7" }, id: 1 },
    });
  });
}

test("what a form or a page of any origin may send is no request", async (context) => {
  const { url, service, post } = await startShop(context);
  const refused = [undefined, "text/plain", "application/x-www-form-urlencoded", "text/json"];
  for (const type of [...refused, "application/json; charset=utf-16"]) {
    const answer = await fetch(`${url}/rpc/shop`, {
      ...{ method: "POST", body: Buffer.from(good) },
      headers: type === undefined ? {} : { "content-type": type },
    });
    assert.equal(answer.status, 415, type ?? "none");
    const { error, id } = (await answer.json()) as {
      error: { code: number; message: string };
      id: 1;
    };
    assert.deepEqual([error.code, id], [-32600, null]);
    assert.match(error.message, /Content-Type is .*; expected application\/json/);
  }
  assert.equal(service.requests.length, 0);
  for (const type of ["application/json-rpc", "Application/JSON; charset=UTF-8"]) {
    assert.equal((await post(good, { "content-type": type })).status, 200);
  }
});

test("a message over the limit is refused, and the next one is served", async (context) => {
  const { post } = await startShop(context, "limits: { documentBytesMax: 2000 }\n");
  const answer = await post(call(`{"id":"${"x".repeat(5_000)}"}`));
  assert.equal(answer.status, 413);
  assert.match(await answer.text(), /documentBytesMax/);
  assert.equal((await post(good)).status, 200);
});

test("a batch of large answers is as large as a document may be, and says what has no room", async (context) => {
  const large = "x".repeat(6 * 1024 ** 2);
  const { service, post } = await startShop(context, "", large);
  const numbered = (id: number): string => good.replace('"id":1', `"id":${id}`);
  const answer = await post(`[${[1, 2, 3, 4].map(numbered).join(",")},${quiet}]`);
  assert.equal(answer.status, 200);
  const told = (await answer.json()) as { id: number; error?: { code: number; message: string } }[];
  assert.deepEqual(
    told.map(({ id }) => id),
    [1, 2, 3, 4],
  );
  const refused = told.flatMap(({ error }) => error ?? []);
  assert.equal(refused.length, 2);
  assert.match(refused[0]?.message ?? "", /it was called, .* documentBytesMax/);
  assert.equal(service.requests.length, 5);
});

test("of a batch each request has its own answer, be it valid or not", async (context) => {
  const { service, post } = await startShop(context);
  const batch = [
    good,
    "1",
    quiet,
    '{"jsonrpc":"1.0","method":"getOrder","id":2}',
    "[]",
    '{"jsonrpc":"2.0","method":"nothing","id":3}',
    call('{"id":5}'),
    '{"jsonrpc":"2.0","method":"nothing"}',
    good.replace('"id":1', '"id":"last"'),
  ];
  const answers = (await (await post(`[${batch.join(",")}]`)).json()) as readonly {
    id: unknown;
    result?: unknown;
    error?: { code: number };
  }[];
  assert.deepEqual(
    answers.map(({ id, result, error }) => [id, result ?? error?.code]),
    [
      [1, { id: "7" }],
      [null, -32600],
      [2, -32600],
      [null, -32600],
      [3, -32601],
      [1, -32602],
      ["last", { id: "7" }],
    ],
  );
  assert.equal(service.requests.length, 3);
});
