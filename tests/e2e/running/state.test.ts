/** What policies keep, over workers, orderly stops and kill -9. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { listenHttp } from "#tests/support/listen-http.ts";
import { runGateway, type RunningGateway } from "./run-gateway.ts";

/** Each answer has another number; what is asked under /wait gets none. */
async function runCounter(context: TestContext) {
  let asked = 0;
  const waiting: ServerResponse[] = [];
  const url = await listenHttp(context, (request, response) => {
    asked++;
    request.resume();
    if (request.url?.startsWith("/wait") === true) waiting.push(response);
    else response.writeHead(201).end(`number ${asked}`);
  });
  return { url, waiting, asked: () => asked };
}

/** Starts the same gateway as often as is asked for. */
function restartable(
  context: TestContext,
  serviceUrl: string,
  policies: readonly object[],
  ledger: object | "off" = "off",
) {
  const folder = mkdtempSync(join(tmpdir(), "parlance-state-"));
  // The gateway that writes there may be stopped later only.
  context.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));
  const text = `version: 1
listen: { host: 127.0.0.1, port: 0, adminPort: 0, workers: 2 }
services:
  echo: { instances: ["${serviceUrl}"] }
callers: open
ledger: ${JSON.stringify(ledger)}
state: { path: ${JSON.stringify(folder)} }
policies: ${JSON.stringify(policies)}
`;
  return (): Promise<RunningGateway> => runGateway(context, text);
}

async function kill(gateway: RunningGateway, signal: NodeJS.Signals): Promise<void> {
  gateway.kill(signal);
  await gateway.ended;
}

async function post(gateway: RunningGateway, key: string, path = "/echo/"): Promise<Response> {
  // Of a connection of its own, which may come to another worker.
  const headers = { "idempotency-key": key, connection: "close" };
  return fetch(`${gateway.url}${path}`, { method: "POST", headers, body: "once" });
}

const code = async (answer: Response): Promise<unknown> =>
  ((await answer.json()) as { readonly code: unknown }).code;

test("an answer by Idempotency-Key outlives kill -9 and orderly stops", async (context) => {
  const service = await runCounter(context);
  const start = restartable(context, service.url, [{ idempotency: {} }]);
  let gateway = await start();
  assert.equal(await (await post(gateway, "k")).text(), "number 1");
  for (const signal of ["SIGKILL", "SIGTERM", "SIGKILL"] as const) {
    await post(gateway, "k");
    await kill(gateway, signal);
    gateway = await start();
    const again = await post(gateway, "k");
    assert.equal(again.status, 201, signal);
    assert.equal(again.headers.get("idempotent-replayed"), "true");
    assert.equal(await again.text(), "number 1");
  }
  assert.equal(service.asked(), 1);
});

test("of many requests at once over all workers one is carried out", async (context) => {
  const service = await runCounter(context);
  const start = restartable(context, service.url, [{ idempotency: { waitMs: 5_000 } }]);
  const gateway = await start();
  const answers = await Promise.all(Array.from({ length: 60 }, () => post(gateway, "same")));
  const texts = new Set(await Promise.all(answers.map((answer) => answer.text())));
  assert.deepEqual([...texts], ["number 1"]);
  assert.equal(service.asked(), 1);
});

test("what was under way when the gateway was killed is not carried out again", async (context) => {
  const service = await runCounter(context);
  const start = restartable(context, service.url, [{ idempotency: {} }]);
  const first = await start();
  const lost = post(first, "k", "/echo/wait").catch((cause: unknown) => cause);
  while (service.waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const early = await post(first, "k", "/echo/wait");
  assert.deepEqual([early.status, await code(early)], [409, "idempotency-in-flight"]);
  await kill(first, "SIGKILL");
  assert.ok((await lost) instanceof Error);
  const second = await start();
  const told = await post(second, "k", "/echo/wait");
  assert.deepEqual([told.status, await code(told)], [409, "idempotency-outcome-unknown"]);
  assert.equal(service.asked(), 1);
});

test("a quota is exact over workers, and over kill -9 and orderly stops", async (context) => {
  const service = await runCounter(context);
  const start = restartable(context, service.url, [{ quota: { requests: 30, period: "month" } }]);
  const passed: number[] = [];
  for (const signal of ["SIGKILL", "SIGTERM", "SIGKILL", "SIGTERM"] as const) {
    const gateway = await start();
    const asks = Array.from({ length: 12 }, async () => {
      const answer = await fetch(gateway.url + "/echo/", { headers: { connection: "close" } });
      await answer.arrayBuffer();
      return answer.status;
    });
    const statuses = await Promise.all(asks);
    const refused = statuses.filter((status) => status !== 201);
    assert.deepEqual(new Set(refused), new Set(refused.length > 0 ? [429] : []));
    passed.push(12 - refused.length);
    await kill(gateway, signal);
  }
  assert.deepEqual(passed, [12, 12, 6, 0]);
  assert.equal(service.asked(), 30);
});

test("of a large quota kill -9 loses at most a thousandth", async (context) => {
  const service = await runCounter(context);
  const start = restartable(context, service.url, [{ quota: { requests: 50_000, name: "large" } }]);
  const left = async (gateway: RunningGateway): Promise<number> => {
    const answer = await fetch(gateway.url + "/echo/");
    await answer.arrayBuffer();
    return Number(/r=(\d+)/.exec(answer.headers.get("ratelimit") ?? "")?.[1]);
  };
  const first = await start();
  assert.equal(await left(first), 49_999);
  await kill(first, "SIGTERM");
  const second = await start();
  assert.equal(await left(second), 49_998);
  await kill(second, "SIGKILL");
  const after = await left(await start());
  assert.ok(after >= 49_997 - 50 && after <= 49_997, `${after}`);
});

test("with a strict ledger, too, a caller that went away finds its answer", async (context) => {
  const service = await runCounter(context);
  const ledger = { mode: "intent", path: "ledger" };
  const start = restartable(context, service.url, [{ idempotency: { waitMs: 5_000 } }], ledger);
  const gateway = await start();
  const controller = new AbortController();
  const init = { method: "POST", headers: { "idempotency-key": "k" }, body: "once" };
  const gone = fetch(`${gateway.url}/echo/wait`, { ...init, signal: controller.signal });
  while (service.waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort();
  await assert.rejects(gone);
  const again = fetch(`${gateway.url}/echo/wait`, init);
  setTimeout(() => service.waiting[0]?.end("late"), 200);
  const answer = await again;
  assert.equal(await answer.text(), "late");
  assert.equal(answer.headers.get("idempotent-replayed"), "true");
  assert.ok(answer.headers.get("parlance-receipt"));
  assert.equal(service.asked(), 1);
  gateway.kill("SIGTERM");
  assert.equal(await gateway.ended, 0);
});
