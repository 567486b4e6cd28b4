/** Instances that register at the admin port, at a gateway of its own with two workers. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test, { type TestContext } from "node:test";
import {
  replaceFile,
  runGateway,
  runService,
  type RunningGateway,
} from "#tests/e2e/running/run-gateway.ts";

const configuration = (more = ""): string => `version: 1
listen: { host: 127.0.0.1, port: 0, adminPort: 0, workers: 2 }
callers: open
ledger: off
services:
  up: { discover: { leases: { ttlMsMax: 60000, leasesMax: 2 } } }
  fixed: { instances: ["http://127.0.0.1:1"] }
${more}`;

const start = (context: TestContext): Promise<RunningGateway> =>
  runGateway(context, configuration());

interface Answer {
  readonly status: number;
  readonly value: Readonly<Record<string, unknown>>;
}

async function admin(
  { adminUrl }: RunningGateway,
  method: string,
  path: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const url = `${adminUrl}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`;
  const answer = await fetch(url, { method });
  return { status: answer.status, value: (await answer.json()) as Answer["value"] };
}

/** Statuses and bodies that come, whichever worker is asked. */
async function ask({ url }: RunningGateway): Promise<readonly string[]> {
  const seen = new Set<string>();
  for (let count = 0; count < 16; count++) {
    const answer = await fetch(`${url}/up/`, { headers: { connection: "close" } });
    const text = await answer.text();
    seen.add(answer.status === 200 ? text : `${answer.status}`);
  }
  return [...seen].toSorted();
}

/** Workers learn it within a moment. */
async function asks(gateway: RunningGateway, expected: readonly string[]): Promise<void> {
  let seen: readonly string[] = [];
  for (let round = 0; round < 50; round++) {
    seen = await ask(gateway);
    if (seen.join() === expected.join()) return;
  }
  assert.deepEqual(seen, expected);
}

test("who registers is asked by all workers, until it says that it goes", async (context) => {
  const [one, two] = [await runService(context, "one"), await runService(context, "two")];
  const gateway = await start(context);
  await asks(gateway, ["502"]);
  const first = await admin(gateway, "POST", "services/up/leases", { url: one.url });
  assert.equal(first.status, 201);
  const { id, expires, registered, ...rest } = first.value;
  assert.deepEqual(rest, {
    ...{ service: "up", url: one.url, weight: 100, priority: 0, ttlMs: 30_000 },
  });
  assert.equal(Date.parse(String(expires)) - Date.parse(String(registered)), 30_000);
  const second = { url: two.url, zone: "a", weight: "100", ttlMs: "60000" };
  assert.equal((await admin(gateway, "POST", "services/up/leases", second)).status, 201);
  await asks(gateway, ["one", "two"]);
  const { value } = await admin(gateway, "GET", "leases");
  const urls = (value["leases"] as readonly { url: string }[]).map(({ url }) => url);
  assert.deepEqual(urls, [one.url, two.url]);
  const explained = await admin(gateway, "GET", "explain", { method: "GET", url: "/up/x" });
  const text = JSON.stringify(explained.value);
  for (const { url } of [one, two]) assert.ok(text.includes(`${url} GET /x`), text);
  assert.match(text, /further instances of up: leases at the admin port/);
  assert.equal((await admin(gateway, "DELETE", `leases/${String(id)}`)).status, 200);
  await asks(gateway, ["two"]);
});

test("who does not renew is gone in time, who does stays", async (context) => {
  const [one, two] = [await runService(context, "one"), await runService(context, "two")];
  const gateway = await start(context);
  const ids: string[] = [];
  for (const { url } of [one, two]) {
    const { value } = await admin(gateway, "POST", "services/up/leases", { url, ttlMs: "1500" });
    ids.push(String(value["id"]));
  }
  await asks(gateway, ["one", "two"]);
  const renew = (): void => {
    admin(gateway, "PUT", `leases/${ids[1]}`).catch(() => undefined);
  };
  const renewing = setInterval(renew, 300);
  context.after(() => clearInterval(renewing));
  const expired = await gateway.seen("lease-expired");
  assert.equal(expired["service"], "up");
  await asks(gateway, ["two"]);
  const late = await admin(gateway, "PUT", `leases/${ids[0]}`);
  assert.deepEqual([late.status, late.value["code"]], [404, "unknown-lease"]);
  await new Promise((resolve) => setTimeout(resolve, 1_600));
  await asks(gateway, ["two"]);
});

test("leases survive a new revision and a worker that dies, not their service", async (context) => {
  const one = await runService(context, "one");
  const gateway = await runGateway(context, configuration(), {
    env: { PARLANCE_TEST_FAULT: "throw" },
  });
  await admin(gateway, "POST", "services/up/leases", { url: one.url });
  await asks(gateway, ["one"]);
  replaceFile(gateway.configPath, configuration("timeouts: { totalMs: 20000 }\n"));
  await gateway.seen("revision-taken");
  assert.deepEqual(await ask(gateway), ["one"]);
  gateway.kill("SIGUSR2");
  await gateway.seen("worker-replaced");
  assert.deepEqual(await ask(gateway), ["one"]);
  const without = readFileSync(gateway.configPath, "utf8").replace(/ {2}up: .*\n/, "");
  replaceFile(gateway.configPath, without);
  await gateway.seen("revision-taken", ({ message }) => message.includes("services.up removed"));
  const { value } = await admin(gateway, "GET", "leases");
  assert.deepEqual(value["leases"], []);
});

test("what registers is checked like any other instance", async (context) => {
  const [sick, well] = [await runService(context, "sick"), await runService(context, "well")];
  const health = "health: { path: /wait, intervalMs: 100, timeoutMs: 100, unhealthyAfter: 1 }";
  const text = configuration().replace("leasesMax: 2 } }", `leasesMax: 2 } }, ${health}`);
  const gateway = await runGateway(context, text);
  const answering = setInterval(() => {
    for (const answer of well.waiting) if (!answer.writableEnded) answer.end("fine");
  }, 10);
  context.after(() => clearInterval(answering));
  for (const { url } of [sick, well]) await admin(gateway, "POST", "services/up/leases", { url });
  await gateway.seen("instance-unwell");
  await asks(gateway, ["well"]);
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.deepEqual(await ask(gateway), ["well"]);
});

test("registering the same URL again is the same lease", async (context) => {
  const gateway = await start(context);
  const url = "http://127.0.0.1:9";
  const first = await admin(gateway, "POST", "services/up/leases", { url });
  const again = await admin(gateway, "POST", "services/up/leases", { url, weight: "7" });
  assert.equal(again.value["id"], first.value["id"]);
  assert.equal(again.value["weight"], 7);
});

test("what cannot be registered is told, with what was expected", async (context) => {
  const gateway = await start(context);
  const url = "http://127.0.0.1:9";
  const refused: readonly (readonly [string, Record<string, string>, number, string, RegExp])[] = [
    ["nobody", { url }, 404, "unknown-service", /there are up, fixed/],
    ["fixed", { url }, 409, "leases-not-taken", /no `discover\.leases` in the configuration/],
    ["up", {}, 400, "bad-parameter", /url is missing; expected http:/],
    ["up", { url: "ftp://x" }, 400, "bad-parameter", /expected http:/],
    ["up", { url: "unix:/etc/x" }, 400, "bad-parameter", /expected http:\/\/ or https:/],
    ["up", { url: "tcp://10.0.0.1:1" }, 400, "bad-parameter", /expected http:\/\/ or https:/],
    ["up", { url: "http://a:b@x" }, 400, "bad-parameter", /password cannot be part/],
    ["up", { url, ttlMs: "5" }, 400, "bad-parameter", /ttlMs is "5"; expected a whole number/],
    ["up", { url, ttlMs: "60001" }, 400, "bad-parameter", /at most 60000 .*leases\.ttlMsMax/],
    ["up", { url, weight: "1e3" }, 400, "bad-parameter", /weight is "1e3"; expected/],
    ["up", { url, priority: "-1" }, 400, "bad-parameter", /priority is "-1"; expected/],
    ["up", { url, zone: "a b" }, 400, "bad-parameter", /zone is not possible; expected/],
  ];
  for (const [service, parameters, status, code, detail] of refused) {
    const answer = await admin(gateway, "POST", `services/${service}/leases`, parameters);
    assert.deepEqual([answer.status, answer.value["code"]], [status, code], String(detail));
    assert.match(String(answer.value["detail"]), detail);
  }
  for (const port of [1, 2]) {
    await admin(gateway, "POST", "services/up/leases", { url: `http://127.0.0.1:${port}` });
  }
  const full = await admin(gateway, "POST", "services/up/leases", { url });
  assert.deepEqual([full.status, full.value["code"]], [429, "too-many-leases"]);
  const page = await fetch(`${gateway.adminUrl}/api/v1/services/up/leases?url=${url}`, {
    method: "POST",
    headers: { origin: "https://evil.example" },
  });
  assert.equal(page.status, 403);
});
