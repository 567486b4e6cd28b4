/** Explanations of a running gateway: the admin API, `parlance explain --admin`, and costs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createFolder } from "#tests/e2e/cli/run-parlance.ts";
import { ledgerFolder } from "#tests/e2e/ledger/read-ledger.ts";
import { readMetrics } from "./metrics-format.ts";
import { configurationOf, runGateway, runService, type RunningGateway } from "./run-gateway.ts";

const key = "a-key-that-is-long-enough";

interface Told {
  readonly happened: readonly { readonly phase: string; readonly what: string }[];
  readonly brokenBy?: string;
  readonly rules: { readonly steps: readonly Step[] };
  readonly steps: readonly Step[];
  readonly code: string;
  readonly detail: string;
}

interface Step {
  readonly step: string;
  readonly what: string;
  readonly cost?: { readonly averageUs: number; readonly exchanges: number };
}

async function start(t: Parameters<typeof runService>[0], more: string) {
  const service = await runService(t);
  const text = configurationOf(service.url, { more }).replace(
    "callers: open",
    `policies: [{ rate-limit: { requests: 100, windowMs: 60000 } }]
callers: { shop: { key: "${key}", may: ["*"] } }`,
  );
  const gateway = await runGateway(t, text);
  const ask = async (headers = {}): Promise<string> => {
    const answer = await fetch(`${gateway.url}/echo/`, { headers });
    await answer.text();
    return answer.headers.get("parlance-exchange") ?? "";
  };
  return { gateway, ask };
}

async function asked({ adminUrl }: RunningGateway, path: string) {
  const answer = await fetch(adminUrl + path);
  return { status: answer.status, told: (await answer.json()) as Told };
}

test("the admin API explains an exchange by the id that its refusal carries", async (t) => {
  const { gateway, ask } = await start(t, ledgerFolder(t).text());
  const refused = await ask();
  const { status, told } = await asked(gateway, `/api/v1/explain/${refused}`);
  assert.equal(status, 200);
  const ended = told.happened.find(({ phase }) => phase === "ended");
  assert.match(ended?.what ?? "", /status 401: caller-unknown \(unauthenticated\)/);
  assert.equal(told.brokenBy, "client");
  assert.ok(told.rules.steps.some(({ step }) => step === "caller"));
  const unknown = await asked(gateway, `/api/v1/explain/${"0".repeat(32)}`);
  assert.deepEqual([unknown.status, unknown.told.code], [404, "ledger-no-entry"]);
  const wrong = await asked(gateway, "/api/v1/explain/xyz");
  assert.deepEqual([wrong.status, wrong.told.code], [400, "bad-parameter"]);

  using folder = createFolder();
  const { out, code } = folder.parlance(["explain", refused, "--admin", gateway.adminUrl]);
  assert.equal(code, 1);
  assert.match(out, /status 401: caller-unknown/);
});

test("without a ledger the admin API says why it cannot explain an exchange", async (t) => {
  const { gateway, ask } = await start(t, "ledger: off");
  const { status, told } = await asked(gateway, `/api/v1/explain/${await ask()}`);
  assert.deepEqual([status, told.code], [404, "no-ledger"]);
});

test("what a policy has cost is in metrics and in explanations, by route", async (t) => {
  const { gateway, ask } = await start(t, "ledger: off");
  for (let count = 0; count < 5; count++) await ask({ "x-api-key": key });
  const samples = readMetrics(await (await fetch(`${gateway.adminUrl}/metrics`)).text());
  const valueOf = (name: string): number | undefined =>
    samples.find((one) => one.name === `parlance_policy_cost_seconds_${name}`)?.value;
  const count = valueOf("count") ?? 0;
  assert.ok(count >= 1 && count <= 2, `one in 64 and the first of each worker, ${count}`);
  assert.ok((valueOf("sum") ?? 0) > 0);

  const query = new URLSearchParams({ method: "GET", url: "/echo/x", as: "shop" });
  const { told } = await asked(gateway, `/api/v1/explain?${String(query)}`);
  const policy = told.steps.find(({ step }) => step === "policy");
  assert.equal(policy?.cost?.exchanges, count);
  assert.ok((policy?.cost?.averageUs ?? 0) > 0);
  using folder = createFolder();
  const args = ["explain", "GET", "/echo/x", "-H", `X-Api-Key: ${key}`];
  const { out, code } = folder.parlance([...args, "--admin", gateway.adminUrl]);
  assert.equal(code, 0, out);
  assert.match(out, /rate-limit: at most 100 .*, [\d.]+ µs of \d timed/);
  assert.match(out, /shop/);
});

test("a header that is none is refused without its value, and a port where nobody is", async (t) => {
  const { gateway } = await start(t, "ledger: off");
  const query = new URLSearchParams({ method: "GET", url: "/", header: "X Key: secret" });
  const { status, told } = await asked(gateway, `/api/v1/explain?${String(query)}`);
  assert.equal(status, 400);
  assert.match(told.detail, /parameter header is "X Key"; expected Name: value/);
  using folder = createFolder();
  const lost = folder.parlance(["explain", "GET", "/", "--admin", "http://127.0.0.1:9"]);
  assert.equal(lost.code, 3);
  assert.match(lost.err, /nobody answers at http:\/\/127\.0\.0\.1:9/);
});
