/** Callers over HTTP/2, by prior knowledge: requests and answers in all their shapes. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { Agent, request as undiciRequest } from "undici";
import { runGateway, temporaryFolder, until } from "#tests/support/gateway-from-text.ts";
import { lacks } from "#tests/support/tools.ts";
import { ask, openSession } from "./client.ts";
import { startInstance } from "./instance.ts";

async function start(context: TestContext, more = "") {
  const instance = await startInstance(context);
  const url = `http://127.0.0.1:${instance.port}`;
  const running = await runGateway(
    context,
    temporaryFolder(context),
    `services:\n  web:\n    instances: ["${url}"]\n${more}`,
  );
  return { instance, ...running };
}

test("a GET reaches the instance as HTTP/1.1 and its answer comes back", async (context) => {
  const { port } = await start(context);
  const session = openSession(context, port);
  const answer = await ask(session, "/web/echo?a=b", {
    fields: { cookie: ["c=1", "d=2"], te: "trailers", "x-own": "1" },
  });
  assert.equal(answer.status, 200);
  const seen = JSON.parse(String(answer.fields["x-seen"])) as Record<string, string>;
  assert.equal(seen["method"], "GET");
  assert.equal(seen["cookie"], "c=1; d=2");
  assert.equal(seen["te"], "trailers");
  assert.equal(seen["x-own"], "1");
  assert.equal(seen["via"], "2 parlance");
  assert.equal(seen["x-forwarded-for"], "127.0.0.1");
  assert.equal(seen["x-forwarded-host"], `localhost:${port}`);
  assert.equal(seen["transfer-encoding"], undefined);
  assert.deepEqual(answer.fields["set-cookie"], ["a=1", "b=2"]);
  assert.equal(answer.fields.via, "1.1 parlance");
  assert.equal(answer.fields["connection"], undefined);
  assert.match(String(answer.fields["parlance-exchange"]), /^[\w-]+$/);
});

test("a body without a length is framed in chunks for the instance, one with a length is not", async (context) => {
  const { port } = await start(context);
  const session = openSession(context, port);
  const unsized = await ask(session, "/web/echo", { body: "abc" });
  const seen = JSON.parse(String(unsized.fields["x-seen"])) as Record<string, string>;
  assert.equal(seen["transfer-encoding"], "chunked");
  assert.equal(String(unsized.body), "abc");
  const sized = await ask(session, "/web/echo", {
    body: "abcd",
    fields: { "content-length": "4" },
  });
  const seenSized = JSON.parse(String(sized.fields["x-seen"])) as Record<string, string>;
  assert.equal(seenSized["transfer-encoding"], undefined);
  assert.equal(seenSized["content-length"], "4");
  assert.equal(String(sized.body), "abcd");
});

test("3 MiB go both ways unchanged, eight at once", async (context) => {
  const { port, gateway } = await start(context);
  const session = openSession(context, port, { maxSessionMemory: 100 });
  const bodies = Array.from({ length: 8 }, () => randomBytes(3 * 1024 * 1024));
  const answers = await Promise.all(bodies.map((body) => ask(session, "/web/echo", { body })));
  for (const [index, answer] of answers.entries()) {
    assert.equal(answer.resetCode, 0);
    assert.ok(answer.body.equals(bodies[index] as Buffer));
  }
  assert.equal(gateway.connectionCount, 1);
});

test("trailers go both ways", async (context) => {
  const { port } = await start(context);
  const session = openSession(context, port);
  const answer = await ask(session, "/web/trailers", { body: "abc", trailers: { "x-end": "1" } });
  assert.equal(String(answer.body), "data");
  assert.equal(answer.trailers?.["x-sum"], '3 {"x-end":"1"}');
});

test("trailers behind a body with a length do not reach the HTTP/1.1 connection", async (context) => {
  const { port } = await start(context);
  const session = openSession(context, port);
  const answer = await ask(session, "/web/trailers", {
    body: "abc",
    fields: { "content-length": "3" },
    trailers: { "x-end": "1" },
  });
  assert.equal(answer.trailers?.["x-sum"], "3 {}");
  const next = await ask(session, "/web/fixed");
  assert.equal(String(next.body), "fixed");
});

test("early hints come before the answer", async (context) => {
  const { port } = await start(context);
  const answer = await ask(openSession(context, port), "/web/early");
  assert.deepEqual(
    answer.interim.map((seen) => [seen[":status"], seen["link"]]),
    [[103, "</a.css>; rel=preload"]],
  );
  assert.equal(String(answer.body), "late");
});

test("HEAD, 204, 205 and 304 have no body", async (context) => {
  const { port } = await start(context);
  const session = openSession(context, port);
  const head = await ask(session, "/web/fixed", { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal(head.fields["content-length"], "5");
  for (const [path, status] of [
    ["/web/none", 204],
    ["/web/reset-content", 205],
    ["/web/unchanged", 304],
  ] as const) {
    const answer = await ask(session, path);
    assert.equal(answer.status, status);
    assert.equal(answer.body.length, 0);
    assert.equal(answer.resetCode, 0);
  }
});

test("the gateway's own answers are problem+json here, too", async (context) => {
  const { port } = await start(context, "    routes: [{ id: one, path: /one, methods: [GET] }]\n");
  const session = openSession(context, port);
  const missing = await ask(session, "/nowhere");
  assert.equal(missing.status, 404);
  assert.equal(missing.fields["content-type"], "application/problem+json");
  assert.equal(missing.fields["parlance-fault"], "client");
  const body = JSON.parse(String(missing.body)) as { code: string };
  assert.equal(body.code, "no-route");
  const method = await ask(session, "/one", { method: "PUT", body: "x" });
  assert.equal(method.status, 405);
  assert.equal(method.fields["allow"], "GET, HEAD");
  const long = await ask(session, `/${"a".repeat(9000)}`);
  assert.equal(long.status, 414);
  const escaping = await ask(session, "/one/../x");
  assert.equal(escaping.status, 400);
});

test("too many fields and too large a head are 431", async (context) => {
  const { port } = await start(context, "limits: { headFieldsMax: 20, headBytesMax: 4096 }\n");
  const session = openSession(context, port);
  const many = Object.fromEntries(Array.from({ length: 22 }, (_, index) => [`x-${index}`, "1"]));
  assert.equal((await ask(session, "/web/fixed", { fields: many })).status, 431);
  const large = await ask(session, "/web/fixed", { fields: { "x-large": "a".repeat(4200) } });
  assert.equal(large.status, 431);
});

test("a body above the limit is refused, and the session lives on", async (context) => {
  const { port } = await start(context, "    bodyBytesMax: 1000\n");
  const session = openSession(context, port);
  const answer = await ask(session, "/web/echo", { body: randomBytes(500_000) });
  assert.equal(answer.status, 413);
  const sized = await ask(session, "/web/echo", {
    body: randomBytes(5_000),
    fields: { "content-length": "5000" },
  });
  assert.equal(sized.status, 413);
  assert.equal(String((await ask(session, "/web/fixed")).body), "fixed");
});

test("an answer that comes before the body was taken is whole", async (context) => {
  const { port } = await start(context);
  const session = openSession(context, port);
  const answer = await ask(session, "/web/refuse-body", { body: randomBytes(2_000_000) });
  assert.equal(answer.status, 403);
  assert.equal(String(answer.body), "no");
});

test("an answer that the instance breaks off ends in a reset", async (context) => {
  const { port, done } = await start(context);
  const session = openSession(context, port);
  const answer = await ask(session, "/web/cut");
  assert.equal(answer.status, 200);
  assert.equal(answer.resetCode, 2);
  await until(() => done.length === 1, "the exchange ends");
});

test("a caller that resets its stream ends the request to the instance", async (context) => {
  const { port, instance, done } = await start(context);
  const session = openSession(context, port);
  const stream = session.request({ ":path": "/web/never" });
  stream.on("error", () => undefined);
  setTimeout(() => stream.close(8), 100);
  await until(() => instance.cutOff() === 1, "the instance sees its connection closed", 1_000);
  assert.equal(done[0]?.aborted, true);
  assert.equal(String((await ask(session, "/web/fixed")).body), "fixed");
});

test("a caller that goes away ends all its requests", async (context) => {
  const { port, instance, gateway } = await start(context);
  const session = openSession(context, port);
  for (let count = 0; count < 5; count++) {
    session.request({ ":path": "/web/never" }).on("error", () => undefined);
  }
  setTimeout(() => session.destroy(), 100);
  await until(() => instance.cutOff() === 5, "the instance sees five connections closed", 1_500);
  await until(() => gateway.connectionCount === 0, "the connection is forgotten");
});

test("a slow reader holds up the instance, not the gateway's memory", async (context) => {
  const { port } = await start(context);
  const session = openSession(context, port, { settings: { initialWindowSize: 65_535 } });
  const before = process.memoryUsage().arrayBuffers;
  const streams = Array.from({ length: 10 }, () => session.request({ ":path": "/web/endless" }));
  for (const stream of streams) stream.on("error", () => undefined).pause();
  await new Promise((resolve) => setTimeout(resolve, 600));
  const grown = process.memoryUsage().arrayBuffers - before;
  assert.ok(grown < 48 * 1024 * 1024, `${grown} bytes`);
  const [first] = streams;
  let taken = 0;
  first?.on("data", (bytes: Buffer) => (taken += bytes.length)).resume();
  await until(() => taken > 2_000_000, "the stream goes on once it is read");
});

test("a slow instance holds up the caller, not the gateway's memory", async (context) => {
  const { port } = await start(context);
  const session = openSession(context, port);
  const stream = session.request({ ":path": "/web/unread", ":method": "POST" });
  let written = 0;
  const block = Buffer.alloc(64 * 1024);
  const more = (): void => {
    while (written < 40_000_000) {
      written += block.length;
      if (!stream.write(block)) return;
    }
    stream.end();
  };
  stream.on("drain", more);
  more();
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.ok(written < 20_000_000, `${written} bytes were taken from the caller`);
  let text = "";
  stream.on("data", (bytes: Buffer) => (text += String(bytes)));
  await until(() => text !== "", "the answer comes", 10_000);
  assert.equal(Number(text), written);
});

test("undici and curl speak HTTP/2 with the gateway", { skip: lacks("curl") }, async (context) => {
  const { port } = await start(context);
  const url = `http://127.0.0.1:${port}/web`;
  const curl = ["-s", "--http2-prior-knowledge", "-w", "%{http_version}", "--data-binary", "@-"];
  const child = promisify(execFile)("curl", [...curl, `${url}/echo`]);
  child.child.stdin?.end("from curl ");
  assert.equal((await child).stdout, "from curl 2");
  const dispatcher = new Agent({ allowH2: true, useH2c: true } as Agent.Options);
  context.after(() => dispatcher.destroy());
  const body = randomBytes(1_500_000);
  const answer = await undiciRequest(`${url}/echo`, { method: "POST", body, dispatcher });
  assert.ok(Buffer.from(await answer.body.arrayBuffer()).equals(body));
});
