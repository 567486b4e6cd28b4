/** Laws of routing, against a matcher that knows no tree: it tries every route and sorts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Configuration, Route } from "#configuration/configuration.ts";
import { checkRoutes } from "./check-routes.ts";
import { createRouter, forwardedPath, type CompiledRoute, type RoutableRequest } from "./router.ts";
import { fixtureConfiguration, fixtureRequest, fixtureService } from "./router-fixture.ts";

// Few words, so that routes meet.
const literal = fc.constantFrom("a", "b", "a-b", "%7Ea", "%2c");
const parameter = fc.constantFrom("{x}", "{y}");
const path = fc
  .tuple(
    fc.array(fc.oneof(literal, literal, parameter), { maxLength: 4 }),
    fc.constantFrom("", "/", "/*", "/*"),
  )
  .map(([segments, end]) => {
    const named = segments.map((segment, at) => segment.replace("{x}", `{x${at}}`));
    const unique = named.map((segment, at) => segment.replace("{y}", `{y${at}}`));
    return unique.length === 0 ? (end === "/*" ? "/*" : "/") : `/${unique.join("/")}${end}`;
  });
const route = fc.record({
  path,
  host: fc.constantFrom(undefined, undefined, "a.b.c", "b.c", "*.b.c", "*.c"),
  methods: fc.constantFrom([], [], ["GET"], ["POST", "GET"], ["PUT"], ["HEAD"]),
  headers: fc.constantFrom<Record<string, string>>(
    {},
    {},
    { h: "1" },
    { h: "2" },
    { h: "1", i: "1" },
  ),
});
const services = fc.array(fc.array(route, { minLength: 1, maxLength: 8 }), {
  minLength: 1,
  maxLength: 4,
});
const sentSegment = fc.constantFrom(
  "a",
  "b",
  "c",
  "a-b",
  "%61",
  "%7Ea",
  "~a",
  "%7ea",
  ",",
  "%2C",
  "%2c",
);
const request = fc
  .record({
    method: fc.constantFrom("GET", "HEAD", "POST", "PUT", "OPTIONS"),
    segments: fc.array(sentSegment, { maxLength: 5 }),
    slash: fc.boolean(),
    host: fc.constantFrom("a.b.c", "b.c", "x.b.c", "y.x.b.c", "c", "other", "a.b.c."),
    fields: fc.constantFrom<Record<string, string>>({}, { h: "1" }, { h: "2" }, { h: "1", i: "1" }),
  })
  .map(({ method, segments, slash, host, fields }) => {
    const sent = `/${segments.join("/")}${slash && segments.length > 0 ? "/" : ""}`;
    return fixtureRequest(method, sent, host, fields);
  });

function configurationOf(all: readonly (readonly Partial<Route>[])[]): Configuration {
  return fixtureConfiguration(all.map((routes, index) => fixtureService(`s${index}`, routes)));
}

/** A segment as the set of octets it stands for, reserved ones kept apart from encoded ones. */
function plain(segment: string): string {
  return segment.toLowerCase().replace(/%(?:2d|61|7e)/g, (found) => decodeURIComponent(found));
}

function pathFits(pattern: string, sent: string): boolean {
  const isPrefix = pattern.endsWith("/*");
  const wanted = (isPrefix ? pattern.slice(0, -2) : pattern).split("/").slice(1);
  const got = sent.split("/").slice(1);
  if (isPrefix ? got.length < wanted.length : got.length !== wanted.length) return false;
  return wanted.every((segment, at) =>
    segment.startsWith("{") ? got[at] !== "" : plain(segment) === plain(got[at] as string),
  );
}

function hostFits(host: string | undefined, sent: string): boolean {
  if (host === undefined) return true;
  const name = sent.replace(/\.$/, "");
  return host.startsWith("*.")
    ? name.endsWith(host.slice(1)) && name.length >= host.length
    : name === host;
}

function methodFits(methods: readonly string[], sent: string): boolean {
  if (methods.length === 0 || methods.includes(sent)) return true;
  return sent === "HEAD" && methods.includes("GET");
}

/** What is compared, in order; the smaller wins. */
function rank({ path: pattern, host, headers, methods }: Route): readonly (string | number)[] {
  const kinds = pattern
    .split("/")
    .slice(1)
    .map((segment) => {
      if (segment === "*") return "3";
      return segment.startsWith("{") ? "1" : "0";
    });
  const spelled = pattern.endsWith("/*") ? kinds.join("") : `${kinds.join("")}2`;
  const hosts = ["a.b.c", "b.c", "*.b.c", "*.c", undefined];
  const hostRank = Math.max(1, hosts.indexOf(host));
  return [spelled, hostRank, -Object.keys(headers).length, methods.length === 0 ? 1 : 0];
}

function reference(configuration: Configuration, sent: RoutableRequest): string {
  const all = configuration.services.flatMap((service) => service.routes);
  const fitting = all.filter(
    (candidate) =>
      pathFits(candidate.path, sent.path) &&
      hostFits(candidate.host, sent.host) &&
      Object.entries(candidate.headers).every(([name, value]) => sent.field(name) === value),
  );
  const matching = fitting.filter((candidate) => methodFits(candidate.methods, sent.method));
  if (matching.length > 0) {
    const best = matching.reduce((one, other) => {
      const [left, right] = [rank(one), rank(other)];
      const at = left.findIndex((value, index) => value !== right[index]);
      return at < 0 || (left[at] as string) < (right[at] as string) ? one : other;
    });
    return String(all.indexOf(best));
  }
  const allowed = new Set(fitting.flatMap((candidate) => candidate.methods));
  if (allowed.has("GET")) allowed.add("HEAD");
  return allowed.size === 0 ? "404" : `405 ${[...allowed].sort().join(" ")}`;
}

function routed(match: ReturnType<ReturnType<typeof createRouter>["match"]>): string {
  if (match.kind === "route") return String(match.index);
  return [match.status, ...match.allowedMethods].join(" ");
}

test("the router and a search through all routes agree", () => {
  const hits = { route: 0, 404: 0, 405: 0 };
  fc.assert(
    fc.property(services, fc.array(request, { minLength: 10, maxLength: 10 }), (all, requests) => {
      const configuration = configurationOf(all);
      const router = createRouter(configuration);
      for (const sent of requests) {
        const match = router.match(sent);
        hits[match.kind === "route" ? "route" : match.status]++;
        assert.equal(routed(match), reference(configuration, sent));
        const bytes = Buffer.from(`GET ${sent.path}?x`, "latin1");
        const octets = { bytes, pathStart: 4, pathEnd: 4 + sent.path.length };
        assert.equal(routed(router.match({ ...sent, octets })), routed(match), sent.path);
      }
    }),
    { numRuns: 3_000 },
  );
  // A generator whose requests never meet a route would prove nothing.
  for (const [kind, count] of Object.entries(hits)) assert.ok(count > 500, `${kind}: ${count}`);
});

test("so do they where many routes of one path differ in fields and methods alone", () => {
  const fields = fc.dictionary(fc.constantFrom("h", "i", "j"), fc.constantFrom("1", "2", "3"));
  const one = fc.record({
    path: fc.constant("/a"),
    host: fc.constantFrom(undefined, "*.c"),
    methods: fc.constantFrom([], ["GET"], ["POST", "GET"], ["PUT"]),
    headers: fields,
  });
  const sent = fc
    .tuple(fc.constantFrom("GET", "PUT", "OPTIONS"), fc.constantFrom("b.c", "d"), fields)
    .map(([method, host, own]) => fixtureRequest(method, "/a", host, own));
  const crowd = fc.array(one, { minLength: 20, maxLength: 40 });
  fc.assert(
    fc.property(crowd, fc.array(sent, { minLength: 10, maxLength: 10 }), (routes, requests) => {
      const configuration = configurationOf([routes]);
      const router = createRouter(configuration);
      for (const each of requests) {
        assert.equal(routed(router.match(each)), reference(configuration, each));
      }
    }),
    { numRuns: 500 },
  );
});

test("of ten thousand routes that differ in a field's value, no more are tried than of ten", () => {
  const lookUps = (count: number, value: string): number => {
    const routes = Array.from({ length: count }, (_, at) => ({
      path: "/a",
      headers: { tenant: `${at}`, region: "one" },
    }));
    const router = createRouter(configurationOf([routes]));
    const sent = fixtureRequest("GET", "/a", "d", { tenant: value, region: "one" });
    let asked = 0;
    const field = (name: string) => {
      asked++;
      return sent.field(name);
    };
    const { kind } = router.match({ ...sent, field });
    assert.equal(kind, Number(value) < count ? "route" : "miss");
    return asked;
  };
  assert.equal(lookUps(10_000, "9999"), lookUps(10, "9"));
  assert.equal(lookUps(10_000, "none"), lookUps(10, "none"));
});

const deadCodes = /^route-(duplicate|ambiguous|shadowed)$/;

function placesOf(diagnostics: ReturnType<typeof checkRoutes>): ReadonlySet<string> {
  return new Set(diagnostics.map(({ source }) => `${source?.file}:${source?.line}`));
}

test("a route reported as one that can never be chosen never is", () => {
  // Few shapes, so that routes stand in each other's way.
  const crowded = fc.array(
    fc.array(fc.tuple(route, fc.constantFrom("/a/{x}", "/a/{y}", "/a/*")), { minLength: 1 }),
    { minLength: 1, maxLength: 3 },
  );
  let reported = 0;
  fc.assert(
    fc.property(crowded, fc.array(request, { minLength: 20, maxLength: 20 }), (all, requests) => {
      const configuration = configurationOf(
        all.map((routes) => routes.map(([one, crowdedPath]) => ({ ...one, path: crowdedPath }))),
      );
      const dead = placesOf(checkRoutes(configuration).filter(({ code }) => deadCodes.test(code)));
      reported += dead.size;
      const router = createRouter(configuration);
      for (const sent of requests) {
        const match = router.match(sent);
        if (match.kind !== "route") continue;
        const { file, line } = match.route.source;
        assert.ok(!dead.has(`${file}:${line}`), `${file}:${line} was chosen`);
      }
    }),
    { numRuns: 1_500 },
  );
  assert.ok(reported > 500, `${reported} reported`);
});

/** Paths that a pattern matches, with the segment `d`, which no route spells. */
function samplesOf(pattern: string): readonly string[] {
  const own = pattern.replace(/\{\w+\}/g, "d");
  if (!own.endsWith("/*")) return [own];
  const base = own.slice(0, -2);
  const ends = ["", "/", "/d", "/d/", "/d/d/d/d/d/d/d"];
  return ends.map((end) => `${base}${end}`).filter((sent) => sent !== "");
}

/** Several routes together can take all of `/a/*`: `/a`, `/a/`, `/a/{x}/*`. That is not sought. */
function isCutUp(candidate: CompiledRoute, routes: readonly CompiledRoute[]): boolean {
  const { rest, shape } = candidate.pattern;
  return rest && routes.some(({ pattern }) => pattern.shape.startsWith(shape.replace(/\*$/, "{}")));
}

test("a route that is not reported is chosen for some request", () => {
  let tried = 0;
  fc.assert(
    fc.property(services, (all) => {
      const configuration = configurationOf(all);
      const dead = placesOf(checkRoutes(configuration).filter(({ code }) => deadCodes.test(code)));
      const { routes, match } = createRouter(configuration);
      for (const candidate of routes) {
        const { path: pattern, source, host, methods, headers } = candidate.route;
        const place = `${source.file}:${source.line}`;
        if (dead.has(place) || isCutUp(candidate, routes)) continue;
        tried++;
        const sentHost = host?.replace("*", "zz") ?? "zz";
        const sentMethods = methods.length === 0 ? ["OTHER"] : methods;
        const isChosen = samplesOf(pattern).some((sent) =>
          sentMethods.some(
            (method) => match(fixtureRequest(method, sent, sentHost, headers)) === candidate,
          ),
        );
        assert.ok(isChosen, `${place} was never chosen`);
      }
    }),
    { numRuns: 1_500 },
  );
  assert.ok(tried > 5_000, `${tried} tried`);
});

test("forwarding a prefix route gives back what stood behind the prefix, as it was sent", () => {
  const prefix = fc.array(fc.constantFrom("orders", "~v1", "a-b"), { minLength: 1, maxLength: 3 });
  const disguised = (segment: string): fc.Arbitrary<string> =>
    fc
      .array(fc.boolean(), { minLength: segment.length, maxLength: segment.length })
      .map((coded) =>
        [...segment]
          .map((letter, at) => (coded[at] ? `%${letter.charCodeAt(0).toString(16)}` : letter))
          .join(""),
      );
  const cases = prefix.chain((segments) =>
    fc.record({
      segments: fc.constant(segments),
      sent: fc.tuple(...segments.map(disguised)),
      rest: fc.constantFrom("", "/", "/x", "/%6frders/%2Fy/", "/orders/~v1"),
    }),
  );
  fc.assert(
    fc.property(cases, ({ segments, sent, rest }) => {
      const stripPrefix = `/${segments.join("/")}`;
      const { match } = createRouter(
        configurationOf([[{ path: `${stripPrefix}/*`, stripPrefix }]]),
      );
      const sentPath = `/${sent.join("/")}${rest}`;
      const found = match(fixtureRequest("GET", sentPath));
      assert.ok(found.kind === "route", sentPath);
      assert.equal(forwardedPath(found, sentPath), rest === "" ? "/" : rest);
    }),
    { numRuns: 1_000 },
  );
});
