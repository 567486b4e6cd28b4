/** How limits, circuits and instances stand now, as a running gateway explains it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runGateway, runService, type RunningGateway } from "./run-gateway.ts";

interface Told {
  readonly outcome: { readonly kind: string; readonly status?: number; readonly why?: string };
  readonly steps: readonly {
    readonly step: string;
    readonly what: string;
    readonly why: string;
    readonly verdict: string;
  }[];
}

async function explain({ adminUrl }: RunningGateway, url: string): Promise<Told> {
  const query = new URLSearchParams({ method: "GET", url, as: "shop" });
  return (await (await fetch(`${adminUrl}/api/v1/explain?${String(query)}`)).json()) as Told;
}

const callers = `callers: { shop: { key: "a-key-that-is-long-enough", may: ["*"] } }`;
const headers = { "x-api-key": "a-key-that-is-long-enough" };

test("what is left of a limit is told, and that such a request would be refused", async (t) => {
  const { url } = await runService(t);
  const gateway = await runGateway(
    t,
    `version: 1
listen: { host: 127.0.0.1, port: 0, adminPort: 0, workers: 2 }
services:
  echo:
    instances: ["${url}"]
    policies:
      - rate-limit: { requests: 3, windowMs: 60000 }
      - concurrency: { max: 7 }
${callers}
ledger: off
`,
  );
  const why = async (name: string): Promise<string> => {
    const { steps } = await explain(gateway, "/echo/");
    return steps.find(({ what }) => what === name)?.why ?? "";
  };
  assert.match(await why("rate-limit"), /; room for 3 now /);
  const ask = async () => (await fetch(`${gateway.url}/echo/`, { headers })).text();
  await ask();
  assert.match(await why("rate-limit"), /; room for 2 now /);
  assert.match(await why("concurrency"), /; 0 under way now, 0 wait /);
  await ask();
  await ask();
  assert.match(await why("rate-limit"), /; no room for \d+ ms /);
  const { outcome } = await explain(gateway, "/echo/");
  assert.deepEqual([outcome.kind, outcome.status], ["refused", 429]);
  assert.match(outcome.why ?? "", /^rate-limited: at most 3 requests in 60000 ms are allowed/);
});

test("instances are told with how they are, which may be asked, and why not the others", async (t) => {
  const [well, drained, unwell] = [await runService(t), await runService(t), "http://127.0.0.1:9"];
  const gateway = await runGateway(
    t,
    `version: 1
listen: { host: 127.0.0.1, port: 0, adminPort: 0, workers: 2 }
zone: here
services:
  echo:
    instances:
      - { url: "${well.url}", weight: 300, zone: here }
      - { url: "${drained.url}", drain: true }
      - { url: "${unwell}", zone: here }
    health: { path: /, intervalMs: 200, unhealthyAfter: 1 }
    policies: [{ breaker: { requestsMin: 100 } }]
${callers}
ledger: off
`,
  );
  await gateway.seen("instance-unwell");
  await new Promise((resolve) => setTimeout(resolve, 500));
  await (await fetch(`${gateway.url}/echo/`, { headers })).text();
  const { steps } = await explain(gateway, "/echo/");
  const instances = steps.filter(({ step }) => step === "instance");
  const [first, second, third, choice] = instances;
  assert.match(first?.why ?? "", /, weight 300, zone here, well, 0 under way$/);
  assert.match(second?.why ?? "", /, drained, well, 0 under way$/);
  assert.match(third?.why ?? "", /, zone here, unhealthy, 0 under way$/);
  assert.deepEqual([choice?.verdict, choice?.what], ["chosen", well.url]);
  assert.equal(
    choice?.why,
    "the only one that may be asked; " +
      `passed over: ${drained.url} is drained, ${unwell} is unhealthy`,
  );
  const breaker = steps.find(({ what }) => what === "breaker");
  assert.match(breaker?.why ?? "", /; closed, 0 of 1 failed /);
});
