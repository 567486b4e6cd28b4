/** When a record cannot be made, or somebody goes away while one is waited for. */
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { answering, caller, eventually, get, ok, post, rawService } from "#tests/e2e/wire/stand.ts";
import { testReceipt } from "#tests/support/hand-recorder.ts";
import { finals } from "#tests/support/raw-http.ts";
import { fieldOf } from "#tests/support/read-responses.ts";
import { heldStand, received, untilWaiting } from "./held-stand.ts";

const chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const long = "x".repeat(100_000);

test("an answer that is held whole gives way to a problem, and the connection goes on", async (t) => {
  const upstream = await rawService(t, answering(ok("secret")));
  const gateway = await heldStand(t, upstream.port);
  const connection = await caller(t, gateway.port);
  await connection.send(get());
  await untilWaiting(gateway);
  gateway.recorder.settle("failed");
  const { responses } = await connection.wait((seen) => finals(seen) === 1);
  assert.equal(responses[0]?.status, 503);
  assert.equal(fieldOf(responses[0], "parlance-fault"), "gateway");
  assert.equal(fieldOf(responses[0], "parlance-receipt"), undefined);
  assert.equal(fieldOf(responses[0], "retry-after"), "1");
  const problem = JSON.parse(responses[0]?.body ?? "") as Record<string, unknown>;
  assert.equal(problem["code"], "ledger-unavailable");
  assert.equal(problem["exchange"], gateway.recorder.records[0]?.id);
  assert.ok(!(await received(connection)).includes("secret"));
  await connection.send(get());
  await untilWaiting(gateway);
  gateway.recorder.settle();
  const again = await connection.wait((seen) => finals(seen) === 2);
  assert.equal(again.responses[1]?.body, "secret");
  assert.equal(gateway.recorder.records.length, 2, "each was put on record once");
});

for (const [name, answer] of [
  ["a long answer", ok(`${long}!`)],
  ["a stream", `${chunkedHead}3\r\nabc\r\n`],
] as const) {
  test(`${name} that is not recorded is cut off before its end`, async (t) => {
    const upstream = await rawService(t, (socket) => {
      socket.once("data", () => {
        socket.write(answer);
        if (answer.startsWith(chunkedHead)) setTimeout(() => socket.write("0\r\n\r\n"), 20);
      });
    });
    const gateway = await heldStand(t, upstream.port);
    const connection = await caller(t, gateway.port);
    await connection.send(get());
    await untilWaiting(gateway);
    gateway.recorder.settle("failed");
    const result = await connection.wait(() => false);
    assert.equal(result.closed, true);
    assert.equal(finals(result), 0);
  });
}

test("while nothing can be recorded, requests are refused and reach no instance", async (t) => {
  const upstream = await rawService(t, answering(ok("hello")));
  const gateway = await heldStand(t, upstream.port);
  Object.assign(gateway.recorder, { refuses: true, atOnce: true });
  const connection = await caller(t, gateway.port);
  await connection.send(post("/", "body"));
  const { responses } = await connection.wait((seen) => finals(seen) === 1);
  assert.equal(responses[0]?.status, 503);
  assert.equal(upstream.sockets.length, 0);
  assert.deepEqual(
    gateway.recorder.records.map(({ code }) => code),
    ["ledger-unavailable"],
  );
  gateway.recorder.refuses = false;
  await connection.send(get());
  const again = await connection.wait((seen) => finals(seen) === 2);
  assert.equal(again.responses[1]?.body, "hello");
});

test("an instance that breaks off an answer that is held whole is told of in words", async (t) => {
  const upstream = await rawService(t, (socket) => {
    socket.once("data", () => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
      setTimeout(() => socket.destroy(), 20);
    });
  });
  const gateway = await heldStand(t, upstream.port);
  const connection = await caller(t, gateway.port);
  await connection.send(get());
  await untilWaiting(gateway);
  assert.equal(await received(connection), "");
  gateway.recorder.settle();
  const { responses } = await connection.wait((seen) => finals(seen) === 1);
  assert.equal(responses[0]?.status, 502);
  assert.equal(fieldOf(responses[0], "parlance-receipt"), testReceipt);
  const codes = gateway.recorder.records.map(({ code, status }) => [code, status]);
  assert.deepEqual(codes, [["instance-closed", 502]]);
});

test("an answer that breaks off is cut off once that is on record", async (t) => {
  const upstream = await rawService(t, (socket) => {
    socket.once("data", () => {
      socket.write(`${chunkedHead}3\r\nabc\r\n`);
      setTimeout(() => socket.destroy(), 20);
    });
  });
  const gateway = await heldStand(t, upstream.port);
  const connection = await caller(t, gateway.port);
  await connection.send(get());
  await untilWaiting(gateway);
  const early = await connection.wait(() => true);
  assert.equal(early.closed, false);
  gateway.recorder.settle();
  const result = await connection.wait(() => false);
  assert.deepEqual([result.closed, finals(result)], [true, 0]);
  assert.deepEqual(
    gateway.recorder.records.map(({ code }) => code),
    ["instance-closed"],
  );
});

for (const [how, leave] of [
  ["resets", (socket: Socket) => socket.resetAndDestroy()],
  ["closes", (socket: Socket) => socket.destroy()],
] as const) {
  test(`a caller who ${how} while the answer is held is noticed, and the record stands`, async (t) => {
    const upstream = await rawService(t, answering(ok("hello")));
    const gateway = await heldStand(t, upstream.port);
    const connection = await caller(t, gateway.port);
    await connection.send(get());
    await untilWaiting(gateway);
    leave(connection.socket);
    assert.ok(await eventually(() => gateway.exchanges().done === 1));
    assert.ok(await eventually(() => gateway.gateway.connectionCount === 0));
    assert.deepEqual(
      gateway.recorder.records.map(({ status, aborted }) => [status, aborted]),
      [[200, false]],
    );
    gateway.recorder.settle();
    await pause(20);
    assert.equal(gateway.exchanges().done, 1, "what comes late does no harm");
  });
}

test("a caller who gives up before the answer is recorded as such, once", async (t) => {
  const upstream = await rawService(t, (socket) => socket.on("data", () => undefined));
  const gateway = await heldStand(t, upstream.port);
  const connection = await caller(t, gateway.port);
  await connection.send(get());
  assert.ok(await eventually(() => upstream.sockets.length === 1));
  await pause(20);
  connection.socket.resetAndDestroy();
  assert.ok(await eventually(() => gateway.recorder.records.length === 1));
  const [record] = gateway.recorder.records;
  assert.deepEqual([record?.status, record?.aborted], [499, true]);
  gateway.recorder.settleAll("failed");
  assert.equal(gateway.exchanges().done, 1);
});

test("a caller who has half-closed gets its answer, however long the record takes", async (t) => {
  const upstream = await rawService(t, answering(ok(`${long}!`)));
  const gateway = await heldStand(t, upstream.port);
  const connection = await caller(t, gateway.port);
  await connection.send(get());
  connection.socket.end();
  await untilWaiting(gateway);
  // Longer than a caller that sent FIN and takes nothing is waited for.
  await pause(1_000);
  gateway.recorder.settle();
  const result = await connection.wait(() => false);
  // The FIN before the answer was probed (docs/decisions/0008).
  const answer = result.responses.find(({ status }) => status >= 200);
  assert.ok(answer?.body === `${long}!`);
  assert.deepEqual([result.closed, result.reset], [true, false]);
});

test("an early answer is held while the rest of its request is dropped", async (t) => {
  const upstream = await rawService(t, (socket) => {
    socket.once("data", () => socket.write(ok("enough")));
  });
  const gateway = await heldStand(t, upstream.port);
  const connection = await caller(t, gateway.port);
  await connection.send(`POST /up/ HTTP/1.1\r\nHost: g\r\nContent-Length: 200000\r\n\r\n`);
  await untilWaiting(gateway);
  await connection.send(long, long);
  await pause(50);
  assert.equal(await received(connection), "");
  gateway.recorder.settle();
  const result = await connection.wait(() => false);
  assert.equal(result.responses[0]?.body, "enough");
  assert.equal(fieldOf(result.responses[0], "connection"), "close");
  assert.deepEqual([result.closed, result.reset], [true, false]);
  assert.equal(gateway.recorder.records.length, 1);
});

test("an early answer that is held reaches a caller who has ended its request halfway", async (t) => {
  const upstream = await rawService(t, (socket) => {
    socket.once("data", () => socket.write(ok("enough")));
  });
  const gateway = await heldStand(t, upstream.port);
  const connection = await caller(t, gateway.port);
  await connection.send("POST /up/ HTTP/1.1\r\nHost: g\r\nContent-Length: 9\r\n\r\nabc");
  await untilWaiting(gateway);
  connection.socket.end();
  await pause(30);
  gateway.recorder.settle();
  const result = await connection.wait(() => false);
  const answer = result.responses.find(({ status }) => status >= 200);
  assert.equal(answer?.body, "enough");
  assert.equal(result.reset, false);
  assert.equal(gateway.recorder.records[0]?.aborted, false);
});

test("a drain waits for what is held, and says that the connection closes", async (t) => {
  const upstream = await rawService(t, answering(ok("hello")));
  const gateway = await heldStand(t, upstream.port, {
    configuration: { timeouts: { drainMs: 5_000 } },
  });
  const connection = await caller(t, gateway.port);
  await connection.send(get());
  await untilWaiting(gateway);
  let cut: number | undefined;
  void gateway.gateway.drain().then((count) => (cut = count));
  await pause(100);
  assert.equal(cut, undefined);
  gateway.recorder.settle();
  const result = await connection.wait(() => false);
  assert.equal(result.responses[0]?.body, "hello");
  assert.equal(fieldOf(result.responses[0], "connection"), "close");
  assert.equal(result.closed, true);
  connection.socket.destroy();
  assert.ok(await eventually(() => cut === 0));
});

test("a drain that takes too long cuts off what is held", async (t) => {
  const upstream = await rawService(t, answering(ok("hello")));
  const gateway = await heldStand(t, upstream.port);
  const connection = await caller(t, gateway.port);
  await connection.send(get());
  await untilWaiting(gateway);
  assert.equal(await gateway.gateway.drain(), 1);
  assert.ok(await eventually(() => gateway.exchanges().done === 1));
  assert.equal(await received(connection), "");
});

test("a slow reader of a long answer makes the instance wait, and gets all of it", async (t) => {
  const body = Buffer.alloc(48 * 1024 * 1024, "z");
  let sent = 0;
  const upstream = await rawService(t, (socket) => {
    socket.once("data", () => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`);
      const more = (): void => {
        while (sent < body.length) {
          const next = Math.min(body.length, sent + 64 * 1024);
          const goesOn = socket.write(body.subarray(sent, next));
          sent = next;
          if (!goesOn) return void socket.once("drain", more);
        }
      };
      more();
    });
  });
  const gateway = await heldStand(t, upstream.port);
  const connection = await caller(t, gateway.port);
  connection.socket.pause();
  await connection.send(get());
  await pause(300);
  assert.ok(sent < body.length, "the instance had to stop");
  assert.equal(gateway.recorder.records.length, 0);
  connection.socket.resume();
  assert.ok(await eventually(() => gateway.recorder.waiting() === 1, 10_000));
  await pause(50);
  const early = await connection.wait(() => true);
  assert.equal(early.received.length - early.received.indexOf("\r\n\r\n") - 4, body.length - 1);
  gateway.recorder.settle();
  const { responses } = await connection.wait((seen) => finals(seen) === 1);
  assert.equal(responses[0]?.complete, true);
});

test("a caller who takes nothing while the end is held is cut off in time", async (t) => {
  const body = "z".repeat(6 * 1024 * 1024);
  const upstream = await rawService(t, answering(ok(body)));
  const gateway = await heldStand(t, upstream.port, {
    configuration: { timeouts: { bodyIdleMs: 300 } },
  });
  const connection = await caller(t, gateway.port);
  connection.socket.pause();
  await connection.send(get());
  assert.ok(await eventually(() => gateway.exchanges().done === 1, 5_000));
  assert.equal(gateway.recorder.records.length, 1);
  connection.socket.destroy();
});

test("a thousand answers that are held take what they are long, and all leave", async (t) => {
  const body = "y".repeat(15_000);
  const upstream = await rawService(t, answering(ok(body)));
  const gateway = await heldStand(t, upstream.port);
  const connections = await Promise.all(
    Array.from({ length: 1_000 }, () => caller(t, gateway.port)),
  );
  const before = process.memoryUsage().arrayBuffers;
  for (const connection of connections) connection.socket.write(get());
  assert.ok(await eventually(() => gateway.recorder.waiting() === 1_000, 20_000));
  const heldBytes = process.memoryUsage().arrayBuffers - before;
  // Connections to the instance have buffers of their own, at most 1,024 of them.
  const buffersBytes = upstream.sockets.length * 82 * 1024;
  const most = buffersBytes + 1_000 * 40_000;
  assert.ok(heldBytes < most, `${heldBytes} bytes for 15 MB, ${buffersBytes} of them for reading`);
  gateway.recorder.settleAll();
  for (const connection of connections) {
    const { responses } = await connection.wait((seen) => finals(seen) === 1);
    assert.equal(responses[0]?.body.length, body.length);
  }
});
