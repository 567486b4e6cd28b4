/** What a recorder is told of exchanges, and when it is asked whether they may go on. */
import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { ExchangeRecord } from "#gateway/exchange-record.ts";
import type { Evidence } from "#gateway/recorder.ts";
import { answering, caller, eventually, get, ok, post, rawService } from "#tests/e2e/wire/stand.ts";
import { finals } from "#tests/support/raw-http.ts";
import { fieldOf } from "#tests/support/read-responses.ts";
import { heldStand, received, untilWaiting } from "./held-stand.ts";

test("an unsafe request is not sent before its intent is durable, a safe one is", async (t) => {
  const upstream = await rawService(t, answering(ok("done")));
  const gateway = await heldStand(t, upstream.port);
  gateway.recorder.mode = "intent";
  const connection = await caller(t, gateway.port);
  await connection.send("POST /up/ HTTP/1.1\r\nHost: g\r\nContent-Length: 6\r\n\r\nabc");
  await untilWaiting(gateway);
  assert.equal(upstream.sockets.length, 0);
  await connection.send("def");
  await pause(30);
  assert.equal(upstream.sockets.length, 0);
  let sent = "";
  upstream.server.on("connection", (socket) => {
    socket.on("data", (part: Buffer) => (sent += part.toString("latin1")));
  });
  gateway.recorder.settle();
  await untilWaiting(gateway);
  assert.ok(sent.endsWith("\r\n\r\nabcdef"), sent);
  assert.equal(await received(connection), "");
  gateway.recorder.settle();
  assert.equal(finals(await connection.wait((seen) => finals(seen) === 1)), 1);
  await connection.send(get());
  await untilWaiting(gateway);
  assert.equal(gateway.recorder.records.length, 2);
  gateway.recorder.settle();
  await connection.wait((seen) => finals(seen) === 2);
  const [first] = gateway.recorder.records;
  assert.deepEqual(gateway.recorder.intents, [first?.id]);
});

test("a request whose intent cannot be recorded is refused and never sent", async (t) => {
  const upstream = await rawService(t, answering(ok("done")));
  const gateway = await heldStand(t, upstream.port);
  gateway.recorder.mode = "intent";
  const connection = await caller(t, gateway.port);
  await connection.send(post("/", "abc"));
  await untilWaiting(gateway);
  gateway.recorder.settle("failed");
  await untilWaiting(gateway);
  gateway.recorder.settle();
  const { responses } = await connection.wait((seen) => finals(seen) === 1);
  assert.equal(responses[0]?.status, 503);
  assert.equal(upstream.sockets.length, 0);
  assert.deepEqual(
    gateway.recorder.records.map(({ code }) => code),
    ["ledger-unavailable"],
  );
});

test("who gives up before its intent is durable has sent nothing to the instance", async (t) => {
  const upstream = await rawService(t, answering(ok("done")));
  const gateway = await heldStand(t, upstream.port);
  gateway.recorder.mode = "intent";
  const connection = await caller(t, gateway.port);
  await connection.send(post("/", "abc"));
  await untilWaiting(gateway);
  connection.socket.resetAndDestroy();
  assert.ok(await eventually(() => gateway.exchanges().done === 1));
  gateway.recorder.settleAll();
  await pause(20);
  assert.equal(upstream.sockets.length, 0);
  assert.deepEqual(
    gateway.recorder.records.map(({ aborted, status }) => [aborted, status]),
    [[true, 499]],
  );
});

test("an intent that becomes durable late does not release what came of its time-out", async (t) => {
  const upstream = await rawService(t, answering(ok("done")));
  const gateway = await heldStand(t, upstream.port, { service: { timeoutMs: 100 } });
  gateway.recorder.mode = "intent";
  const connection = await caller(t, gateway.port);
  await connection.send(post("/", "abc"));
  await untilWaiting(gateway);
  await untilWaiting(gateway, 2);
  gateway.recorder.settle();
  await pause(30);
  assert.equal(await received(connection), "", "the answer's own record is not durable");
  gateway.recorder.settle();
  const { responses } = await connection.wait((seen) => finals(seen) === 1);
  assert.equal(responses[0]?.status, 504);
  assert.equal(upstream.sockets.length, 0);
});

const upgrade = get("/", "Connection: Upgrade\r\nUpgrade: lines/1\r\n");
const switching = "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: lines/1\r\n\r\n";

for (const first of ["service", "caller"] as const) {
  test(`a tunnel flows at once; its end, begun by the ${first}, waits for the record`, async (t) => {
    let heard = "";
    const upstream = await rawService(t, (socket) => {
      socket.once("data", () => {
        socket.write(`${switching}hello\n`);
        socket.on("data", (part: Buffer) => (heard += part.toString("latin1")));
        if (first === "caller") socket.on("end", () => socket.end("bye\n"));
      });
    });
    const gateway = await heldStand(t, upstream.port);
    const connection = await caller(t, gateway.port);
    await connection.send(upgrade);
    await connection.wait((seen) => seen.received.includes("hello\n"));
    await connection.send("one\n");
    assert.ok(await eventually(() => heard === "one\n"));
    assert.equal(gateway.recorder.records.length, 0);
    if (first === "service") upstream.sockets[0]?.end("bye\n");
    else connection.socket.end();
    await untilWaiting(gateway);
    const early = await connection.wait(() => true);
    assert.ok(early.received.toString("latin1").endsWith("hello\nbye\n"));
    assert.equal(early.closed, false);
    // The caller's half goes on as long as it likes.
    if (first === "service") {
      await connection.send("two\n");
      assert.ok(await eventually(() => heard === "one\ntwo\n"));
    }
    gateway.recorder.settle();
    const result = await connection.wait(() => false);
    assert.deepEqual([result.closed, result.reset], [true, false]);
    if (first === "service") {
      await connection.send("three\n");
      assert.ok(await eventually(() => heard === "one\ntwo\nthree\n"));
      assert.equal(gateway.exchanges().done, 0, "half of it is still open");
      connection.socket.end();
    }
    assert.ok(await eventually(() => gateway.exchanges().done === 1));
    assert.deepEqual(
      gateway.recorder.records.map(({ status, aborted, code }) => [status, aborted, code]),
      [[101, false, undefined]],
    );
  });
}

test("a tunnel that is torn down, or not recorded, is cut off, and recorded once", async (t) => {
  const upstream = await rawService(t, (socket) => {
    socket.once("data", () => socket.write(switching));
  });
  const gateway = await heldStand(t, upstream.port);
  const torn = await caller(t, gateway.port);
  await torn.send(upgrade);
  await torn.wait((seen) => seen.responses.length === 1);
  torn.socket.resetAndDestroy();
  assert.ok(await eventually(() => gateway.recorder.records.length === 1));
  assert.equal(gateway.recorder.records[0]?.aborted, true);
  gateway.recorder.settleAll();
  const unrecorded = await caller(t, gateway.port);
  await unrecorded.send(upgrade);
  await unrecorded.wait((seen) => seen.responses.length === 1);
  upstream.sockets[1]?.end();
  await untilWaiting(gateway);
  gateway.recorder.settle("failed");
  assert.equal((await unrecorded.wait(() => false)).closed, true);
  assert.ok(await eventually(() => gateway.exchanges().done === 2));
  assert.equal(gateway.recorder.records.length, 2);
});

interface Shown {
  readonly lines: string[];
  request: string;
  response: string;
}

function showing(shown: Shown): (exchange: ExchangeRecord) => Evidence {
  return () => ({
    requestHead: (head) => shown.lines.push(`${head.method} ${head.path}`),
    requestBody: (bytes, from, to) => (shown.request += bytes.toString("latin1", from, to)),
    responseHead: (head) =>
      shown.lines.push(`${head.status} ${head.field("content-type") ?? "none"}`),
    responseBody: (bytes, from, to) => (shown.response += bytes.toString("latin1", from, to)),
    call: () => shown.lines.push("call"),
    reply: () => shown.lines.push("reply"),
  });
}

const chunkedAnswer =
  "HTTP/1.1 200 OK\r\nContent-Type: text/x\r\nTransfer-Encoding: chunked\r\n\r\n" +
  "3;a=b\r\nabc\r\n4\r\ndefg\r\n0\r\nX-T: 1\r\n\r\n";

for (const mode of ["strict", "none"] as const) {
  test(`evidence sees heads and data without framing, both ways, mode ${mode}`, async (t) => {
    let got = "";
    const upstream = await rawService(t, (socket) => {
      socket.on("data", (part: Buffer) => {
        got += part.toString("latin1");
        if (!got.endsWith("0\r\n\r\n")) return;
        got = "";
        void (async () => {
          for (let at = 0; at < chunkedAnswer.length; at += 40) {
            socket.write(chunkedAnswer.slice(at, at + 40));
            await pause(5);
          }
        })();
      });
    });
    const gateway = await heldStand(t, upstream.port);
    const shown: Shown = { lines: [], request: "", response: "" };
    gateway.recorder.evidenceOf = showing(shown);
    Object.assign(gateway.recorder, { mode, atOnce: true });
    const connection = await caller(t, gateway.port);
    const head = "PUT /up/a HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n";
    await connection.send(`${head}2\r\nhe\r\n`, { pauseMs: 10 }, "3;x\r\nl", { pauseMs: 10 });
    await connection.send("lo\r\n0\r\n\r\n");
    await connection.wait((seen) => finals(seen) === 1);
    assert.deepEqual(shown.lines, ["PUT /up/a", "200 text/x"]);
    assert.deepEqual([shown.request, shown.response], ["hello", "abcdefg"]);
    const [record] = gateway.recorder.records;
    assert.deepEqual([record?.requestBytes, record?.answerContentType], [5, "text/x"]);
  });
}

test("evidence of a refused request is the refusal as the caller gets it", async (t) => {
  const upstream = await rawService(t, answering(ok("")));
  const gateway = await heldStand(t, upstream.port);
  const shown: Shown = { lines: [], request: "", response: "" };
  gateway.recorder.evidenceOf = showing(shown);
  gateway.recorder.atOnce = true;
  const connection = await caller(t, gateway.port);
  await connection.send("GET /nowhere HTTP/1.1\r\nHost: g\r\n\r\n");
  const { responses } = await connection.wait((seen) => finals(seen) === 1);
  assert.deepEqual(shown.lines, ["GET /nowhere", "404 application/problem+json"]);
  assert.equal(shown.response, responses[0]?.body);
});

const parent = "019a0000000070008000000000000001";

for (const [name, field, expected] of [
  ["the exchange's own field", `Parlance-Exchange: ${parent}`, parent],
  [
    "the trace that a service was called in",
    `traceparent: 00-${parent}-${parent.slice(16)}-01`,
    parent,
  ],
  ["a field that is no exchange", "Parlance-Exchange: 'drop table", undefined],
  ["a trace from elsewhere", `traceparent: 00-${"ab".repeat(16)}-${"cd".repeat(8)}-01`, undefined],
] as const) {
  test(`the parent of an exchange by ${name} is ${expected ?? "unknown"}`, async (t) => {
    const upstream = await rawService(t, answering(ok("")));
    const gateway = await heldStand(t, upstream.port);
    gateway.recorder.atOnce = true;
    const connection = await caller(t, gateway.port);
    await connection.send(get("/", `${field}\r\n`));
    const { responses } = await connection.wait((seen) => finals(seen) === 1);
    assert.equal(gateway.recorder.records[0]?.parent, expected);
    assert.notEqual(fieldOf(responses[0], "parlance-exchange"), parent);
  });
}
