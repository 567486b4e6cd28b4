/** Operations whose paths look alike: permission is asked for the one that a request is for. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { listenHttp } from "#tests/support/listen-http.ts";
import { startTranslating } from "./stand.ts";

const json = { schema: { type: "object", properties: { a: { type: "integer" } } } };
const responses = { 200: { description: "found", content: { "application/json": json } } };
const parameter = { in: "path", required: true, schema: { type: "string" } };

function item(path: string, ...operations: readonly (readonly [method: string, id: string])[]) {
  const names = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => ({ ...parameter, name }));
  return [
    path,
    Object.fromEntries(
      operations.map(([method, operationId]) => [
        method,
        { operationId, parameters: names, responses },
      ]),
    ),
  ] as const;
}

const files = item("/files/{id}", ["get", "getFile"]);
const secrets = item("/files/{id}.secret", ["get", "getSecret"]);

type Paths = readonly ReturnType<typeof item>[];

const callers: Readonly<Record<string, readonly string[]>> = {
  first: ["s.getFile"],
  second: ["s.getSecret"],
  both: ["s.getFile", "s.getSecret"],
  none: ["s.other"],
};

async function start(context: TestContext, paths: Paths, may = callers) {
  const asked: string[] = [];
  const url = await listenHttp(context, (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.setHeader("content-type", "application/json");
    response.end('{"a":1}');
  });
  const all = [...paths, item("/other", ["get", "other"])];
  const document = {
    openapi: "3.1.0",
    info: { title: "files", version: "1" },
    paths: Object.fromEntries(all),
  };
  const lines = Object.entries(may).map(([name, operations]) => {
    return `  ${name}: { key: key-of-${name}-0123456789, may: ${JSON.stringify(operations)} }\n`;
  });
  const gateway = await startTranslating(context, {
    text: `services:
  s: { contract: s.json, instances: ["${url}"] }
callers:
${lines.join("")}`,
    files: { "s.json": JSON.stringify(document) },
  });
  const ask = async (path: string, key: string, more: RequestInit = {}) => {
    const headers = { "x-api-key": `key-of-${key}-0123456789`, ...more.headers };
    const response = await fetch(`${gateway.url}${path}`, { ...more, headers });
    return { status: response.status, text: await response.text() };
  };
  return { asked, ask };
}

const passed = {};
const translated = { headers: { accept: "application/xml" } };
const manners = { passed, translated };

const orders: readonly (readonly [name: string, paths: Paths])[] = [
  ["the plain path first", [files, secrets]],
  ["the plain path last", [secrets, files]],
];

for (const [order, paths] of orders) {
  for (const [manner, more] of Object.entries(manners)) {
    test(`${order}, ${manner}: each caller reaches what it may call, and nothing else`, async (context) => {
      const { asked, ask } = await start(context, paths);
      const expected: string[] = [];
      for (const [caller, may] of Object.entries(callers)) {
        for (const [path, id] of [
          ["/files/1", "getFile"],
          ["/files/1.secret", "getSecret"],
          // The same path in another spelling.
          ["/files/1.%73ecret", "getSecret"],
        ] as const) {
          const { status, text } = await ask(`/s${path}`, caller, more);
          const isAllowed = may.includes(`s.${id}`);
          assert.equal(status, isAllowed ? 200 : 403, `${caller} ${path}: ${text}`);
          if (isAllowed) {
            expected.push(path.replace("%73", manner === "translated" ? "s" : "%73"));
            assert.match(text, manner === "translated" ? /<a>1<\/a>/ : /"a":1/);
          } else assert.match(text, new RegExp(`s\\.${id}\\b`), `${caller} ${path}`);
        }
      }
      assert.deepEqual(
        asked,
        expected.map((path) => `GET ${path}`),
      );
    });
  }
}

test("a value that spells the address of another operation leads nowhere", async (context) => {
  const paths = [files, secrets, item("/files/latest", ["get", "getLatest"])];
  const may = { first: ["s.getFile"], all: ["s.*"] };
  const { asked, ask } = await start(context, paths, may);
  const call = (id: string, key: string) => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "getFile", params: { id } });
    return ask("/rpc/s", key, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
  };
  for (const key of Object.keys(may)) {
    for (const [id, other] of [
      ["1.secret", "getSecret"],
      ["latest", "getLatest"],
    ] as const) {
      const { text } = await call(id, key);
      assert.match(text, new RegExp(`is the address of ${other}`), `${key} ${id}`);
    }
  }
  assert.deepEqual(asked, []);
  assert.match((await call("1.secrets", "first")).text, /"a":1/);
  assert.deepEqual(asked, ["GET /files/1.secrets"]);
});

test("a path that only looks like one of the contract is no path of it", async (context) => {
  const may = { all: ["s.*"] };
  const { asked, ask } = await start(context, [secrets, item("/m/{a}-{b}", ["get", "m"])], may);
  for (const path of ["/files/1", "/files/.secret", "/m/1", "/m/-2", "/m/1-"]) {
    assert.equal((await ask(`/s${path}`, "all")).status, 404, path);
  }
  assert.equal((await ask("/s/m/1-2", "all")).status, 200);
  assert.deepEqual(asked, ["GET /m/1-2"]);
});

test("the more exact of two paths has the request, and all that remains comes last", async (context) => {
  const paths = [
    item("/a/{x}/c", ["get", "plain"]),
    item("/a/{x}.s/{y}", ["get", "dotted"]),
    item("/a/{x}.b.s/{y}", ["get", "longer"]),
    item("/a/{x}-{y}/c", ["get", "dashed"]),
  ];
  const operations = ["plain", "dotted", "longer", "dashed"];
  const may = Object.fromEntries(operations.map((id) => [id, [`s.${id}`]]));
  for (const ordered of [paths, paths.toReversed()]) {
    const { ask } = await start(context, ordered, may);
    for (const [path, id] of [
      ["/a/1/c", "plain"],
      ["/a/1.s/c", "dotted"],
      ["/a/1.b.s/c", "longer"],
      ["/a/1-2.s/c", "dotted"],
      ["/a/1-2/c", "dashed"],
    ] as const) {
      for (const caller of operations) {
        for (const more of Object.values(manners)) {
          const { status } = await ask(`/s${path}`, caller, more);
          assert.equal(status, caller === id ? 200 : 403, `${caller} ${path}`);
        }
      }
    }
  }
});

for (const reversed of [false, true]) {
  const order = reversed ? "last" : "first";
  test(`HEAD that is an operation of its own is asked for itself, declared ${order}`, async (context) => {
    const operations = [
      ["head", "headFile"],
      ["get", "getFile"],
    ] as const;
    const path = item("/files/{id}", ...(reversed ? operations.toReversed() : operations));
    const may = { head: ["s.headFile"], get: ["s.getFile"] };
    const { asked, ask } = await start(context, [path], may);
    assert.equal((await ask("/s/files/1", "head", { method: "HEAD" })).status, 200);
    assert.equal((await ask("/s/files/1", "get", { method: "HEAD" })).status, 403);
    assert.equal((await ask("/s/files/1", "get")).status, 200);
    assert.equal((await ask("/s/files/1", "head")).status, 403);
    assert.deepEqual(asked, ["HEAD /files/1", "GET /files/1"]);
  });
}

test("a path that is another operation's to services that cut at ; is refused", async (context) => {
  const paths = [item("/users/{id}", ["get", "getUser"]), item("/users/me", ["get", "getMe"])];
  const { asked, ask } = await start(context, paths, { some: ["s.getUser"], all: ["s.*"] });
  for (const manner of Object.values(manners)) {
    for (const key of ["some", "all"]) {
      for (const path of ["me;x", "me;", "me%3Bx", "m%65;a=b"]) {
        const { status, text } = await ask(`/s/users/${path}`, key, manner);
        assert.equal(status, 400, `${path}: ${text}`);
        assert.match(
          text,
          /without what stands behind ; it is .*\/users\/m(e|%65), which leads else/,
        );
      }
      assert.equal((await ask("/s/users/7;x", key, manner)).status, 200);
    }
  }
  assert.equal(asked.length, 4);
  assert.ok(
    asked.every((one) => /^GET \/users\/7(;|%3B)x$/.test(one)),
    asked.join(),
  );
});
