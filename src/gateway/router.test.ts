import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createRouter, forwardedPath, type RoutableRequest } from "./router.ts";
import { fixtureConfiguration, fixtureRequest, fixtureService } from "./router-fixture.ts";
import type { Route } from "#configuration/configuration.ts";

/** Name of the route that takes a request, or the status of the miss. */
function outcome(
  services: Readonly<Record<string, readonly Partial<Route>[]>>,
  request: RoutableRequest,
): string {
  const configuration = fixtureConfiguration(
    Object.entries(services).map(([name, routes]) => fixtureService(name, routes)),
  );
  const match = createRouter(configuration).match(request);
  if (match.kind === "route") return `${match.service.name}.${match.route.id}`;
  return [match.status, ...match.allowedMethods].join(" ");
}

function paths(...all: readonly string[]): Record<string, readonly Partial<Route>[]> {
  return { s: all.map((path) => ({ id: path, path })) };
}

describe("paths", () => {
  const cases: readonly (readonly [routes: readonly string[], path: string, winner: string])[] = [
    [["/orders/*"], "/orders", "/orders/*"],
    [["/orders/*"], "/orders/", "/orders/*"],
    [["/orders/*"], "/orders/x/y/", "/orders/*"],
    [["/orders/*"], "/ordersx", "404"],
    [["/orders/*"], "/order", "404"],
    [["/orders/*"], "/", "404"],
    [["/orders/*"], "/Orders", "404"],
    [["/*"], "/", "/*"],
    [["/*"], "/any/thing", "/*"],
    [["/"], "/", "/"],
    [["/"], "/x", "404"],
    [["/a"], "/a/", "404"],
    [["/a/"], "/a", "404"],
    [["/a/"], "/a/", "/a/"],
    [["/a/{x}"], "/a/", "404"],
    [["/a/{x}"], "/a/1", "/a/{x}"],
    [["/a/{x}"], "/a/1/", "404"],
    [["/a/{x}/*"], "/a", "404"],
    [["/a/{x}", "/a/*", "/a/b"], "/a/b", "/a/b"],
    [["/a/*", "/a/{x}"], "/a/c", "/a/{x}"],
    [["/a/*", "/a/{x}"], "/a/c/d", "/a/*"],
    [["/a/*", "/a"], "/a", "/a"],
    [["/a/*", "/a/b/*", "/a/b/c/*"], "/a/b/x", "/a/b/*"],
    [["/{x}/b/c", "/a/{y}/*"], "/a/b/c", "/a/{y}/*"],
    [["/a/b/c", "/a/{x}/d"], "/a/b/d", "/a/{x}/d"],
    [["/a/b/c/d", "/{w}/b/{y}/e", "/{w}/{x}/c/*"], "/a/b/c/e", "/{w}/b/{y}/e"],
    [["/a/b/c", "/*"], "/a/b/d", "/*"],
    [["/orders"], "/%6frders", "/orders"],
    [["/orders/*"], "/%6F%72ders/%2d", "/orders/*"],
    [["/%6frders"], "/orders", "/%6frders"],
    [["/a%3ab"], "/a%3Ab", "/a%3ab"],
    [["/a%3Ab"], "/a:b", "404"],
    [["/café"], "/caf%c3%a9", "/café"],
    [["/a b"], "/a%20b", "/a b"],
    [["/*", "/"], "*", "404"],
    [["/*"], "example.org:443", "404"],
    [["/__proto__/{constructor}"], "/__proto__/x", "/__proto__/{constructor}"],
    [["/{x}"], "/constructor", "/{x}"],
  ];
  for (const [routes, path, winner] of cases)
    test(`of ${routes.join(", ")} the path ${path} takes ${winner}`, () => {
      const found = outcome(paths(...routes), fixtureRequest("GET", path));
      assert.equal(found.replace("s.", ""), winner);
    });
});

describe("conditions", () => {
  test("an exact host beats a longer wildcard, a shorter wildcard, and any host", () => {
    const routes = {
      s: [
        { id: "any", path: "/*" },
        { id: "short", path: "/*", host: "*.org" },
        { id: "long", path: "/*", host: "*.example.org" },
        { id: "exact", path: "/*", host: "a.example.org" },
      ],
    };
    const at = (host: string): string => outcome(routes, fixtureRequest("GET", "/", host));
    assert.equal(at("a.example.org"), "s.exact");
    assert.equal(at("a.example.org."), "s.exact");
    assert.equal(at("b.example.org"), "s.long");
    assert.equal(at("x.y.example.org"), "s.long");
    assert.equal(at("example.org"), "s.short");
    assert.equal(at(".example.org"), "s.short");
    assert.equal(at("org"), "s.any");
    assert.equal(at(""), "s.any");
    assert.equal(at("[::1]"), "s.any");
    assert.equal(at(`${"a.".repeat(5_000)}com`), "s.any");
  });

  test("a route whose conditions fail leaves the request to the next best", () => {
    const routes = {
      s: [
        { id: "plain", path: "/a/*" },
        { id: "listed", path: "/a/{x}", methods: ["PUT"] },
        { id: "beta", path: "/a/{x}", headers: { "x-beta": "1" } },
        { id: "both", path: "/a/{x}", headers: { "x-beta": "1", "x-two": "2" } },
        { id: "hosted", path: "/a/{x}", host: "h", methods: ["PATCH"] },
      ],
    };
    const at = (method: string, fields: Record<string, string>, host = "h"): string =>
      outcome(routes, fixtureRequest(method, "/a/1", host, fields));
    assert.equal(at("GET", {}), "s.plain");
    assert.equal(at("PUT", {}), "s.listed");
    assert.equal(at("PUT", { "x-beta": "1" }), "s.beta");
    assert.equal(at("PUT", { "x-beta": "1", "x-two": "2" }), "s.both");
    assert.equal(at("PUT", { "x-beta": "2" }), "s.listed");
    assert.equal(at("PATCH", { "x-beta": "1", "x-two": "2" }), "s.hosted");
    assert.equal(at("PATCH", { "x-beta": "1" }, "other"), "s.beta");
  });

  test("equal routes go by listed methods, then by the order of the file", () => {
    const same = { path: "/a" };
    const request = fixtureRequest("GET", "/a");
    assert.equal(outcome({ b: [same], a: [same] }, request), "b.r0");
    assert.equal(outcome({ b: [same], a: [{ ...same, methods: ["GET"] }] }, request), "a.r0");
  });

  test("HEAD is allowed where GET is, OPTIONS only where it is listed", () => {
    const routes = { s: [{ path: "/a", methods: ["GET"] }] };
    assert.equal(outcome(routes, fixtureRequest("HEAD", "/a")), "s.r0");
    assert.equal(outcome(routes, fixtureRequest("OPTIONS", "/a")), "405 GET HEAD");
    assert.equal(outcome(routes, fixtureRequest("get", "/a")), "405 GET HEAD");
  });

  test("a 405 names the methods of all routes that match but for the method", () => {
    const routes = {
      s: [
        { path: "/a/b", methods: ["PUT"] },
        { path: "/a/{x}", methods: ["GET"] },
        { path: "/a/{x}", methods: ["POST"], host: "other" },
        { path: "/a/*", methods: ["PATCH"], headers: { "x-beta": "1" } },
      ],
    };
    assert.equal(outcome(routes, fixtureRequest("DELETE", "/a/b")), "405 GET HEAD PUT");
    assert.equal(outcome(routes, fixtureRequest("DELETE", "/a/c")), "405 GET HEAD");
    assert.equal(outcome(routes, fixtureRequest("DELETE", "/a/c/d")), "404");
    assert.equal(
      outcome(routes, fixtureRequest("DELETE", "/a/c/d", "h", { "x-beta": "1" })),
      "405 PATCH",
    );
  });

  test("a prefix route asks for neither method, host nor fields, and for the path once", () => {
    const configuration = fixtureConfiguration([
      fixtureService("orders", [{}]),
      fixtureService("other", [{ path: "/other/{x}", host: "h", methods: ["GET"] }]),
    ]);
    const asked: string[] = [];
    const request = {
      get method(): string {
        asked.push("method");
        return "GET";
      },
      get host(): string {
        asked.push("host");
        return "h";
      },
      get path(): string {
        asked.push("path");
        return "/orders/7/lines";
      },
      field(name: string): undefined {
        asked.push(name);
      },
    };
    assert.equal(createRouter(configuration).match(request).kind, "route");
    assert.deepEqual(asked, ["path"]);
  });
});

test("routes are numbered densely in the order of the file", () => {
  const configuration = fixtureConfiguration([
    fixtureService("b", [{}, { path: "/b/{x}" }]),
    fixtureService("a", [{}]),
  ]);
  const { routes } = createRouter(configuration);
  assert.deepEqual(
    routes.map((route) => [route.index, route.serviceIndex, route.service.name, route.route.id]),
    [
      [0, 0, "b", "r0"],
      [1, 0, "b", "r1"],
      [2, 1, "a", "r0"],
    ],
  );
});

test("backtracking stays within the routes that fit, whatever the path", () => {
  // Every path of "a" fits a literal and a parameter at each of 12 depths: 4,096 dead ends.
  const depth = 12;
  const dead = Array.from({ length: 2 ** depth }, (_, bits) => {
    const segments = Array.from({ length: depth }, (__, at) => ((bits >> at) & 1 ? "{p}" : "a"));
    const named = segments.map((segment, at) => segment.replace("p", `p${at}`));
    return { path: `/${named.join("/")}/end` };
  });
  const { match } = createRouter(fixtureConfiguration([fixtureService("s", dead)]));
  let lookups = 0;
  const original = Map.prototype.get;
  Map.prototype.get = function get(key: unknown): unknown {
    lookups++;
    return original.call(this, key) as unknown;
  };
  try {
    assert.equal(match(fixtureRequest("GET", "/a".repeat(4_000))).kind, "miss");
  } finally {
    Map.prototype.get = original;
  }
  // Twice (match and miss) at most once for each of the tree's 2^13 nodes.
  assert.ok(lookups > 0 && lookups <= 2 * 2 ** (depth + 1), `${lookups} lookups`);
});

describe("the forwarded path", () => {
  const cases: readonly (readonly [route: string, strip: string, path: string, sent: string])[] = [
    ["/orders/*", "/orders", "/orders", "/"],
    ["/orders/*", "/orders", "/orders/", "/"],
    ["/orders/*", "/orders", "/orders/7/lines/", "/7/lines/"],
    ["/orders/*", "/orders", "/%6frders/%37?", "/%37?"],
    ["/orders/*", "", "/%6frders/7", "/%6frders/7"],
    ["/orders/*", "/", "/orders/7", "/orders/7"],
    ["/v1/{tenant}/*", "/v1/{tenant}", "/v1/a%2Fb/x", "/x"],
    ["/v1/{tenant}/x", "/v1/{tenant}/x", "/v1/acme/x", "/"],
    ["/*", "", "/", "/"],
  ];
  for (const [path, stripPrefix, sent, expected] of cases)
    test(`of ${sent} less "${stripPrefix}" is ${expected}`, () => {
      const configuration = fixtureConfiguration([fixtureService("s", [{ path, stripPrefix }])]);
      const match = createRouter(configuration).match(fixtureRequest("GET", sent));
      assert.ok(match.kind === "route");
      assert.equal(forwardedPath(match, sent), expected);
    });
});

test("routes that were not checked are a programmer's error", () => {
  const broken = fixtureConfiguration([fixtureService("s", [{ path: "/a{x}" }])]);
  assert.throws(() => createRouter(broken), /route s\.r0 was not checked: \/a\{x\}/);
});
