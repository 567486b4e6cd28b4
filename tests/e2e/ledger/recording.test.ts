/** A gateway puts every exchange on record, however it ends, and its receipts are true. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { connect, type AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { WebSocket, WebSocketServer } from "ws";
import { freePort } from "#tests/support/free-port.ts";
import { listenHttp } from "#tests/support/listen-http.ts";
import { readMetrics } from "../running/metrics-format.ts";
import { configurationOf, replaceFile, runGateway, runService } from "../running/run-gateway.ts";
import { askRaw } from "../text/ask-raw.ts";
import { tariffs } from "../text/tariffs-contract.ts";
import { ledgerFolder, parseReceipt, readLedger, type ReadLedger } from "./read-ledger.ts";

async function untilThere(path: string, fits: (ledger: ReadLedger) => boolean) {
  for (let tries = 0; tries < 300; tries++) {
    const ledger = readLedger(path);
    if (fits(ledger)) return ledger;
    await pause(10);
  }
  const kinds = readLedger(path).entries.map((entry) => JSON.stringify(entry));
  throw new Error(`it never was in the ledger:\n${kinds.join("\n")}`);
}

test("answers, whatever they are, are on record before they arrive, as receipts say", async (t) => {
  const service = await runService(t);
  const ledger = ledgerFolder(t);
  const more = `${ledger.text()}  `.trimEnd();
  const text = configurationOf(service.url, { more }).replace(
    "callers: open",
    `  dead: { instances: ["http://127.0.0.1:1"] }
callers: { shop: { key: "\${SHOP_KEY}", may: ["echo.*", "dead.*"] } }`,
  );
  const key = "a-key-that-is-long-enough-to-be-one";
  const gateway = await runGateway(t, text, { env: { SHOP_KEY: key } });
  const ask = async (path: string, headers: Record<string, string> = { "x-api-key": key }) => {
    const answer = await fetch(`${gateway.url}${path}`, { headers });
    await answer.text();
    const id = answer.headers.get("parlance-exchange") ?? "";
    // Nobody waits: the answer is here, so the entry must be, too.
    const read = readLedger(ledger.path);
    const receipt = parseReceipt(answer.headers.get("parlance-receipt"));
    assert.equal(receipt.origin, read.origin);
    assert.equal(receipt.leaf, read.leafHashes[receipt.index]);
    const entry = read.exchange(id);
    assert.equal(read.entries[receipt.index], entry);
    assert.equal(entry.status, answer.status);
    assert.equal(entry.run, 0);
    return entry;
  };
  const ok = await ask("/echo/x?secret=1", {
    "x-api-key": key,
    "x-request-id": "of-the-caller",
    "idempotency-key": "once",
    traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`,
  });
  assert.partialDeepStrictEqual(ok, {
    service: "echo",
    route: "default",
    template: "/echo/*",
    instance: service.url,
    caller: "shop",
    authentication: "key",
    verdict: "forwarded",
    attempts: 1,
    method: "GET",
    responseBytes: 6,
    protocol: "HTTP/1.1",
    requestId: "of-the-caller",
    idempotencyKey: "once",
    trace: "a".repeat(32),
    parentSpan: "b".repeat(16),
  });
  assert.doesNotMatch(JSON.stringify(ok), /secret/);
  assert.ok((ok.upstreamUs ?? 0) > 0 && ok.totalUs >= (ok.upstreamUs ?? 0));
  assert.partialDeepStrictEqual(await ask("/nowhere"), {
    verdict: "refused",
    problem: "no-route",
    faultKind: "not_found",
    blame: "client",
  });
  assert.partialDeepStrictEqual(await ask("/echo/x", {}), {
    verdict: "refused",
    problem: "caller-unknown",
    service: "echo",
    authentication: "none",
  });
  assert.partialDeepStrictEqual(await ask("/dead/x"), {
    verdict: "forwarded",
    problem: "instance-unreachable",
    status: 502,
    blame: "service",
  });
  const child = await ask("/echo/x", { "x-api-key": key, "parlance-exchange": ok.exchange });
  assert.equal(child.parent, ok.exchange);
  gateway.kill("SIGTERM");
  assert.equal(await gateway.ended, 0);
  const { entries } = readLedger(ledger.path);
  assert.partialDeepStrictEqual(entries[0], { kind: "start", previous: "none", workers: 2 });
  assert.partialDeepStrictEqual(entries.at(-1), { kind: "stop", reason: "SIGTERM", cutOff: 0 });
});

test("callers that go away, heads that are none and answers to HEAD are on record", async (t) => {
  const service = await runService(t);
  const ledger = ledgerFolder(t);
  const gateway = await runGateway(t, configurationOf(service.url, { more: ledger.text() }));
  const { port } = new URL(gateway.url);
  const caller = connect(Number(port), "127.0.0.1");
  caller.write("POST /echo/wait HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
  await service.awaits(1);
  caller.destroy();
  const aborted = await untilThere(ledger.path, (read) => read.of("exchange").length === 1);
  assert.partialDeepStrictEqual(aborted.of("exchange")[0], {
    aborted: true,
    status: 499,
    method: "POST",
    requestBytes: 5,
    verdict: "forwarded",
  });
  const malformed = connect(Number(port), "127.0.0.1");
  malformed.write("no head at all\r\n\r\n");
  malformed.resume();
  await once(malformed, "close");
  const read = readLedger(ledger.path);
  const [, second] = read.of("exchange");
  assert.partialDeepStrictEqual(second, { status: 400, problem: "malformed-request" });
  assert.equal(second?.method, undefined);
  const head = await fetch(`${gateway.url}/nowhere`, { method: "HEAD" });
  const third = readLedger(ledger.path).exchange(head.headers.get("parlance-exchange") ?? "");
  assert.partialDeepStrictEqual(third, { method: "HEAD", status: 404, responseBytes: 0 });
});

test("a body or a message that is malformed is on record where it was sent to", async (t) => {
  const service = await runService(t);
  const ledger = ledgerFolder(t);
  const contract = join(ledger.folder, "tariffs.text.yaml");
  writeFileSync(contract, tariffs("{ request: line, answer: line }", 'errors: "E99 {message}"'));
  const textPort = await freePort();
  const text = configurationOf(service.url, {
    more: ledger.text(),
    listen: `, text: [{ port: ${textPort}, service: tariffs, caller: erp }]`,
  }).replace(
    "callers: open",
    `  tariffs: { contract: ${contract}, instances: ["tcp://127.0.0.1:1"] }
callers: { erp: { key: "a-key-that-is-long-enough-to-be-one", may: ["*"] } }`,
  );
  const gateway = await runGateway(t, text);
  const post = "POST /echo/x HTTP/1.1\r\nHost: a\r\nX-Request-Id: of-the-caller\r\n";
  const chunked = `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n`;
  assert.match(await askRaw(Number(new URL(gateway.url).port), [chunked]), /^HTTP\/1\.1 400 /);
  assert.equal(await askRaw(textPort, ["TARFDE0"], { end: true }), "");
  const [inBody, inFrame, ...more] = readLedger(ledger.path).of("exchange");
  const refused = { verdict: "refused", status: 400, problem: "malformed-request" };
  assert.partialDeepStrictEqual(inBody, {
    ...{ ...refused, method: "POST", service: "echo", template: "/echo/*" },
    ...{ authentication: "none", requestId: "of-the-caller", protocol: "HTTP/1.1" },
  });
  assert.equal(inBody?.attempts, undefined);
  assert.partialDeepStrictEqual(inFrame, {
    ...{ ...refused, service: "tariffs", caller: "erp", authentication: "address" },
    ...{ protocol: "TCP", responseBytes: 0 },
  });
  assert.deepEqual(more, []);
});

test("WebSockets, HTTP/2 and streamed answers are on record", async (t) => {
  const upstream = createServer((request, response) => {
    request.resume();
    response.write("first ");
    setTimeout(() => response.end("last"), 20);
  });
  const sockets = new WebSocketServer({ server: upstream });
  sockets.on("connection", (socket) => socket.on("message", (data) => socket.send(data)));
  upstream.listen(0, "127.0.0.1");
  await once(upstream, "listening");
  t.after(() => {
    sockets.close();
    upstream.closeAllConnections();
    upstream.close();
  });
  const { port } = upstream.address() as AddressInfo;
  const ledger = ledgerFolder(t);
  const more = `${ledger.text()}timeouts: { tunnelIdleMs: 1000 }\n`;
  const gateway = await runGateway(t, configurationOf(`http://127.0.0.1:${port}`, { more }));

  const streamed = await fetch(`${gateway.url}/echo/stream`);
  assert.equal(await streamed.text(), "first last");
  const id = streamed.headers.get("parlance-exchange") ?? "";
  assert.partialDeepStrictEqual(readLedger(ledger.path).exchange(id), {
    status: 200,
    responseBytes: 10,
  });

  const socket = new WebSocket(`${gateway.url.replace("http", "ws")}/echo/socket`);
  await once(socket, "open");
  socket.send("hello");
  await once(socket, "message");
  socket.close();
  await once(socket, "close");
  const read = await untilThere(ledger.path, (now) => now.of("exchange").length === 2);
  assert.partialDeepStrictEqual(read.of("exchange")[1], { status: 101, method: "GET" });

  const unused = new WebSocket(`${gateway.url.replace("http", "ws")}/echo/socket`);
  await once(unused, "close");
  const closed = await untilThere(ledger.path, (now) => now.of("exchange").length === 3);
  const idle = closed.of("exchange")[2];
  assert.deepEqual([idle?.status, idle?.aborted], [101, undefined], "its caller did not go away");

  const session = connectHttp2(gateway.url);
  t.after(() => session.destroy());
  const stream = session.request({ ":path": "/echo/two" });
  const [headers] = (await once(stream, "response")) as [Record<string, string>];
  stream.resume();
  await once(stream, "end");
  const entry = readLedger(ledger.path).exchange(headers["parlance-exchange"] ?? "");
  assert.partialDeepStrictEqual(entry, { status: 200, protocol: "HTTP/2" });
});

test("hostile fields forge nothing and are cut at stated lengths", async (t) => {
  const service = await runService(t);
  const ledger = ledgerFolder(t);
  const gateway = await runGateway(t, configurationOf(service.url, { more: ledger.text() }));
  const long = `\u00a0"};,\u00e9${"x".repeat(400)}`;
  const headers = { "idempotency-key": long, "content-type": long };
  const answer = await fetch(`${gateway.url}/echo/x`, { method: "POST", headers, body: "{}" });
  await answer.text();
  const id = answer.headers.get("parlance-exchange") ?? "";
  const entry = readLedger(ledger.path).exchange(id);
  assert.equal(Buffer.byteLength(entry.idempotencyKey ?? ""), 128);
  assert.equal(Buffer.byteLength(entry.requestType ?? ""), 96);
  assert.deepEqual(entry.cut, [24, 37]);
  assert.ok(long.trim().startsWith((entry.idempotencyKey ?? "?").slice(0, 20).trim()));
});

test("a new configuration is on record, and reloads under load lose no entry", async (t) => {
  const service = await runService(t);
  const ledger = ledgerFolder(t);
  const more = ledger.text();
  const gateway = await runGateway(t, configurationOf(service.url, { more }));
  const ids: string[] = [];
  const over = new AbortController();
  const callers = Array.from({ length: 6 }, async () => {
    while (!over.signal.aborted) {
      const answer = await fetch(`${gateway.url}/echo/x`);
      assert.equal(answer.status, 200);
      await answer.text();
      ids.push(answer.headers.get("parlance-exchange") ?? "");
    }
  });
  let before: unknown = readLedger(ledger.path).of("start")[0]?.revision;
  for (let round = 0; round < 3; round++) {
    const more2 = { more, service: `, timeoutMs: ${10_000 + round}` };
    replaceFile(gateway.configPath, configurationOf(service.url, more2));
    const taken = await gateway.seen("revision-taken", (line) => line["before"] === before);
    before = taken["revision"];
    await pause(150);
  }
  over.abort();
  await Promise.all(callers);
  const read = await untilThere(ledger.path, (now) => now.of("revision").length === 3);
  const recorded = new Set(read.of("exchange").map(({ exchange }) => exchange));
  assert.deepEqual(
    ids.filter((id) => !recorded.has(id)),
    [],
  );
  assert.equal(recorded.size, ids.length);
  const [first, , last] = read.of("revision");
  assert.equal(first?.before, read.of("start")[0]?.revision);
  assert.equal(last?.revision, before);
  assert.equal(last?.digest?.slice(0, 16), last?.revision);
});

test("a translated exchange is on record with its operation, dialects and fault", async (t) => {
  const fault =
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>' +
    "<faultcode>s:Server</faultcode><faultstring>no paper</faultstring></s:Fault>" +
    "</s:Body></s:Envelope>";
  const origin = await listenHttp(t, (request, response) => {
    request.resume();
    response.writeHead(500, { "content-type": "text/xml" }).end(fault);
  });
  const contract = fileURLToPath(
    new URL("../../../examples/estate/billing/billing.wsdl", import.meta.url),
  );
  const ledger = ledgerFolder(t);
  const url = `${origin}/billing`;
  const choices = { more: ledger.text(), service: `, contract: ${contract}` };
  const gateway = await runGateway(t, configurationOf(url, choices));
  const answer = await fetch(`${gateway.url}/echo/getInvoice`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ number: 1 }),
  });
  await answer.text();
  const entry = readLedger(ledger.path).exchange(answer.headers.get("parlance-exchange") ?? "");
  assert.partialDeepStrictEqual(entry, {
    status: answer.status,
    operation: "getInvoice",
    face: "rest",
    speaks: "soap",
    verdict: "forwarded",
    attempts: 1,
    blame: "service",
  });
  assert.ok(entry.fault !== undefined && entry.faultKind !== undefined);
});

test("metrics tell how the ledger is", async (t) => {
  const service = await runService(t);
  const ledger = ledgerFolder(t);
  const gateway = await runGateway(t, configurationOf(service.url, { more: ledger.text() }));
  for (let count = 0; count < 3; count++) await fetch(`${gateway.url}/echo/x`);
  const samples = readMetrics(await (await fetch(`${gateway.adminUrl}/metrics`)).text());
  const value = (name: string) => samples.find((one) => one.name === name)?.value;
  assert.equal(value("parlance_ledger_up"), 1);
  assert.equal(value("parlance_ledger_entries_total"), 4);
  assert.equal(value("parlance_ledger_wait_seconds_count"), 3);
  assert.equal(value("parlance_ledger_missed_total"), 0);
  assert.ok((value("parlance_ledger_checkpoint_age_seconds") ?? 99) < 5);
});
