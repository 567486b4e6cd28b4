/** What policies refuse by themselves, as `explain` tells it before it happens. */
import assert from "node:assert/strict";
import test from "node:test";
import type { ExplainedRequest } from "#gateway/explain.ts";
import { createFolder } from "#tests/e2e/cli/run-parlance.ts";
import { thingsContract } from "#tests/support/things-contract.ts";

interface Case {
  readonly name: string;
  readonly policies: string;
  readonly request?: Partial<ExplainedRequest>;
  /** Of the outcome: its status, or what it is. */
  readonly outcome: number | string;
  readonly why?: RegExp;
}

const cases: readonly Case[] = [
  {
    name: "maintenance refuses whoever it is for",
    policies: '[{ maintenance: { message: "back at eight" } }]',
    outcome: 503,
    why: /^in-maintenance: back at eight$/,
  },
  {
    name: "and nobody else",
    policies: "[{ maintenance: { only: { callers: [batch] } } }]",
    outcome: "forwarded",
  },
  {
    name: "a fallback for it answers instead",
    policies: "[{ fallback: { on: [maintenance], file: answer.json } }, { maintenance: {} }]",
    outcome: "answered",
    why: /^fallback answers instead of in-maintenance$/,
  },
  {
    name: "one that is for something else does not",
    policies: "[{ fallback: { on: [timeout], file: answer.json } }, { maintenance: {} }]",
    outcome: 503,
  },
  {
    name: "an origin that may not ask",
    policies: '[{ cors: { origins: ["https://a.example"] } }]',
    request: { headers: { origin: "https://b.example" } },
    outcome: 403,
    why: /^origin-not-allowed: pages of "https:\/\/b.example" may not ask$/,
  },
  {
    name: "a key that is required",
    policies: "[{ idempotency: { required: true } }]",
    request: { method: "POST" },
    outcome: 400,
    why: /^idempotency-key-missing/,
  },
  {
    name: "not of what may be repeated",
    policies: "[{ idempotency: { required: true } }]",
    request: { method: "PUT" },
    outcome: "forwarded",
  },
];

test("what may not be sent twice is told to be neither repeated nor hedged", () => {
  using folder = createFolder();
  folder.write(
    "parlance.yaml",
    `version: 1
listen: { host: 127.0.0.1 }
services:
  up:
    instances: ["http://127.0.0.1:1"]
    policies: [{ retry: {} }, { hedge: { afterMs: 9 } }]
callers: open
`,
  );
  const told = (...more: string[]) => folder.parlance(["explain", ...more, "/up/"]).out;
  assert.match(told("POST"), /retry: .*; this one only where nothing was done/);
  assert.match(told("POST"), /hedge: .*; not this one: it may not be sent twice/);
  for (const out of [told("GET"), told("POST", "-H", "Idempotency-Key: a")]) {
    assert.doesNotMatch(out, /this one/);
  }
});

test("where all instances are drained, nobody can be asked", () => {
  using folder = createFolder();
  folder.write(
    "parlance.yaml",
    `version: 1
listen: { host: 127.0.0.1 }
services:
  up: { instances: [{ url: "http://127.0.0.1:1", drain: true }] }
callers: open
`,
  );
  const { out, code } = folder.parlance(["explain", "GET", "/up/"]);
  assert.equal(code, 1);
  assert.match(out, /Refused with 502: none of up: all of its are drained/);
});

test("addresses of the gateway's own faces, and pages that ask first, are told as they are answered", () => {
  using folder = createFolder();
  folder.write("up.openapi.yaml", thingsContract);
  folder.write(
    "parlance.yaml",
    `version: 1
listen: { host: 127.0.0.1 }
policies: [{ cors: { origins: ["https://a.example"] } }]
services:
  up: { contract: up.openapi.yaml, instances: ["http://127.0.0.1:1"] }
callers: { shop: { key: "a-key-that-is-long-enough", may: ["*"] } }
`,
  );
  const explain = (...args: string[]) => {
    const { out, code } = folder.parlance(["explain", ...args]);
    return [code, out.trimEnd().split("\n").at(-1) ?? ""] as const;
  };
  const face = /^Answered by the gateway itself: the address of a face over all services/;
  for (const path of ["/graphql", "/rpc", "/mcp"]) {
    const [code, told] = explain("POST", path, "--as", "shop");
    assert.equal(code, 0, told);
    assert.match(told, face);
  }
  assert.match(explain("POST", "/graphql")[1], /^Refused with 401: /);
  assert.match(explain("DELETE", "/rpc", "--as", "shop")[1], /^Refused with 405: /);
  const origin = ["-H", "Origin: https://b.example"];
  const refused = explain("POST", "/graphql", "--as", "shop", ...origin);
  assert.match(refused[1], /^Refused with 403: /);

  const asks = ["OPTIONS", "/up/things", "-H", "Access-Control-Request-Method: GET"];
  const allowed = explain(...asks, "-H", "Origin: https://a.example");
  assert.match(allowed[1], /^Answered by the gateway itself: pages that ask/);
  assert.match(explain(...asks, ...origin)[1], /^Refused with 403: origin-not-allowed/);
});

for (const { name, policies, request, outcome: expected, why } of cases) {
  test(name, () => {
    using folder = createFolder();
    folder.write("answer.json", "{}");
    folder.write(
      "parlance.yaml",
      `version: 1
listen: { host: 127.0.0.1 }
state: { path: state }
services:
  up: { instances: ["http://127.0.0.1:1"], policies: ${policies} }
callers:
  shop: { key: "a-key-that-is-long-enough", may: ["*"] }
  batch: { key: "b-key-that-is-long-enough", may: ["*"] }
`,
    );
    const args = ["explain", request?.method ?? "GET", "/up/", "--as", "shop", "--json"];
    for (const [field, value] of Object.entries(request?.headers ?? {})) {
      args.push("-H", `${field}: ${value}`);
    }
    const { out, code, err } = folder.parlance(args);
    const { outcome } = JSON.parse(out) as { outcome: Record<string, unknown> };
    assert.equal(outcome["status"] ?? outcome["kind"], expected, err);
    assert.equal(code, typeof expected === "number" ? 1 : 0);
    if (why !== undefined) assert.match(String(outcome["why"]), why);
  });
}
