/** The admin port: health, metrics, state, and who may ask. */
import assert from "node:assert/strict";
import { request as ask } from "node:http";
import { test } from "node:test";
import { configurationOf, launch, runGateway, runService } from "./run-gateway.ts";
import { readMetrics } from "./metrics-format.ts";

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly allow: string | undefined;
  readonly text: string;
}

function get(url: string, headers: Readonly<Record<string, string>> = {}, method = "GET") {
  return new Promise<Answer>((resolve, reject) => {
    const request = ask(url, { headers, method }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers["content-type"] ?? "",
          allow: response.headers.allow,
          text,
        }),
      );
    });
    request.once("error", reject);
    request.end();
  });
}

test("metrics are well-formed and count what has happened", async (t) => {
  const service = await runService(t);
  const gateway = await runGateway(t, configurationOf(service.url));
  for (let count = 0; count < 5; count++) await get(`${gateway.url}/echo/x`);
  await get(`${gateway.url}/nowhere`);
  const answer = await get(`${gateway.adminUrl}/metrics`);
  assert.match(answer.type, /^text\/plain; version=0\.0\.4/);
  const samples = readMetrics(answer.text);
  const value = (name: string, labels: object) =>
    samples.find((one) => one.name === name && hasAll(one.labels, labels))?.value;
  assert.equal(value("parlance_exchanges_total", { service: "echo", status: "2xx" }), 5);
  assert.equal(value("parlance_exchanges_total", { service: "", status: "4xx" }), 1);
  assert.equal(value("parlance_problems_total", { code: "no-route" }), 1);
  assert.equal(value("parlance_exchanges_in_flight", { service: "echo" }), 0);
  assert.equal(value("parlance_exchange_duration_seconds_count", { service: "echo" }), 5);
  assert.equal(value("parlance_upstream_first_byte_seconds_count", { service: "echo" }), 5);
  assert.equal(value("parlance_response_body_bytes_total", { service: "echo" }), 30);
  assert.equal(value("parlance_ready", {}), 1);
  assert.equal(value("parlance_worker_up", { worker: "1" }), 1);
  // Of workers that are not a second old, too.
  assert.ok((value("parlance_worker_heap_used_bytes", { worker: "1" }) ?? 0) > 1e6);
  assert.ok((value("process_resident_memory_bytes", {}) ?? 0) > 1e6);
});

function hasAll(labels: Readonly<Record<string, string>>, wanted: object): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

test("readyz is false until workers serve the first revision", async (t) => {
  const free = await runGateway(t, configurationOf("http://127.0.0.1:1"));
  free.kill("SIGTERM");
  assert.equal(await free.ended, 0);
  const { port } = new URL(free.adminUrl);
  const run = launch(t, configurationOf("http://127.0.0.1:1"), { args: ["--admin-port", port] });
  const seen: string[] = [];
  while (seen.at(-1) !== "200 ready\n") {
    const answer = await get(`${free.adminUrl}/readyz`).catch(() => undefined);
    const now = answer === undefined ? "none" : `${answer.status} ${answer.text}`;
    if (now !== seen.at(-1)) seen.push(now);
  }
  await run.seen("ready");
  assert.ok(!seen.some((one) => !["none", "503 starting\n", "200 ready\n"].includes(one)));
  assert.ok(seen.includes("503 starting\n"), `seen were ${seen.join(", ")}`);
});

test("status, revision and explain tell of the running gateway, without secrets", async (t) => {
  const text = configurationOf("http://127.0.0.1:1").replace(
    "callers: open",
    `callers:
  shop: { key: "\${SHOP_KEY}", may: ["echo.*"] }
  till: { keys: ["\${SHOP_KEY}-old", "\${SHOP_KEY}-new"], may: [] }`,
  );
  const env = { SHOP_KEY: "a-key-that-is-long-enough-to-be-one" };
  const { adminUrl, url } = await runGateway(t, text, { env });
  const status = JSON.parse((await get(`${adminUrl}/api/v1/status`)).text);
  assert.equal(status.state, "ready");
  assert.equal(String(status.port), new URL(url).port);
  assert.equal(status.workers.length, 2);
  const current = await get(`${adminUrl}/api/v1/revisions/current`);
  const revision = JSON.parse(current.text);
  assert.equal(revision.id, status.revision);
  assert.deepEqual(revision.configuration.callers, [
    { name: "shop", may: ["echo.*"] },
    { name: "till", may: [] },
  ]);
  assert.doesNotMatch(current.text, /sha256|long-enough/i);
  const query = new URLSearchParams({ method: "GET", url: "/echo/x", as: "shop" });
  const explained = JSON.parse((await get(`${adminUrl}/api/v1/explain?${String(query)}`)).text);
  assert.equal(explained.outcome.kind, "forwarded");
  const wrong = await get(`${adminUrl}/api/v1/explain?method=GET`);
  assert.equal(wrong.status, 400);
  assert.match(JSON.parse(wrong.text).detail, /parameter url is missing; expected a path/);
});

test("who may not ask is refused with problem+json", async (t) => {
  const { adminUrl } = await runGateway(t, configurationOf("http://127.0.0.1:1"));
  const { port } = new URL(adminUrl);
  const status = `${adminUrl}/api/v1/status`;
  const cases = [
    { headers: { host: `evil.example:${port}` }, expected: 421, code: "host-not-allowed" },
    { headers: { origin: "http://evil.example" }, expected: 403, code: "cross-origin" },
    { headers: { origin: "null" }, expected: 403, code: "cross-origin" },
    { headers: { "sec-fetch-site": "cross-site" }, expected: 403, code: "cross-origin" },
    { headers: { "sec-fetch-site": "same-site" }, expected: 403, code: "cross-origin" },
  ];
  for (const { headers, expected, code } of cases) {
    const answer = await get(status, headers);
    assert.equal(answer.status, expected, JSON.stringify(headers));
    assert.equal(answer.type, "application/problem+json");
    assert.equal(JSON.parse(answer.text).code, code);
  }
  for (const headers of [
    { host: `localhost:${port}` },
    { host: `[::1]:${port}` },
    { origin: adminUrl, "sec-fetch-site": "same-origin" },
  ]) {
    const answer = await get(status, headers);
    assert.equal(answer.status, 200, JSON.stringify(headers));
  }
});

test("unknown addresses and methods are named", async (t) => {
  const { adminUrl } = await runGateway(t, configurationOf("http://127.0.0.1:1"));
  const unknown = await get(`${adminUrl}/api/v2/status`);
  assert.equal(unknown.status, 404);
  assert.match(JSON.parse(unknown.text).detail, /there are .*\/api\/v1\/status/);
  const posted = await get(`${adminUrl}/metrics`, {}, "POST");
  assert.equal(posted.status, 405);
  assert.match(JSON.parse(posted.text).detail, /takes GET, not POST/);
  assert.equal(posted.allow, "GET, HEAD");
  assert.equal((await get(`${adminUrl}/livez`, {}, "HEAD")).status, 200);
});
