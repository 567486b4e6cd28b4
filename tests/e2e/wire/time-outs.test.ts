/** Each time-out, and who is told what by it. */
import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { finals } from "#tests/support/raw-http.ts";
import { lacks } from "#tests/support/tools.ts";
import { fieldOf, type SeenResponse } from "#tests/support/read-responses.ts";
import {
  answering,
  caller,
  eventually,
  fullBacklog,
  get,
  ok,
  post,
  rawService,
  stand,
} from "./stand.ts";

function codeOf(answer: SeenResponse | undefined): unknown {
  if (answer === undefined) return undefined;
  const { code, fault } = JSON.parse(answer.body) as Record<string, unknown>;
  return [answer.status, code, fault, fieldOf(answer, "parlance-fault") === fault];
}

const silent = (t: TestContext) => rawService(t, (socket) => void socket.on("data", () => {}));

describe("time-outs", { concurrency: true }, () => {
  test("headMs: a head that does not end is answered with 408", async (t) => {
    const upstream = await rawService(t, answering(ok("")));
    const configuration = { timeouts: { headMs: 300 } };
    const { port } = await stand(t, upstream.port, { configuration });
    const connection = await caller(t, port);
    for (const octet of "GET /up/ HTTP/1.1\r\nHo") {
      await connection.send(octet, { pauseMs: 40 });
    }
    const { responses, closed } = await connection.wait(() => false);
    assert.deepEqual(codeOf(responses[0]), [408, "head-timeout", "client", true]);
    assert.equal(closed, true);
  });

  test("headMs: a connection on which nothing comes is closed without a word", async (t) => {
    const upstream = await silent(t);
    const configuration = { timeouts: { headMs: 300 } };
    const { port } = await stand(t, upstream.port, { configuration });
    const connection = await caller(t, port);
    const { received, closed } = await connection.wait(() => false);
    assert.deepEqual([received.length, closed], [0, true]);
  });

  test("keepAliveMs: an idle connection is closed, one in use is not", async (t) => {
    const upstream = await rawService(t, answering(ok("x")));
    const configuration = { timeouts: { keepAliveMs: 400 } };
    const { port } = await stand(t, upstream.port, { configuration });
    const connection = await caller(t, port);
    for (let count = 1; count <= 4; count++) {
      await connection.send(get(), { pauseMs: 200 });
      const { closed } = await connection.wait((seen) => finals(seen) === count);
      assert.equal(closed, false);
    }
    assert.equal((await connection.wait(() => false)).closed, true);
  });

  test("bodyIdleMs: a body that stops is answered with 408", async (t) => {
    const upstream = await silent(t);
    const configuration = { timeouts: { bodyIdleMs: 300 } };
    const { port } = await stand(t, upstream.port, { configuration });
    const connection = await caller(t, port);
    await connection.send(post("/", "body").slice(0, -1));
    const { responses, closed } = await connection.wait(() => false);
    assert.deepEqual(codeOf(responses[0]), [408, "body-timeout", "client", true]);
    assert.equal(closed, true);
    assert.ok(await eventually(() => upstream.closed() === 1));
  });

  test("bodyIdleMs: a caller that does not take its answer loses it", async (t) => {
    const size = 64 * 1024 * 1024;
    const upstream = await rawService(t, (socket) =>
      socket.once("data", () => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
        socket.write(Buffer.alloc(size));
      }),
    );
    const configuration = { timeouts: { bodyIdleMs: 500 } };
    const { port, gateway, exchanges } = await stand(t, upstream.port, { configuration });
    const connection = await caller(t, port);
    connection.socket.pause();
    await connection.send(get());
    assert.ok(await eventually(() => exchanges().begun === 1));
    assert.ok(await eventually(() => gateway.connectionCount === 0, 3_000));
    assert.equal(exchanges().done, 1);
    assert.ok(await eventually(() => upstream.closed() === 1));
  });

  test("bodyIdleMs: time that the service took before its answer does not count", async (t) => {
    const size = 16 * 1024 * 1024;
    const upstream = await rawService(t, (socket) =>
      socket.once("data", () => {
        void pause(900).then(() => {
          socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
          socket.write(Buffer.alloc(size));
        });
      }),
    );
    const configuration = { timeouts: { bodyIdleMs: 600 } };
    const { port } = await stand(t, upstream.port, { configuration });
    const connection = await caller(t, port);
    connection.socket.removeAllListeners("data");
    let count = 0;
    connection.socket.on("data", (part: Buffer) => {
      count += part.length;
      connection.socket.pause();
      setTimeout(() => connection.socket.resume(), 1);
    });
    await connection.send(get());
    await eventually(() => count > size, 8_000);
    assert.ok(count > size, `${count} bytes of ${size}`);
  });

  test("firstByteMs: no answer in time is a 504", async (t) => {
    const upstream = await silent(t);
    const { port } = await stand(t, upstream.port, { service: { firstByteMs: 300 } });
    const connection = await caller(t, port);
    await connection.send(post("/", "body"));
    const { responses, closed } = await connection.wait((seen) => finals(seen) === 1);
    assert.deepEqual(codeOf(responses[0]), [504, "answer-timeout", "service", true]);
    assert.equal(closed, false, "the caller's connection goes on");
    assert.ok(await eventually(() => upstream.closed() === 1));
  });

  test("firstByteMs: a service that stops taking the body is a 504", async (t) => {
    const upstream = await rawService(t, (socket) => void socket.pause());
    const { port } = await stand(t, upstream.port, { service: { firstByteMs: 500 } });
    const connection = await caller(t, port);
    const size = 64 * 1024 * 1024;
    connection.socket.write(`POST /up/ HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`);
    connection.socket.write(Buffer.alloc(size));
    const { responses } = await connection.wait((seen) => finals(seen) === 1, 4_000);
    assert.deepEqual(codeOf(responses[0]), [504, "answer-timeout", "service", true]);
  });

  test("timeoutMs: an answer that is not begun in time is a 504", async (t) => {
    const upstream = await silent(t);
    const { port } = await stand(t, upstream.port, { service: { timeoutMs: 300 } });
    const connection = await caller(t, port);
    await connection.send(get());
    const { responses } = await connection.wait((seen) => finals(seen) === 1);
    assert.deepEqual(codeOf(responses[0]), [504, "exchange-timeout", "service", true]);
  });

  test("timeoutMs: an answer that is not whole in time is cut off", async (t) => {
    const upstream = await rawService(t, (socket) =>
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        const timer = setInterval(() => socket.write("1\r\nx\r\n"), 50);
        socket.on("close", () => clearInterval(timer)).on("end", () => socket.destroy());
      }),
    );
    const { port } = await stand(t, upstream.port, { service: { timeoutMs: 400 } });
    const connection = await caller(t, port);
    await connection.send(get());
    const { responses, closed } = await connection.wait(() => false);
    assert.deepEqual([responses[0]?.status, responses[0]?.complete, closed], [200, false, true]);
  });

  test("responseIdleMs: an answer that stops is cut off", async (t) => {
    const upstream = await rawService(t, answering(ok("whole").slice(0, -1)));
    const { port } = await stand(t, upstream.port, { service: { responseIdleMs: 300 } });
    const connection = await caller(t, port);
    await connection.send(get());
    const { responses, closed } = await connection.wait(() => false);
    assert.deepEqual([responses[0]?.body, responses[0]?.complete, closed], ["whol", false, true]);
    assert.ok(await eventually(() => upstream.closed() === 1));
  });

  test("responseIdleMs: a caller that is slow to take the answer is not the service's fault", async (t) => {
    const size = 32 * 1024 * 1024;
    const upstream = await rawService(t, (socket) =>
      socket.once("data", () => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
        socket.write(Buffer.alloc(size));
      }),
    );
    const { port } = await stand(t, upstream.port, { service: { responseIdleMs: 300 } });
    const connection = await caller(t, port);
    connection.socket.removeAllListeners("data");
    let count = 0;
    connection.socket.on("data", (part: Buffer) => (count += part.length));
    connection.socket.pause();
    await connection.send(get());
    await pause(1_200);
    connection.socket.resume();
    assert.ok(await eventually(() => count > size, 8_000), `${count} bytes of ${size}`);
  });

  test(
    "connectMs: an instance that never takes the connection is a 504",
    { skip: lacks("python3") },
    async (t) => {
      const full = await fullBacklog(t);
      const { port } = await stand(t, full, { service: { connectMs: 400 } });
      const connection = await caller(t, port);
      await connection.send(get());
      const { responses } = await connection.wait((seen) => finals(seen) === 1, 4_000);
      assert.deepEqual(codeOf(responses[0]), [504, "instance-connect-timeout", "service", true]);
    },
  );

  test(
    "connectMs: the other instance takes over, and the caller sees nothing of it",
    { skip: lacks("python3") },
    async (t) => {
      const full = await fullBacklog(t);
      const upstream = await rawService(t, answering(ok("here")));
      const instances = [`http://127.0.0.1:${full}`, `http://127.0.0.1:${upstream.port}`];
      const { port } = await stand(t, 0, { service: { instances, connectMs: 300 } });
      for (let count = 0; count < 4; count++) {
        const connection = await caller(t, port);
        await connection.send(get());
        const { responses } = await connection.wait((seen) => finals(seen) === 1, 4_000);
        assert.equal(responses[0]?.body, "here");
      }
    },
  );

  test("tunnelIdleMs: a tunnel on which nothing moves is closed", async (t) => {
    const upstream = await rawService(
      t,
      answering("HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"),
    );
    const configuration = { timeouts: { tunnelIdleMs: 300 } };
    const { port } = await stand(t, upstream.port, { configuration });
    const connection = await caller(t, port);
    await connection.send(get("/", "Connection: upgrade\r\nUpgrade: x\r\n"));
    assert.equal((await connection.wait(() => false)).closed, true);
    assert.ok(await eventually(() => upstream.closed() === 1));
  });

  test("instanceKeepAliveMs: an idle connection to an instance is closed", async (t) => {
    const upstream = await rawService(t, answering(ok("x")));
    const configuration = { timeouts: { instanceKeepAliveMs: 300 } };
    const { port } = await stand(t, upstream.port, { configuration });
    const connection = await caller(t, port);
    await connection.send(get());
    await connection.wait((seen) => finals(seen) === 1);
    assert.equal(upstream.closed(), 0);
    assert.ok(await eventually(() => upstream.closed() === 1));
  });
});

test("what came while the gateway itself stood still is not too late", async (t) => {
  const upstream = await rawService(t, (socket) =>
    socket.on("data", () => {
      socket.write(ok("here"));
      // Gateway and test share a thread.
      const untilMs = performance.now() + 900;
      while (performance.now() < untilMs);
    }),
  );
  const service = { firstByteMs: 300, responseIdleMs: 300, timeoutMs: 5_000 };
  const { port } = await stand(t, upstream.port, { service });
  const connection = await caller(t, port);
  for (let sent = 1; sent <= 3; sent++) {
    await connection.send(get());
    const { responses } = await connection.wait((seen) => finals(seen) === sent);
    assert.equal(responses[sent - 1]?.status, 200);
  }
});
