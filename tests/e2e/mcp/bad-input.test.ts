import assert from "node:assert/strict";
import { request } from "node:http";
import test from "node:test";
import { startShop, statelessRequest } from "./shop.ts";

interface Told {
  readonly id?: unknown;
  readonly result?: Record<string, unknown>;
  readonly error?: { code: number; message: string; data: Record<string, unknown> };
}

type Sent = { readonly headers: Record<string, string>; readonly body: string };

async function post(url: string, { headers, body }: Sent): Promise<{ status: number; told: Told }> {
  const response = await fetch(url, { method: "POST", headers, body });
  const text = await response.text();
  return { status: response.status, told: (text === "" ? {} : JSON.parse(text)) as Told };
}

const get = { name: "shop.getOrder", arguments: { id: "7" } };
const good = statelessRequest("tools/call", get);
const { "mcp-name": _name, ...nameless } = good.headers;
const { "mcp-method": _method, ...methodless } = good.headers;
const { "mcp-protocol-version": _version, ...versionless } = good.headers;
const { accept, "content-type": type } = good.headers;
const plain = { accept: accept ?? "", "content-type": type ?? "" };
const rpc = (method: string, params: unknown = {}, id: unknown = 1) =>
  JSON.stringify({ jsonrpc: "2.0", id, method, params });

const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
const nestedIn = (member: string): string =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"shop.getOrder",${member}${deep}}}`;

const wrong: readonly [what: string, sent: Sent, status: number, code: number, message: RegExp][] =
  [
    ["no JSON", { ...good, body: '{"jsonrpc":"2.0",' }, 400, -32700, /line 1, column 18/],
    ["no body", { ...good, body: "" }, 400, -32700, /empty/],
    ["a batch", { ...good, body: `[${good.body}]` }, 400, -32600, /no batches/],
    [
      "a batch of 100,000",
      { ...good, body: `[${"1,".repeat(99_999)}1]` },
      400,
      -32600,
      /no batches/,
    ],
    [
      "a batch of a million",
      { ...good, body: `[${"{},".repeat(999_999)}{}]` },
      400,
      -32600,
      /no batches/,
    ],
    [
      "arguments nested in themselves",
      { ...good, body: nestedIn('"arguments":') },
      400,
      -32700,
      /deep/,
    ],
    ["_meta nested in itself", { ...good, body: nestedIn('"_meta":') }, 400, -32700, /deep/],
    [
      "a number of a million digits",
      { ...good, body: good.body.replace('"7"', "7".repeat(1_000_000)) },
      400,
      -32700,
      /digitsMax/,
    ],
    ["half of itself", { ...good, body: good.body.slice(0, 60) }, 400, -32700, /Parse error/],
    ["a bare number", { ...good, body: "7" }, 400, -32600, /expected a request object/],
    [
      "an answer to nothing",
      { ...good, body: '{"jsonrpc":"2.0","id":1,"result":{}}' },
      400,
      -32600,
      /nothing was asked/,
    ],
    [
      "an id of null",
      { ...good, body: rpc("tools/list", {}, null) },
      400,
      -32600,
      /the id must be a text or a whole number/,
    ],
    [
      "params in a list",
      { ...good, body: rpc("tools/list", []) },
      400,
      -32602,
      /params must be an object/,
    ],
    [
      "another type of content",
      { ...good, headers: { ...good.headers, "content-type": "text/plain" } },
      415,
      -32600,
      /expected application\/json/,
    ],
    [
      "an Accept without event streams",
      { ...good, headers: { ...good.headers, accept: "application/json" } },
      406,
      -32600,
      /expected application\/json, text\/event-stream/,
    ],
    [
      "a page of elsewhere",
      { ...good, headers: { ...good.headers, origin: "http://evil.example:80" } },
      403,
      -32600,
      /evil\.example/,
    ],
    [
      "no version field",
      { ...good, headers: versionless },
      400,
      -32020,
      /MCP-Protocol-Version is missing/,
    ],
    ["no method field", { ...good, headers: methodless }, 400, -32020, /Mcp-Method is missing/],
    ["no name field", { ...good, headers: nameless }, 400, -32020, /Mcp-Name is missing/],
    [
      "another name in the field",
      { ...good, headers: { ...good.headers, "mcp-name": "shop.placeOrder" } },
      400,
      -32020,
      /Mcp-Name is "shop\.placeOrder"; the body says "shop\.getOrder"/,
    ],
    [
      "a name field in broken base64",
      { ...good, headers: { ...good.headers, "mcp-name": "=?base64?%%?=" } },
      400,
      -32020,
      /Mcp-Name is/,
    ],
    [
      "another version in the body",
      statelessRequest("tools/list", {}, { version: "2031-01-01" }),
      400,
      -32022,
      /expected 2026-07-28, 2025-11-25/,
    ],
    [
      "another version of a handshake",
      { headers: { ...plain, "mcp-protocol-version": "1999-01-01" }, body: rpc("tools/list") },
      400,
      -32022,
      /Unsupported protocol version 1999-01-01/,
    ],
    [
      "a version field and nothing in the body",
      { ...good, body: rpc("tools/list") },
      400,
      -32602,
      /wants params\._meta/,
    ],
    [
      "no capabilities",
      statelessRequest(
        "tools/list",
        {},
        { meta: { "io.modelcontextprotocol/clientCapabilities": 1 } },
      ),
      400,
      -32602,
      /clientCapabilities must be an object/,
    ],
    ["an unknown method", statelessRequest("tools/burn"), 404, -32601, /tools\/burn/],
    ["ping, which is gone", statelessRequest("ping"), 404, -32601, /ping/],
    ["an unknown method, earlier", { headers: plain, body: rpc("x") }, 200, -32601, /x/],
    [
      "an unknown tool",
      statelessRequest("tools/call", { name: "shop.nothing" }),
      200,
      -32602,
      /Unknown tool: shop\.nothing/,
    ],
    ["no tool", statelessRequest("tools/call"), 200, -32602, /params\.name must be a text/],
    [
      "a cursor of its own",
      statelessRequest("tools/list", { cursor: "eHh4" }),
      200,
      -32602,
      /the cursor is none/,
    ],
  ];

for (const [what, sent, status, code, message] of wrong) {
  test(`a request with ${what} is told so`, async (context) => {
    const { gateway, service } = await startShop(context);
    const { told, ...answer } = await post(`${gateway.url}/mcp`, sent);
    assert.equal(answer.status, status, JSON.stringify(told));
    assert.equal(told.error?.code, code);
    assert.match(told.error?.message ?? "", message);
    assert.equal(told.error?.data["fault"], "client");
    assert.match(String(told.error?.data["exchange"]), /^[0-9a-f]{32}$/);
    assert.equal(service.requests.length, 0);
    const next = await post(`${gateway.url}/mcp`, good);
    assert.deepEqual(next.told.result?.["structuredContent"], { id: "7" });
  });
}

const badArguments: readonly [what: string, given: unknown, place: string][] = [
  ["a missing argument", {}, "/arguments"],
  ["an argument of another type", { id: 5 }, "/arguments/id"],
  ["a number that is too large", { id: "1", lines: 2 ** 40 }, "/arguments/lines"],
  ["an unknown argument", { id: "1", nothing: 1 }, "/arguments/nothing"],
  ["arguments in a list", [1], "/arguments"],
];

for (const [what, given, place] of badArguments) {
  test(`a call with ${what} fails, naming the place`, async (context) => {
    const { gateway, service } = await startShop(context);
    const sent = statelessRequest("tools/call", { name: "shop.getOrder", arguments: given });
    const { status, told } = await post(`${gateway.url}/mcp`, sent);
    assert.equal(status, 200);
    assert.equal(told.result?.["isError"], true, JSON.stringify(told));
    const meta = told.result["_meta"] as Record<string, Record<string, unknown>>;
    const found = String(meta["parlance/fault"]?.["place"]);
    assert.ok(found.startsWith(place), found);
    assert.equal(service.requests.length, 0);
  });
}

test("GET and DELETE are told that only POST is taken", async (context) => {
  const { gateway } = await startShop(context);
  for (const method of ["GET", "DELETE"]) {
    const response = await fetch(`${gateway.url}/mcp`, { method });
    assert.equal(response.status, 405);
    assert.equal(response.headers.get("allow"), "POST");
  }
});

test("a service that is not there is told as such", async (context) => {
  const { gateway } = await startShop(context);
  const { status, told } = await post(`${gateway.url}/mcp/nothing`, good);
  assert.equal(status, 404);
  assert.match(told.error?.message ?? "", /no such service/);
});

test("nothing is offered where nothing was said", async (context) => {
  const { gateway } = await startShop(context, { mcp: "[]" });
  const listed = await post(`${gateway.url}/mcp`, statelessRequest("tools/list"));
  assert.deepEqual(listed.told.result?.["tools"], []);
  const { told } = await post(`${gateway.url}/mcp`, good);
  assert.match(told.error?.message ?? "", /Unknown tool/);
});

test("pages of this machine may call, and names in base64 are read", async (context) => {
  const { gateway } = await startShop(context);
  const name = `=?base64?${Buffer.from("shop.getOrder").toString("base64")}?=`;
  const headers = { ...good.headers, origin: "http://localhost:5173", "mcp-name": name };
  const { status } = await post(`${gateway.url}/mcp`, { ...good, headers });
  assert.equal(status, 200);
});

test("a message over the limit is refused, and the next one is served", async (context) => {
  const { gateway } = await startShop(context);
  const large = statelessRequest("tools/call", {
    name: "shop.getOrder",
    arguments: { id: "x".repeat(17 * 1024 ** 2) },
  });
  const status = await new Promise<number | undefined>((resolve) => {
    const options = { method: "POST", headers: good.headers };
    const outgoing = request(`${gateway.url}/mcp`, options, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    outgoing.on("error", () => resolve(undefined));
    outgoing.end(large.body);
  });
  assert.ok(status === 413 || status === undefined, String(status));
  assert.equal((await post(`${gateway.url}/mcp`, good)).status, 200);
});
