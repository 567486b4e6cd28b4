/**
 * Paths with literal text beside parameters: `/files/{id}.json`, and verbs as the rules of
 * google.api.http have them, `/shelves/{id}:archive`.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkRoutes } from "./check-routes.ts";
import { precedence } from "./router-order.ts";
import { pathMatches } from "./router-reasons.ts";
import { createRouter } from "./router.ts";
import { fixtureConfiguration, fixtureRequest, fixtureService } from "./router-fixture.ts";

const shelves = [
  "/s/{p}",
  "/s/{p}:archive",
  "/s/{p}:archive:all",
  "/s/latest:archive",
  "/s/{p}:archive/books",
  "/s/files/*",
  "/s/files/*:read",
  "/*",
];

const cases: readonly (readonly [path: string, winner: string])[] = [
  ["/s/1", "/s/{p}"],
  ["/s/1:archive", "/s/{p}:archive"],
  ["/s/a:b:archive", "/s/{p}:archive"],
  ["/s/1:archive:all", "/s/{p}:archive:all"],
  ["/s/latest:archive", "/s/latest:archive"],
  ["/s/1:archive/books", "/s/{p}:archive/books"],
  ["/s/1:archive/pens", "/*"],
  ["/s/:archive", "/s/{p}"],
  ["/s/1:Archive", "/s/{p}"],
  ["/s/1:%61rchive", "/s/{p}:archive"],
  ["/s/1%3Aarchive", "/s/{p}"],
  ["/s/1:archive/", "/*"],
  ["/s/files/a", "/s/files/*"],
  ["/s/files/a/b:read", "/s/files/*:read"],
  ["/s/files/a:read/b", "/s/files/*"],
  ["/s/files/:read", "/s/files/*"],
  ["/s/files", "/s/files/*"],
  ["/other/x:read", "/*"],
];

describe("paths that end in a verb", () => {
  const routes = shelves.map((path) => ({ id: path, path, operation: path }));
  const router = createRouter(fixtureConfiguration([fixtureService("s", routes)]));
  for (const [path, winner] of cases) {
    test(`${path} is of ${winner}, by its octets as well`, () => {
      const bytes = Buffer.from(path, "latin1");
      const octets = { bytes, pathStart: 0, pathEnd: bytes.length };
      for (const request of [
        fixtureRequest("GET", path),
        { ...fixtureRequest("GET", path), octets },
      ]) {
        const match = router.match(request);
        assert.equal(match.kind === "route" ? match.route.id : match.status, winner);
      }
    });

    test(`${path}: explain finds the same winner`, () => {
      const fitting = router.routes.filter(({ pattern }) => pathMatches(pattern, path));
      const [first] = fitting.toSorted((one, other) => precedence(one, other).order);
      assert.equal(first?.route.id, winner);
    });
  }
});

const forms = ["/f/{p}", "/f/{p}.json", "/f/{p}.min.json", "/f/{a}-{b}", "/f/v{p}", "/f/{p}.x/{q}"];

const ofForms: readonly (readonly [path: string, winner: string])[] = [
  ["/f/1", "/f/{p}"],
  ["/f/1.json", "/f/{p}.json"],
  ["/f/.json", "/f/{p}"],
  ["/f/1.%6Ason", "/f/{p}.json"],
  ["/f/a.min.json", "/f/{p}.min.json"],
  ["/f/.min.json", "/f/{p}.json"],
  ["/f/a-b", "/f/{a}-{b}"],
  ["/f/a-b-c", "/f/{a}-{b}"],
  ["/f/-b", "/f/{p}"],
  ["/f/a-", "/f/{p}"],
  ["/f/a-b.json", "/f/{p}.json"],
  ["/f/v1", "/f/v{p}"],
  ["/f/v", "/f/{p}"],
  ["/f/1.x/y", "/f/{p}.x/{q}"],
];

for (const ordered of [forms, forms.toReversed()]) {
  const order = ordered === forms ? "so declared" : "declared the other way round";
  test(`the more literal text beside parameters, the more exact a path is, ${order}`, () => {
    const routes = ordered.map((path) => ({ id: path, path, operation: path }));
    const router = createRouter(fixtureConfiguration([fixtureService("s", routes)]));
    for (const [path, winner] of ofForms) {
      const bytes = Buffer.from(path, "latin1");
      const octets = { bytes, pathStart: 0, pathEnd: bytes.length };
      const request = fixtureRequest("GET", path);
      for (const asked of [request, { ...request, octets }]) {
        const match = router.match(asked);
        assert.equal(match.kind === "route" ? match.route.id : match.status, winner, path);
      }
      const fitting = router.routes.filter(({ pattern }) => pathMatches(pattern, path));
      const [first] = fitting.toSorted((one, other) => precedence(one, other).order);
      assert.equal(first?.route.id, winner, `${path}, as explain tells it`);
    }
    assert.equal(router.match(fixtureRequest("GET", "/f/1.y/z")).kind, "miss");
  });
}

test("methods that a path with a verb has are told for it alone", () => {
  const services = [
    fixtureService("s", [
      { path: "/s/{p}:move", methods: ["POST"], operation: "move" },
      { path: "/s/{p}", methods: ["PUT"] },
      { path: "/f/*:read", methods: ["POST"], operation: "read" },
    ]),
  ];
  const router = createRouter(fixtureConfiguration(services));
  const missed = (path: string) => router.match(fixtureRequest("DELETE", path));
  assert.deepEqual(missed("/s/1"), { kind: "miss", status: 405, allowedMethods: ["PUT"] });
  const both = { kind: "miss", status: 405, allowedMethods: ["POST", "PUT"] };
  assert.deepEqual(missed("/s/1:move"), both);
  assert.deepEqual(missed("/f/a/b:read"), { kind: "miss", status: 405, allowedMethods: ["POST"] });
  assert.equal((missed("/f/a/b") as { status: number }).status, 404);
});

test("verbs tell routes apart, and the same verb does not", () => {
  const paths = ["/s/{a}", "/s/{a}:move", "/s/{b}:move", "/f/*", "/f/*:read", "/f/*:read"];
  const found = checkRoutes(
    fixtureConfiguration([
      fixtureService(
        "s",
        paths.map((path) => ({ path, operation: path })),
      ),
    ]),
  );
  assert.deepEqual(
    found.map(({ code, source }) => [code, source?.line]),
    [
      ["route-ambiguous", 3],
      ["route-duplicate", 6],
    ],
  );
});
