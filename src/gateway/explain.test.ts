/** Golden explanations stand in scenarios/explain.txt; `RECORD=1` writes them anew. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { Caller, Configuration } from "#configuration/configuration.ts";
import { explainRoute, type ExplainedRequest, type Explanation } from "./explain.ts";
import { fixtureConfiguration, fixtureService } from "./router-fixture.ts";

function caller(name: string, key: string | undefined, may: readonly string[]): Caller {
  const keys = key === undefined ? [] : [createHash("sha256").update(key).digest("hex")];
  return { name, keysSha256: keys, may };
}

const services = [
  fixtureService("orders", [
    { id: "get", path: "/orders/{id}", methods: ["GET"] },
    { id: "beta", path: "/orders/{id}", methods: ["GET"], headers: { "x-beta": "1" } },
    { id: "default", path: "/orders/*", stripPrefix: "/orders" },
  ]),
  fixtureService("files", [{ path: "/files/*", stripPrefix: "/files" }], {
    encodedSlash: "pass",
    host: "caller",
    timeoutMs: 0,
  }),
  fixtureService("site", [
    { id: "shop", path: "/{page}", host: "*.shop.example", methods: ["GET"] },
    { id: "post", path: "/forms/{name}", methods: ["POST"] },
  ]),
];
const callers = [
  caller("storefront", "key-of-storefront", ["orders.*", "files.r0"]),
  caller("batch", "key-of-batch", []),
];
const closed = fixtureConfiguration(services, callers);
const withAnonymous = fixtureConfiguration(services, [
  ...callers,
  caller("anonymous", undefined, ["orders.get"]),
]);
const open = fixtureConfiguration(services);

type Case = readonly [string, Configuration, Partial<ExplainedRequest> & { readonly url: string }];

const cases: readonly Case[] = [
  [
    "the more exact of two routes, by the name of a caller",
    closed,
    { url: "/orders/7?full=1", caller: "storefront" },
  ],
  [
    "more header conditions, by a key",
    closed,
    {
      url: "http://gw.example:8080/orders/7",
      headers: { "X-Beta": "1", "X-Api-Key": "key-of-storefront" },
    },
  ],
  ["a prefix in disguise", open, { url: "/%6frders/7/lines" }],
  ["an encoded slash where it is refused", open, { url: "/orders/a%2Fb" }],
  ["an encoded slash where it passes", open, { url: "/files/a%2Fb" }],
  ["a dot segment", open, { url: "http://localhost/orders/../files/x" }],
  ["no route, but one that may have been meant", open, { url: "/order/7", method: "POST" }],
  ["a wrong method", open, { url: "/forms/contact", method: "DELETE" }],
  ["a wildcard host", open, { url: "http://www.shop.example/orders", headers: {} }],
  ["no key", closed, { url: "/orders/7" }],
  ["a wrong key", closed, { url: "/orders/7", headers: { authorization: "Bearer guess" } }],
  ["an unknown caller", closed, { url: "/orders/7", caller: "storefrnt" }],
  ["a caller without the right", closed, { url: "/orders/7", caller: "batch" }],
  ["nobody with a right", withAnonymous, { url: "/orders/7" }],
  ["nobody without a right", withAnonymous, { url: "/orders/7/lines" }],
];

function render(name: string, { request, outcome, counts, steps }: Explanation): string {
  const lines = [`# ${name}`, `${request.method} ${request.target} at ${request.host}`];
  for (const { step, verdict, what, why, source } of steps) {
    // The same in all cases; the first shows them.
    if ((step === "timeout" || step === "limit") && name !== cases[0]?.[0]) continue;
    const place = source === undefined ? "" : ` (${source.file}:${source.line})`;
    lines.push(`  ${step}, ${verdict}: ${what} | ${why}${place}`);
  }
  lines.push(
    `  ${Object.entries(counts)
      .map(([key, count]) => `${count} ${key}`)
      .join(", ")}`,
  );
  const end =
    outcome.kind === "refused"
      ? `${outcome.status} by ${outcome.step}`
      : outcome.kind === "forwarded"
        ? outcome.path
        : outcome.why;
  lines.push(`=> ${outcome.kind}: ${end}`);
  return lines.join("\n");
}

function explain(configuration: Configuration, request: Case[2]): Explanation {
  return explainRoute(configuration, { method: "GET", headers: {}, ...request });
}

describe("golden explanations", () => {
  const file = new URL("./scenarios/explain.txt", import.meta.url);
  const rendered = cases.map(([name, configuration, request]) =>
    render(name, explain(configuration, request)),
  );
  if (process.env["RECORD"] === "1") writeFileSync(file, `${rendered.join("\n\n")}\n`);
  const golden = readFileSync(file, "utf8").trimEnd().split("\n\n");

  test("there is one for every case", () => assert.equal(golden.length, cases.length));
  for (const [index, [name]] of cases.entries())
    test(name, () => assert.equal(rendered[index], golden[index]));
});

test("the fields and places that print left out are there", () => {
  const { outcome, steps, counts } = explain(closed, { url: "/orders/7", caller: "storefront" });
  assert.deepEqual(outcome, {
    kind: "forwarded",
    service: "orders",
    route: "orders.get",
    path: "/orders/7",
  });
  assert.deepEqual(counts, { services: 3, routes: 6, matched: 2, listed: 6 });
  const chosen = steps.find(({ verdict }) => verdict === "chosen");
  assert.deepEqual(chosen?.source, { file: "orders.yaml", line: 1, column: 3 });
});

test("what the wire refuses is refused in the same words", () => {
  const refused: readonly (readonly [Case[2], number, RegExp])[] = [
    [{ url: "orders/7" }, 400, /neither a path/],
    [{ url: "" }, 400, /request line/],
    [{ url: "/a b" }, 400, /request line/],
    [{ url: "/a//b" }, 400, /empty segment/],
    [{ url: "/a%00" }, 400, /control/],
    [{ url: "/a\\b" }, 400, /backslash/],
    [{ url: `/${"a".repeat(9_000)}` }, 414, /targetBytesMax/],
    [{ url: "/", method: "CONNECT" }, 405, /CONNECT/],
    [{ url: "/", method: "GE T" }, 400, /target/],
    [{ url: "/", headers: { host: "a b" } }, 400, /Host/],
    [{ url: "/", headers: { "x y": "1" } }, 400, /field name/],
    [{ url: "/", headers: { x: "1\r\nHost: y" } }, 400, /line end/],
    [{ url: "/\nX: y" }, 400, /line end/],
  ];
  for (const [request, status, why] of refused) {
    const { outcome, steps } = explain(open, request);
    const shown = JSON.stringify(request).slice(0, 100);
    assert.ok(outcome.kind === "refused", shown);
    assert.equal(outcome.step, "target", shown);
    assert.equal(outcome.status, status, `${shown}: ${outcome.why}`);
    assert.match(outcome.why, why);
    assert.equal(steps.length, 1);
  }
});

test("what the gateway answers itself never meets a route", () => {
  const all = fixtureConfiguration([fixtureService("s", [{ path: "/*" }])], callers);
  const own: readonly Case[2][] = [
    { url: "/livez" },
    { url: "/readyz", method: "POST" },
    { url: "*", method: "OPTIONS" },
    { url: "/x", method: "OPTIONS", headers: { "Max-Forwards": "0" } },
  ];
  for (const request of own)
    assert.equal(explain(all, request).outcome.kind, "answered", JSON.stringify(request));
  for (const request of [{ url: "/livez/" }, { url: "/x", headers: { "Max-Forwards": "0" } }])
    assert.equal(explain(all, request).outcome.kind, "refused", JSON.stringify(request));
});

test("characters beyond ASCII are encoded as a client does, fragments are dropped", () => {
  const { request } = explain(open, { url: "http://localhost/files/é\ud800?q=ü#frag" });
  assert.equal(request.target, "/files/%C3%A9%EF%BF%BD?q=%C3%BC");
  assert.equal(explain(open, { url: "http://localhost?q" }).request.target, "/?q");
});

test("of 20,000 routes only those of services in question are listed", () => {
  const many = Array.from({ length: 1_000 }, (_, at) =>
    fixtureService(
      `s${at}`,
      Array.from({ length: 20 }, (__, of) => ({ id: `r${of}`, path: `/s${at}/p${of}/{id}` })),
    ),
  );
  const found = explain(fixtureConfiguration(many), { url: "/s7/p3/1" });
  assert.deepEqual(found.counts, { services: 1_000, routes: 20_000, matched: 1, listed: 20 });
  const listed = found.steps.filter(({ step }) => step === "route");
  assert.ok(listed.every(({ verdict, what }) => verdict === "info" || what.startsWith("s7.")));
  assert.deepEqual(listed.at(-1), {
    step: "route",
    verdict: "info",
    what: "19980 other routes",
    why: "19980 belong to services without a route for such a path",
  });
});

test("a service with thousands of routes is cut off, but never the routes that match", () => {
  const routes = Array.from({ length: 3_000 }, (_, at) => ({ id: `r${at}`, path: `/s/p${at}` }));
  const one = fixtureService("s", [...routes, { id: "last", path: "/s/*" }]);
  const found = explain(fixtureConfiguration([one]), { url: "/s/p2500" });
  assert.deepEqual(found.counts, { services: 1, routes: 3_001, matched: 2, listed: 200 });
  const matched = found.steps.filter(
    ({ step, verdict }) => step === "route" && verdict === "matched",
  );
  assert.deepEqual(
    matched.map(({ what }) => what),
    ["s.r2500: any method /s/p2500", "s.last: any method /s/*"],
  );
});
