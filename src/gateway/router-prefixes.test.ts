import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fixtureConfiguration, fixtureService } from "./router-fixture.ts";
import { createRouter, type RoutableRequest } from "./router.ts";

function requestTo(path: string, withOctets: boolean): RoutableRequest {
  const bytes = Buffer.from(path, "latin1");
  const octets = { bytes, pathStart: 0, pathEnd: bytes.length };
  const request = { method: "GET", host: "localhost", path, field: () => undefined };
  return withOctets ? { ...request, octets } : request;
}

test("the short way by octets leads where the long way leads", () => {
  const segment = fc.constantFrom("a", "b", "ab", "orders", "orderS", "%61", "", "a%2Fb");
  const path = fc.array(segment, { maxLength: 3 }).map((segments) => `/${segments.join("/")}`);
  const routes = fc.array(
    fc.constantFrom("/a/*", "/b/*", "/b/x", "/ab/{id}", "/orders/*", "/{any}/*", "/a"),
    { minLength: 1, maxLength: 4 },
  );
  fc.assert(
    fc.property(routes, path, (paths, asked) => {
      const own = [...new Set(paths)].map((one) => ({ path: one }));
      const router = createRouter(fixtureConfiguration([fixtureService("one", own)]));
      const long = router.match(requestTo(asked, false));
      const short = router.match(requestTo(asked, true));
      assert.deepEqual(
        short.kind === "route" ? short.index : short.status,
        long.kind === "route" ? long.index : long.status,
      );
    }),
    { numRuns: 2_000 },
  );
});

test("two names with one hash are told apart by their octets", () => {
  // FNV-1a, 32 bits, of both is 0x5e4daa9d.
  const services = ["costarring", "liquid"].map((name) =>
    fixtureService(name, [{ path: `/${name}/*` }]),
  );
  const router = createRouter(fixtureConfiguration(services));
  for (const [index, { name }] of services.entries()) {
    const match = router.match(requestTo(`/${name}/x`, true));
    assert.equal(match.kind === "route" ? match.index : match.status, index);
  }
});
