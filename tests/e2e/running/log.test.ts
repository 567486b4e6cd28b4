/** The log of exchanges: which are told, and what is never told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { configurationOf, runGateway, runService, type LogLine } from "./run-gateway.ts";

/** What never ends fails, instead of holding all others. */
const bounded = { timeout: 60_000 };

test("exchanges: all tells each exchange, but no query, key or header", async (t) => {
  const service = await runService(t);
  const more = "log: { exchanges: all }\n";
  const gateway = await runGateway(t, configurationOf(service.url, { more }));
  const headers = { "x-api-key": "topsecret", cookie: "topsecret" };
  const answer = await fetch(`${gateway.url}/echo/x?token=topsecret`, { headers });
  const line = await gateway.seen("exchange");
  assert.equal(line["exchange"], answer.headers.get("parlance-exchange"));
  const { level, method, path, service: name, route, status, responseBytes } = line;
  assert.deepEqual(
    { level, method, path, name, route, status, responseBytes },
    {
      level: "info",
      method: "GET",
      path: "/echo/x",
      name: "echo",
      route: "default",
      status: 200,
      responseBytes: 6,
    },
  );
  gateway.kill("SIGTERM");
  assert.equal(await gateway.ended, 0);
  assert.doesNotMatch(JSON.stringify(gateway.log), /topsecret/);
});

test("exchanges: failures tells what a service or the gateway broke, not refusals", async (t) => {
  const more = "log: { exchanges: failures }\n";
  const gateway = await runGateway(t, configurationOf("http://127.0.0.1:1", { more }));
  await fetch(`${gateway.url}/nowhere`);
  assert.equal((await fetch(`${gateway.url}/echo/x`)).status, 502);
  gateway.kill("SIGTERM");
  assert.equal(await gateway.ended, 0);
  const told = gateway.log.filter(({ event }) => event === "exchange");
  assert.deepEqual(
    told.map((line: LogLine) => [line.level, line["problem"], line["blame"]]),
    [["warn", "instance-unreachable", "service"]],
  );
});

test("every line of the log is JSON when it does not go to a terminal", async (t) => {
  const gateway = await runGateway(t, configurationOf("http://127.0.0.1:1"));
  gateway.kill("SIGTERM");
  await gateway.ended;
  assert.ok(gateway.log.length >= 3);
  assert.deepEqual(
    gateway.log.filter(({ event, time }) => event === "not-json" || time === ""),
    [],
  );
});

test("a gateway whose log nobody reads any more goes on, and stops in order", async (t) => {
  const service = await runService(t);
  const more = "log: { exchanges: all }\n";
  const gateway = await runGateway(t, configurationOf(service.url, { more }));
  gateway.closeLog();
  for (let count = 0; count < 5; count++) {
    assert.equal((await fetch(`${gateway.url}/echo/x`)).status, 200);
    await pause(150);
  }
  const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  assert.match(metrics, /^parlance_exchanges_total\{service="echo",status="2xx"\} 5$/m);
  gateway.kill("SIGTERM");
  assert.equal(await gateway.ended, 0);
});

test("a gateway whose log is read no further goes on, and stops in order", bounded, async (t) => {
  const service = await runService(t);
  const more = "log: { exchanges: all }\nledger: { mode: relaxed }\n";
  const gateway = await runGateway(t, configurationOf(service.url, { more }));
  gateway.stopReading();
  // More than fits into what the system holds between the two processes.
  const path = "x".repeat(5_000);
  for (let count = 0; count < 400; count++) {
    assert.equal((await fetch(`${gateway.url}/echo/${path}`)).status, 200);
  }
  gateway.kill("SIGTERM");
  assert.equal(await gateway.ended, 0);
});
