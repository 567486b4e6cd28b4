import assert from "node:assert/strict";
import test from "node:test";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { startStandIn, startTranslating, type ServiceAnswer } from "#tests/e2e/translate/stand.ts";

const json = { "content-type": "application/json" };

async function ask(url: string, body: unknown): Promise<unknown> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(url, { method: "POST", body: text, headers: json });
  if (response.status === 204) return 204;
  assert.equal(response.status, 200);
  return response.json();
}

async function startShop(scope: test.TestContext, callers = "callers: open") {
  const service = await startStandIn(scope, ({ method, url, body }): ServiceAnswer => {
    if (method === "POST")
      return { status: 201, headers: json, body: `{"id":"o1","order":${body}}` };
    if (url.startsWith("/orders/404")) {
      return { status: 404, headers: json, body: '{"reason":"no such order"}' };
    }
    return { headers: json, body: JSON.stringify({ id: url.split(/[/?]/)[2] }) };
  });
  const gateway = await startTranslating(scope, {
    text: `services:\n  shop: { contract: shop.yaml, instances: ["${service.url}"] }\n${callers}\n`,
    files: { "shop.yaml": shopOpenApi },
  });
  return { service, gateway };
}

const call = (method: string, params: unknown, id: unknown = 1) => ({
  jsonrpc: "2.0",
  method,
  params,
  id,
});

test("a JSON-RPC caller reaches a REST service, by name and by position", async (context) => {
  const { gateway } = await startShop(context);
  const one = await ask(`${gateway.url}/rpc/shop`, call("getOrder", { id: "7" }, "x"));
  assert.deepEqual(one, { jsonrpc: "2.0", result: { id: "7" }, id: "x" });
  const other = await ask(`${gateway.url}/rpc`, call("shop.getOrder", ["8", 2], 3));
  assert.deepEqual(other, { jsonrpc: "2.0", result: { id: "8" }, id: 3 });
});

test("numbers beyond 2^53 keep their digits", async (context) => {
  const { gateway, service } = await startShop(context);
  const order = '{"customer":"x","number":"9007199254740993","lines":[]}';
  const text = `{"jsonrpc":"2.0","method":"placeOrder","params":${order},"id":1}`;
  const response = await fetch(`${gateway.url}/rpc/shop`, {
    method: "POST",
    body: text,
    headers: json,
  });
  assert.match(service.requests[0]?.body ?? "", /"number":"?9007199254740993"?[,}]/);
  assert.match(await response.text(), /"number":"?9007199254740993"?[,}]/);
});

test("a batch is answered in its order, notifications not at all", async (context) => {
  const { gateway, service } = await startShop(context);
  const { id: _id, ...notification } = call("getOrder", { id: "n" });
  const answers = await ask(`${gateway.url}/rpc/shop`, [
    call("getOrder", { id: "a" }, 1),
    notification,
    call("getOrder", { id: "b" }, 2),
    1,
  ]);
  const told = (answers as { id: unknown; result?: unknown; error?: { code: number } }[]).map(
    ({ id, result, error }) => [id, result ?? error?.code],
  );
  assert.deepEqual(told, [
    [1, { id: "a" }],
    [2, { id: "b" }],
    [null, -32600],
  ]);
  assert.equal(service.requests.length, 3);
  assert.equal(await ask(`${gateway.url}/rpc/shop`, [notification, notification]), 204);
});

const wrong: readonly [string, unknown, number, RegExp][] = [
  ["no JSON", '{"jsonrpc": "2.0", "method": "foobar, "params"', -32700, /^Parse error: /],
  ["an empty batch", "[]", -32600, /the batch is empty/],
  ["a batch of 101", Array.from({ length: 101 }, () => 1), -32600, /at most 100/],
  ["no version", { method: "getOrder", id: 1 }, -32600, /"jsonrpc": "2.0"/],
  ["an unknown method", call("nothing", {}), -32601, /there is no method nothing/],
  ["params that are none", call("getOrder", 1), -32600, /params must be an object or an array/],
  ["too many params", call("getOrder", ["1", 2, "t", 4]), -32602, /at most 3 params/],
  ["a missing param", call("getOrder", {}), -32602, /id/],
  ["a param of another type", call("getOrder", { id: 5 }), -32602, /expected a string/],
  [
    "a name that comes twice",
    '{"jsonrpc":"2.0","jsonrpc":"2.0","method":"x","id":1}',
    -32700,
    /twice/,
  ],
];

for (const [name, body, code, message] of wrong) {
  test(`a request with ${name} is told so`, async (context) => {
    const { gateway, service } = await startShop(context);
    const { error } = (await ask(`${gateway.url}/rpc/shop`, body)) as {
      error: { code: number; message: string; data: { exchange: string; fault: string } };
    };
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.equal(error.data.fault, "client");
    assert.match(error.data.exchange, /^[0-9a-f]{32}$/);
    assert.equal(service.requests.length, 0);
  });
}

test("a fault of the service says its name, detail and who broke it", async (context) => {
  const { gateway } = await startShop(context);
  const answer = (await ask(`${gateway.url}/rpc/shop`, call("getOrder", { id: "404" }))) as {
    error: { data: { detail: unknown; kind: string } };
  };
  assert.deepEqual(answer.error.data.detail, { reason: "no such order" });
  assert.equal(answer.error.data.kind, "not_found");
});

test("rpc.discover tells a caller what it may call, as OpenRPC", async (context) => {
  const { gateway } = await startShop(context, 'callers:\n  a: { key: k, may: ["shop.getOrder"] }');
  const response = await fetch(`${gateway.url}/rpc/shop`, {
    method: "POST",
    body: JSON.stringify(call("rpc.discover", {})),
    headers: { ...json, "x-api-key": "k" },
  });
  const { result } = (await response.json()) as { result: { methods: { name: string }[] } };
  assert.deepEqual(
    result.methods.map(({ name }) => name),
    ["getOrder"],
  );
});

const openRpc = JSON.stringify({
  openrpc: "1.3.2",
  info: { title: "Ledger", version: "1" },
  methods: [
    {
      name: "book.add",
      paramStructure: "by-position",
      params: [
        { name: "amount", required: true, schema: { type: "integer", format: "int64" } },
        { name: "note", schema: { type: "string" } },
      ],
      result: { name: "sum", schema: { type: "integer", format: "int64" } },
      errors: [{ code: 17, message: "Book closed" }],
    },
    { name: "book.note", params: [{ name: "text", schema: { type: "string" } }] },
  ],
});

test("types of what a caller may not call are not told it either", async (context) => {
  const named = (name: string) => ({ $ref: `#/components/schemas/${name}` });
  const method = (name: string, type: string) => ({
    ...{ name, params: [], result: { name: "r", schema: named(type) } },
  });
  const text = { type: "object", properties: { text: { type: "string" } } };
  const document = JSON.stringify({
    ...{ openrpc: "1.3.2", info: { title: "Files", version: "1" } },
    methods: [method("open", "File"), method("audit", "Secret")],
    components: {
      schemas: {
        ...{ File: { type: "object", properties: { of: named("Owner") } }, Owner: text },
        Secret: { type: "object", properties: { of: named("Owner"), key: { type: "string" } } },
      },
    },
  });
  const gateway = await startTranslating(context, {
    text: `services:
  files: { contract: files.json, instances: ["http://127.0.0.1:9"] }
  other: { contract: files.json, instances: ["http://127.0.0.1:9"] }
callers:
  some: { key: k, may: ["files.open"] }
  all: { key: l, may: ["files.*", "other.*"] }
`,
    files: { "files.json": document },
  });
  const told = async (key: string) => {
    const response = await fetch(`${gateway.url}/rpc`, {
      ...{ method: "POST", body: JSON.stringify(call("rpc.discover", {})) },
      headers: { ...json, "x-api-key": key },
    });
    const { result } = (await response.json()) as {
      result: { components: { schemas: Record<string, unknown> } };
    };
    return Object.keys(result.components.schemas).toSorted();
  };
  assert.deepEqual(await told("k"), ["files.File", "files.Owner"]);
  assert.equal((await told("l")).length, 6);
});

test("a method is called by its name, whatever other operations are called", async (context) => {
  const service = await startStandIn(context, ({ body }) => {
    const { method, id } = JSON.parse(body) as { method: string; id: number };
    return { headers: json, body: JSON.stringify({ jsonrpc: "2.0", result: method, id }) };
  });
  const text = { name: "r", schema: { type: "string" } };
  const methods = ["get.price", "get_price", "getPrice"].map((name) => ({
    ...{ name, params: [], result: text },
  }));
  const gateway = await startTranslating(context, {
    text: `services:\n  book: { contract: book.json, instances: ["${service.url}"] }\n`,
    files: {
      "book.json": JSON.stringify({
        ...{ openrpc: "1.3.2", info: { title: "Book", version: "1" }, methods },
      }),
    },
  });
  for (const { name } of methods) {
    for (const [path, prefix] of [
      ["/rpc/book", ""],
      ["/rpc", "book."],
    ] as const) {
      const answer = await ask(gateway.url + path, call(prefix + name, {}));
      assert.deepEqual(answer, { jsonrpc: "2.0", result: name, id: 1 });
    }
  }
});

test("REST and SOAP callers reach a JSON-RPC service", async (context) => {
  const service = await startStandIn(context, ({ body }) => {
    const { method, params, id } = JSON.parse(body) as {
      method: string;
      params: number[];
      id: number;
    };
    if (method === "book.note") return { status: 204, body: "" };
    const answer =
      params[0] === 13
        ? { jsonrpc: "2.0", error: { code: 17, message: "Book closed" }, id }
        : { jsonrpc: "2.0", result: 5, id };
    return { headers: json, body: JSON.stringify(answer).replace(":5", ":9007199254740993") };
  });
  const gateway = await startTranslating(context, {
    text: `services:\n  book: { contract: book.json, instances: ["${service.url}/api"] }\n`,
    files: { "book.json": openRpc },
  });
  const rest = (operation: string, body: object) =>
    fetch(`${gateway.url}/book/${operation}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: json,
    });
  const added = await rest("bookAdd", { amount: "9007199254740993" });
  assert.equal(added.status, 200, await added.clone().text());
  assert.match(await added.text(), /^\{"result":"?9007199254740993"?\}$/);
  assert.equal(service.requests[0]?.url, "/api");
  assert.match(service.requests[0]?.body ?? "", /"params":\["?9007199254740993"?\]/);
  const closed = await rest("bookAdd", { amount: 13 });
  assert.equal(closed.status, 400);
  assert.equal(((await closed.json()) as { code: string }).code, "book-closed");
  assert.equal((await rest("bookNote", { text: "x" })).status, 202);
  const soap = await fetch(`${gateway.url}/soap/book`, {
    method: "POST",
    headers: { "content-type": "text/xml" },
    body: `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>
      <bookAdd xmlns="urn:parlance:ledger"><amount>1</amount></bookAdd></e:Body></e:Envelope>`,
  });
  assert.match(await soap.text(), /9007199254740993/);
});
