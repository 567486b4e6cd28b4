import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Route, Service } from "#configuration/configuration.ts";
import { checkRoutes } from "./check-routes.ts";
import { fixtureConfiguration, fixtureService } from "./router-fixture.ts";

function check(...services: readonly Service[]): readonly string[] {
  return checkRoutes(fixtureConfiguration(services)).map(
    ({ code, severity, source }) => `${source?.file}:${source?.line} ${severity} ${code}`,
  );
}

/** Routes of two services, a and b. */
function pair(a: Partial<Route>, b: Partial<Route>): readonly string[] {
  return check(fixtureService("a", [a]), fixtureService("b", [b]));
}

describe("routes that get in each other's way", () => {
  const cases: readonly (readonly [Partial<Route>, Partial<Route>, string | undefined])[] = [
    [{ path: "/x/*" }, { path: "/x/*" }, "error route-duplicate"],
    [{ path: "/x" }, { path: "/%78" }, "error route-ambiguous"],
    [{ path: "/x/{a}" }, { path: "/x/{b}" }, "error route-ambiguous"],
    [{ path: "/x/{a}/*" }, { path: "/x/{b}/*" }, "error route-ambiguous"],
    [
      { path: "/x", methods: ["GET", "PUT"] },
      { path: "/x", methods: ["PUT"] },
      "error route-shadowed",
    ],
    [{ path: "/x", methods: ["GET"] }, { path: "/x", methods: ["HEAD"] }, "error route-shadowed"],
    [{ path: "/x", methods: ["GET"] }, { path: "/x", methods: ["GET"] }, "error route-duplicate"],
    [
      { path: "/x", methods: ["PUT"] },
      { path: "/x", methods: ["GET", "PUT"] },
      "warning route-overlap",
    ],
    [
      { path: "/x", headers: { a: "1", b: "2" } },
      { path: "/x", headers: { b: "2", a: "1" } },
      "error route-duplicate",
    ],
    [{ path: "/x" }, { path: "/x/" }, undefined],
    [{ path: "/x/*" }, { path: "/x/{a}" }, undefined],
    [{ path: "/x" }, { path: "/x", methods: ["GET"] }, undefined],
    [{ path: "/x", methods: ["GET"] }, { path: "/x" }, undefined],
    [{ path: "/x", methods: ["GET"] }, { path: "/x", methods: ["POST"] }, undefined],
    [{ path: "/x", host: "h" }, { path: "/x" }, undefined],
    [{ path: "/x", host: "h.i" }, { path: "/x", host: "*.i" }, undefined],
    [{ path: "/x", host: "h" }, { path: "/x", host: "h" }, "error route-duplicate"],
    [{ path: "/x", headers: { a: "1" } }, { path: "/x", headers: { a: "2" } }, undefined],
  ];
  for (const [a, b, expected] of cases)
    test(`${JSON.stringify(a)} and ${JSON.stringify(b)}: ${expected ?? "fine"}`, () => {
      assert.deepEqual(pair(a, b), expected === undefined ? [] : [`b.yaml:1 ${expected}`]);
    });

  test("the gateway's own addresses come before all routes", () => {
    const one = fixtureService("a", [
      { path: "/livez" },
      { path: "/readyz/*" },
      { path: "/livez/x" },
      { path: "/{any}" },
    ]);
    const expected = ["a.yaml:1 error route-shadowed", "a.yaml:2 warning route-overlap"];
    assert.deepEqual(check(one), expected);
  });

  test("within one service the instances are the same, so it is a warning", () => {
    const one = fixtureService("a", [{ path: "/x" }, { path: "/x" }]);
    assert.deepEqual(check(one), ["a.yaml:2 warning route-duplicate"]);
  });

  test("several routes together can shadow one", () => {
    const routes = [["GET"], ["PUT"], ["PUT", "GET"], ["PUT", "PATCH"]];
    const one = fixtureService(
      "a",
      routes.map((methods) => ({ path: "/x", methods })),
    );
    assert.deepEqual(check(one), [
      "a.yaml:3 warning route-shadowed",
      "a.yaml:4 info route-overlap",
    ]);
  });

  test("the message names both routes and both places", () => {
    const [found] = checkRoutes(
      fixtureConfiguration([
        fixtureService("a", [{ id: "get", path: "/x/{a}", methods: ["GET"] }]),
        fixtureService("b", [{ id: "take", path: "/x/{b}", methods: ["GET"] }]),
      ]),
    );
    assert.deepEqual(found, {
      code: "route-ambiguous",
      severity: "error",
      message:
        "route b.take (GET /x/{b}) can never be chosen: route a.get (GET /x/{a}) at a.yaml:1:3 " +
        "matches the same requests and stands earlier; names of parameters do not tell paths apart",
      source: { file: "b.yaml", line: 1, column: 3 },
      suggestion: "change its path, host, headers or methods, or remove it",
    });
  });
});

describe("routes that are malformed", () => {
  const cases: readonly (readonly [Partial<Route>, string, RegExp])[] = [
    [{ path: "x" }, "route-path", /must begin with "\/"/],
    [{ path: "" }, "route-path", /must begin with "\/"/],
    [{ path: "/a//b" }, "route-path", /empty segments/],
    [{ path: "//" }, "route-path", /empty segments/],
    [{ path: "//*" }, "route-path", /empty segments/],
    [{ path: "/a/../b" }, "route-path", /dot segments/],
    [{ path: "/a/%2e%2E" }, "route-path", /dot segments/],
    [{ path: "/a/*/b" }, "route-path", /whole last segment/],
    [{ path: "/a*" }, "route-path", /whole last segment/],
    [{ path: "/a/{x}.json" }, "route-path", /one whole parameter/],
    [{ path: "/a/{x" }, "route-path", /one whole parameter/],
    [{ path: "/a/{}" }, "route-path", /one whole parameter/],
    [{ path: "/{x}/{x}" }, "route-path", /names \{x\} twice/],
    [{ path: "/a?b=c" }, "route-path", /cannot stand in a path/],
    [{ path: "/a\\b" }, "route-path", /cannot stand in a path/],
    [{ path: "/a%00" }, "route-path", /control character/],
    [{ path: "/a\n" }, "route-path", /control character/],
    [{ path: "/a%zz" }, "route-path", /two hexadecimal digits/],
    [{ path: "/a\ud800" }, "route-path", /surrogate/],
    [{ path: "/a%2fb" }, "route-path", /encodedSlash: pass/],
    [{ path: "/orders/*", stripPrefix: "/order" }, "route-strip-prefix", /leading whole segments/],
    [{ path: "/orders/*", stripPrefix: "/orders/x" }, "route-strip-prefix", /leading/],
    [{ path: "/{a}/*", stripPrefix: "/orders" }, "route-strip-prefix", /leading/],
    [{ path: "/orders/*", stripPrefix: "/orders/" }, "route-strip-prefix", /leading/],
    [{ path: "/orders/*", stripPrefix: "/orders/*" }, "route-strip-prefix", /leading/],
    [{ path: "/x", host: "Example.org" }, "route-host", /lower-case/],
    [{ path: "/x", host: "example.org:80" }, "route-host", /without port/],
    [{ path: "/x", host: "a.*.org" }, "route-host", /lower-case/],
  ];
  for (const [route, code, message] of cases)
    test(`${JSON.stringify(route)} is reported as ${code}`, () => {
      const found = checkRoutes(fixtureConfiguration([fixtureService("s", [route])]));
      assert.deepEqual(
        found.map((diagnostic) => [diagnostic.code, diagnostic.severity, diagnostic.source?.line]),
        [[code, "error", 1]],
      );
      assert.match(found[0]?.message ?? "", message);
      assert.match(found[0]?.message ?? "", /^route s\.r0: /);
    });

  test("what looks odd but can match is not reported", () => {
    const fine: readonly Partial<Route>[] = [
      { path: "/" },
      { path: "/*" },
      { path: "/a/.hidden" },
      { path: "/a/..." },
      { path: "/a:cancel" },
      { path: "/a;b" },
      { path: "/naïve/☃" },
      { path: "/v6", host: "[::1]" },
      { path: "/w", host: "*.example.org" },
      { path: "/%6frders/*", stripPrefix: "/orders" },
    ];
    assert.deepEqual(check(fixtureService("s", fine)), []);
    const passing = fixtureService("p", [{ path: "/a%2fb" }], { encodedSlash: "pass" });
    assert.deepEqual(check(passing), []);
  });
});

test("20,000 routes that all collide are compared once each, not in pairs", () => {
  let compared = 0;
  const methods = new Proxy(["GET"], {
    get(target, name): unknown {
      compared++;
      return Reflect.get(target, name);
    },
  });
  const many = Array.from({ length: 20_000 }, (_, at) => ({ id: `r${at}`, path: "/x", methods }));
  const found = checkRoutes(fixtureConfiguration([fixtureService("s", many)]));
  assert.equal(found.length, 19_999);
  assert.ok(compared < 20_000 * 100, `${compared} reads of methods`);
});
