import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import type { Caller, Grant } from "#configuration/configuration.ts";
import { createAuthorization } from "./authorization.ts";
import { presentedKey } from "./header-keys.ts";
import { fixtureConfiguration, fixtureService } from "./router-fixture.ts";

const services = [
  fixtureService("orders", [{ id: "get" }, { id: "put" }, { id: "default" }]),
  fixtureService("billing", [{ id: "default" }]),
  fixtureService("order", [{ id: "get" }]),
];
/** In the order of their indexes. */
const routes = ["orders.get", "orders.put", "orders.default", "billing.default", "order.get"];

function caller(
  name: string,
  keys: string | readonly string[] | undefined,
  may: readonly Grant[],
): Caller {
  const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
  return { name, keysSha256: [keys ?? []].flat().map(digest), may };
}

test("a caller without a key is not whoever sends none, but for the one of that name", () => {
  const wsSecurity = { password: undefined, signature: undefined, ageMsMax: 1, skewMs: 0 };
  const callers = [{ ...caller("erp", undefined, ["*"]), wsSecurity }, caller("a", "a", [])];
  const authorization = createAuthorization(fixtureConfiguration(services, callers));
  assert.equal(authorization.callerOf(undefined), undefined);
  assert.equal(authorization.callerNamed("erp"), 0);
  assert.equal(authorization.byMessage, true);
  assert.deepEqual([0, 1, undefined].map(authorization.provesByMessage), [true, false, false]);
  const open = [...callers, caller("anonymous", undefined, [])];
  const both = createAuthorization(fixtureConfiguration(services, open));
  assert.equal(both.callerOf(undefined), 2);
});

describe("what callers may", () => {
  const cases: readonly (readonly [may: readonly string[], allowed: readonly string[]])[] = [
    [[], []],
    [["*"], routes],
    [["orders.*"], ["orders.get", "orders.put", "orders.default"]],
    [["orders.put"], ["orders.put"]],
    [["order.*"], ["order.get"]],
    [
      ["billing.default", "order.get"],
      ["billing.default", "order.get"],
    ],
    [
      ["orders.*", "orders.get"],
      ["orders.get", "orders.put", "orders.default"],
    ],
    // Nothing that is not exactly a service or a route grants anything.
    [["orders"], []],
    [["orders.g*", "*.get", "ORDERS.*", "orders.", ".*", "**", "", "orders.*.*", " orders.*"], []],
    [["missing.*", "orders.missing"], []],
  ];
  for (const [may, allowed] of cases)
    test(`${JSON.stringify(may)} allows ${allowed.join(", ") || "nothing"}`, () => {
      // Neighbours with and without rights show bits that leak from one caller to the next.
      const callers = [caller("a", "a", ["*"]), caller("b", "b", may), caller("c", "c", [])];
      const authorization = createAuthorization(fixtureConfiguration(services, callers));
      const found = (index: number): readonly string[] =>
        routes.filter((_, route) => authorization.may(index, route));
      assert.deepEqual(found(1), allowed);
      assert.deepEqual(found(0), routes);
      assert.deepEqual(found(2), []);
    });

  test("nobody, callers that do not exist and routes that do not exist are refused", () => {
    const callers = [caller("a", "a", ["*"])];
    const { may } = createAuthorization(fixtureConfiguration(services, callers));
    assert.equal(may(undefined, 0), false);
    for (const index of [-1, 1, 0.5, Number.NaN]) assert.equal(may(index, 0), false, `${index}`);
    for (const route of [-1, routes.length, 31, 32, Number.NaN])
      assert.equal(may(0, route), false, `${route}`);
  });

  test("rights hold over more routes than a word has bits", () => {
    const many = Array.from({ length: 100 }, (_, at) => ({ id: `r${at}` }));
    const all = [fixtureService("a", many), fixtureService("b", many)];
    const callers = [caller("x", "x", ["a.r31", "a.r32", "b.*"]), caller("y", "y", ["a.r0"])];
    const { may } = createAuthorization(fixtureConfiguration(all, callers));
    const allowed = Array.from({ length: 200 }, (_, at) => at).filter((at) => may(0, at));
    const ofB = Array.from({ length: 100 }, (_, at) => 100 + at);
    assert.deepEqual(allowed, [31, 32, ...ofB]);
  });

  test("open callers: anybody may do anything", () => {
    const { open, may, callerOf } = createAuthorization(fixtureConfiguration(services));
    assert.deepEqual([open, may(undefined, 0), callerOf("k")], [true, true, undefined]);
  });
});

describe("what callers may by some methods and scopes", () => {
  const operation = { face: "rest", operation: "get" } as const;
  const contract = fixtureService("shop", [
    { id: "get", methods: ["GET"], ...operation },
    { id: ".grpc.get", methods: ["POST"], face: "grpc", operation: "get" },
    { id: "own", methods: [], ...operation },
    { id: "put", methods: ["POST"], face: "rest", operation: "put" },
    { id: ".soap", methods: ["GET", "POST"], face: "soap" },
  ]);
  const mayOf = (...may: readonly Grant[]) => {
    const callers = [caller("b", "b", []), caller("a", "a", may), caller("c", "c", ["*"])];
    return createAuthorization(fixtureConfiguration([contract, ...services], callers));
  };
  const scopes = (...names: readonly string[]) => ({ scopes: new Set(names) });

  test("operations have the methods of their REST form, other routes those of the request", () => {
    const { may } = mayOf({ operations: "*", methods: ["GET"] });
    const asked = (method?: string) =>
      Array.from({ length: 10 }, (_, route) => route).filter((route) =>
        may(1, route, { scopes: undefined, ...(method !== undefined && { method }) }),
      );
    assert.deepEqual(asked("GET"), [0, 1, 2, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(asked("HEAD"), asked("GET"));
    assert.deepEqual(asked("POST"), [0, 1, 2]);
    assert.deepEqual(asked(), [0, 1, 2]);
    assert.deepEqual(
      [may(1, 0), may(1, 3), may(0, 0, { scopes: undefined })],
      [true, false, false],
    );
  });

  test("scopes are needed all, and those that are not known are not there", () => {
    const { may, scopesFor } = mayOf({ operations: "shop.get", scopes: ["a", "b"] });
    const cases = [undefined, { scopes: undefined }, scopes(), scopes("a"), scopes("a", "c")];
    for (const asked of cases) {
      assert.equal(may(1, 0, asked), false);
      assert.deepEqual(scopesFor(1, 0, asked), ["a", "b"]);
    }
    assert.equal(may(1, 0, scopes("b", "a")), true);
    assert.deepEqual([may(1, 3, scopes("a", "b")), scopesFor(1, 3)], [false, undefined]);
    for (const other of [0, 2, 3, -1, undefined, Number.NaN]) {
      assert.equal(scopesFor(other, 0), undefined);
    }
  });

  test("scopes do not help where the method is another", () => {
    const grant = { operations: "orders.*", methods: ["PUT"], scopes: ["a"] };
    const { may, scopesFor } = mayOf(grant);
    const asked = { ...scopes("a"), method: "GET" };
    assert.deepEqual([may(1, 5, asked), scopesFor(1, 5, asked)], [false, undefined]);
    assert.equal(may(1, 5, { ...asked, method: "PUT" }), true);
    assert.deepEqual(scopesFor(1, 5, { ...scopes(), method: "PUT" }), ["a"]);
  });
});

describe("whose key", () => {
  test("a key is its caller's, the first and every further time", () => {
    const callers = [caller("a", "key-a", []), caller("b", "key-b", [])];
    const { callerOf } = createAuthorization(fixtureConfiguration(services, callers));
    for (let time = 0; time < 3; time++) {
      assert.equal(callerOf("key-b"), 1);
      assert.equal(callerOf("key-a"), 0);
      for (const strange of ["key-c", "KEY-A", "key-a ", "", "__proto__"])
        assert.equal(callerOf(strange), undefined, strange);
    }
  });

  test("every key of a caller is its own, and is digested once only", (context) => {
    const callers = [
      caller("anonymous", undefined, []),
      caller("a", ["a-1", "a-2", "a-3"], []),
      caller("b", "key-b", []),
      caller("c", ["c-1", "c-2"], []),
    ];
    const { callerOf } = createAuthorization(fixtureConfiguration(services, callers));
    const keys = ["a-1", "a-2", "a-3", "key-b", "c-1", "c-2"];
    const owners = [1, 1, 1, 2, 3, 3];
    assert.deepEqual(keys.map(callerOf), owners);
    const digested = context.mock.method(Buffer, "from");
    for (let time = 0; time < 3; time++) assert.deepEqual(keys.map(callerOf), owners);
    assert.equal(digested.mock.callCount(), 0);
    assert.equal(callerOf("a-4"), undefined);
    assert.equal(digested.mock.callCount(), 1);
  });

  test("a digest is no key", () => {
    const callers = [caller("a", "key-a", [])];
    const { callerOf } = createAuthorization(fixtureConfiguration(services, callers));
    assert.equal(callerOf(callers[0]?.keysSha256[0]), undefined);
  });

  test("a key beyond ASCII is compared by its octets, as UTF-8", () => {
    const callers = [caller("a", "schlüssel", [])];
    const { callerOf } = createAuthorization(fixtureConfiguration(services, callers));
    assert.equal(callerOf(Buffer.from("schlüssel").toString("latin1")), 0);
    assert.equal(callerOf("schlüssel"), undefined);
  });

  test("no key is the caller anonymous, a wrong key is not", () => {
    const callers = [caller("a", "key-a", []), caller("anonymous", undefined, ["order.get"])];
    const { callerOf } = createAuthorization(fixtureConfiguration(services, callers));
    assert.equal(callerOf(undefined), 1);
    assert.equal(callerOf("wrong"), undefined);
    assert.equal(callerOf(""), undefined);
    const without = createAuthorization(fixtureConfiguration(services, callers.slice(0, 1)));
    assert.equal(without.callerOf(undefined), undefined);
  });

  test("keys of strangers are not remembered", () => {
    const callers = [caller("a", "key-a", [])];
    const { callerOf } = createAuthorization(fixtureConfiguration(services, callers));
    const remembered: unknown[] = [];
    const arrays = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;
    const original = arrays.set;
    arrays.set = function set(octets: Uint8Array, at: number) {
      remembered.push(Buffer.from(octets).toString());
      return original.call(this, octets, at);
    };
    try {
      for (let at = 0; at < 1_000; at++) callerOf(`stranger-${at}`);
      callerOf("key-a");
      callerOf("key-a");
    } finally {
      arrays.set = original;
    }
    assert.deepEqual(remembered, ["key-a"]);
  });
});

test("a key is presented as X-Api-Key, else as a bearer token", () => {
  const cases: readonly (readonly [Record<string, string>, string | undefined])[] = [
    [{}, undefined],
    [{ "x-api-key": "k" }, "k"],
    [{ authorization: "Bearer k" }, "k"],
    [{ authorization: "bEARER  k" }, "k"],
    [{ "x-api-key": "k", authorization: "Bearer other" }, "k"],
    [{ "x-api-key": "" }, ""],
    [{ authorization: "Basic azo=" }, undefined],
    [{ authorization: "Bearerk" }, undefined],
    [{ authorization: "Bearer" }, undefined],
  ];
  for (const [fields, expected] of cases)
    assert.equal(
      presentedKey((name) => fields[name]),
      expected,
      JSON.stringify(fields),
    );
});
