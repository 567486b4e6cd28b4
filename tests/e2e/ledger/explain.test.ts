/** `parlance explain EXCHANGE`: what became of one, and which rules such a request meets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createFolder } from "#tests/e2e/cli/run-parlance.ts";
import { configurationOf, runGateway, runService } from "../running/run-gateway.ts";
import { ledgerFolder, readLedger } from "./read-ledger.ts";

test("an exchange that was passed on, and one that was refused, are told phase by phase", async (t) => {
  const service = await runService(t);
  const ledger = ledgerFolder(t);
  const text = configurationOf(service.url, { more: ledger.text() }).replace(
    "callers: open",
    `policies: [{ rate-limit: { requests: 1, windowMs: 60000 } }]
callers: { shop: { key: "a-key-that-is-long-enough", may: ["*"] } }`,
  );
  const gateway = await runGateway(t, text);
  const ask = async (): Promise<string> => {
    const headers = { "x-api-key": "a-key-that-is-long-enough" };
    const answer = await fetch(`${gateway.url}/echo/`, { headers });
    await answer.text();
    return answer.headers.get("parlance-exchange") ?? "";
  };
  const [passed, refused] = [await ask(), await ask()];
  using folder = createFolder();
  folder.write("parlance.yaml", text);
  const explain = (id: string, ...more: string[]) => folder.parlance(["explain", id, ...more]);

  const fine = explain(passed);
  assert.equal(fine.code, 0, fine.err);
  assert.match(fine.out, /routed .* echo\.default by \/echo\/\*/);
  assert.match(fine.out, /known .* shop \(key\)/);
  assert.match(fine.out, /sent +\d+\.\d\d ms +to http:\/\/127\.0\.0\.1:\d+.*, attempt 1/);
  assert.match(fine.out, /ended +\d+\.\d\d ms +\w+, status 200/);
  assert.match(fine.out, /policy +rate-limit: at most 1 in 60000 ms for each caller/);

  const broken = explain(refused);
  assert.equal(broken.code, 1, broken.err);
  const words = /status 429: rate-limited \(resource_exhausted\), broken by the policy rate-limit/;
  assert.match(broken.out, words);
  const told = JSON.parse(explain(refused, "--json").out) as { exchange: string };
  assert.equal(told.exchange, refused);
  const { entries } = readLedger(ledger.path);
  const decided = entries.flatMap((entry) => (entry.kind === "exchange" ? [entry.policy] : []));
  assert.deepEqual(decided, [undefined, "rate-limit"]);

  const unknown = explain("0".repeat(32));
  assert.equal(unknown.code, 1);
  assert.match(unknown.err, /there is no entry of the exchange 0{32}/);

  const without = explain(passed, "--ledger", ledger.path, "--config", "none.yaml");
  assert.equal(without.code, 3);
  assert.match(without.out + without.err, /none\.yaml:1:1: error unreadable-configuration: /);
});
