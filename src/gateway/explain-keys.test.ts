/** What is said of keys is what becomes of a request that has them. */
import assert from "node:assert/strict";
import test from "node:test";
import { createHash } from "node:crypto";
import type { Configuration } from "#configuration/configuration.ts";
import { explainRoute } from "./explain.ts";
import { fixtureConfiguration, fixtureService } from "./router-fixture.ts";

const [one, two] = ["key-of-one-0123456789", "key-of-two-0123456789"];
const [old, next] = ["old-key-0123456789", "new-key-0123456789"];
const digest = (key: string): string => createHash("sha256").update(key).digest("hex");
const plain = fixtureConfiguration(
  [fixtureService("orders", [{ path: "/orders/*" }])],
  [
    { name: "one", keysSha256: [digest(one)], may: ["*"] },
    { name: "two", keysSha256: [digest(two)], may: ["*"] },
    { name: "moving", keysSha256: [digest(old), digest(next)], may: ["*"] },
  ],
);
const everywhere: Configuration = {
  ...plain,
  identity: { order: ["key"], key: { cookie: "session", query: "api_key" }, options: {} },
};

const both = { "x-api-key": one, authorization: `Bearer ${two}` };
const cases: readonly (readonly [Configuration, string, object, string, RegExp])[] = [
  [plain, "", { "x-api-key": one }, "routed", /^one: by its key$/],
  [plain, "", { ...both, authorization: `Bearer ${one}` }, "routed", /^one: by its key$/],
  [plain, "", { ...both, authorization: "Bearer of-the-service" }, "routed", /^one: by its key$/],
  [plain, "", both, "401", /X-Api-Key has another key than Authorization: Bearer$/],
  [plain, "", { "x-api-key": old }, "routed", /^moving: by its key$/],
  [
    plain,
    "",
    { "x-api-key": next, authorization: `Bearer ${old}` },
    "routed",
    /^moving: by its key$/,
  ],
  [everywhere, `?api_key=${old}`, { "x-api-key": next }, "routed", /^moving: by its key$/],
  [everywhere, "", both, "401", /X-Api-Key has another key than Authorization: Bearer$/],
  [everywhere, "", { cookie: `session=${two}` }, "routed", /^two: by its key$/],
  [everywhere, `?api_key=${two}`, {}, "routed", /^two: by its key$/],
  [everywhere, `?api_key=${two}`, { cookie: `session=${two}` }, "401", /several keys$/],
  [everywhere, `?api_key=${two}`, { "x-api-key": one }, "401", /another key than cookie or query$/],
  [everywhere, "?api_key=of-nobody", {}, "401", /the key belongs to no caller$/],
  [everywhere, "", {}, "401", /no proof is there, and no caller anonymous$/],
];

for (const [configuration, query, headers, end, expected] of cases) {
  const where = configuration.identity === undefined ? "headers" : "all places";
  const sent = `${query} ${JSON.stringify(headers)}`;
  test(`with keys in ${where}, ${sent} is explained as it goes`, () => {
    const request = { method: "GET", url: `/orders/7${query}`, headers: { ...headers } };
    const { outcome, steps } = explainRoute(configuration, request);
    assert.equal(outcome.kind === "refused" ? String(outcome.status) : "routed", end);
    const told = steps.filter(({ step }) => step === "caller").at(-1);
    assert.match(`${told?.what}: ${told?.why}`, expected);
    const behind = steps.filter(({ step }) => step !== "target");
    assert.doesNotMatch(JSON.stringify(behind), /0123456789/);
  });
}
