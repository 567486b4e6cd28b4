/** Services that die, lie or answer early: told in words before the head, seen as cut after. */
import assert from "node:assert/strict";
import type net from "node:net";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Agent, fetch, request as ask } from "undici";
import { finals } from "#tests/support/raw-http.ts";
import { fieldOf, type SeenResponse } from "#tests/support/read-responses.ts";
import { answering, atEnd, caller, eventually, get, ok, post, rawService, stand } from "./stand.ts";

function assertProblem(answer: SeenResponse | undefined, status: number, code: string): void {
  assert.equal(answer?.status, status, JSON.stringify(answer));
  assert.equal(fieldOf(answer, "content-type"), "application/problem+json");
  assert.equal(fieldOf(answer, "parlance-fault"), "service");
  const problem = JSON.parse(answer.body) as Record<string, unknown>;
  assert.deepEqual(
    [problem["status"], problem["code"], problem["fault"], problem["exchange"]],
    [status, code, "service", fieldOf(answer, "parlance-exchange")],
  );
}

type Answer = (socket: net.Socket) => void;

const beforeHead: Readonly<Record<string, readonly [Answer, string]>> = {
  "closes before its head": [(socket) => void socket.end(), "instance-closed"],
  "resets before its head": [(socket) => void socket.resetAndDestroy(), "instance-closed"],
  "closes within its head": [(socket) => void socket.end("HTTP/1.1 200 O"), "instance-closed"],
  "sends garbage": [(socket) => void socket.write("what?\r\n\r\n"), "instance-malformed"],
  "sends a lone 100 and closes": [
    (socket) => void socket.end("HTTP/1.1 100 Continue\r\n\r\n"),
    "instance-closed",
  ],
  "sends an endless head": [
    (socket) => void socket.write(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(100_000)}`),
    "instance-malformed",
  ],
  "sends chunks that are none": [
    (socket) => void socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"),
    "instance-malformed",
  ],
};

for (const [title, [answer, code]] of Object.entries(beforeHead)) {
  for (const request of [get(), post("/", "body")]) {
    test(`a service that ${title} makes a 502 of ${request.slice(0, 4)}`, async (t) => {
      const upstream = await rawService(t, (socket) => socket.once("data", () => answer(socket)));
      const { port } = await stand(t, upstream.port);
      const connection = await caller(t, port);
      await connection.send(request);
      const { responses } = await connection.wait((seen) => finals(seen) === 1);
      assertProblem(responses[responses.length - 1], 502, code);
      assert.ok(await eventually(() => upstream.closed() === upstream.sockets.length));
      assert.equal(upstream.sockets.length, 1, "nothing is repeated on a fresh connection");
    });
  }
}

test("an instance that nobody listens on is a 502", async (t) => {
  const upstream = await rawService(t, () => {});
  const { port } = await stand(t, upstream.port);
  upstream.server.close();
  const connection = await caller(t, port);
  await connection.send(get());
  const { responses } = await connection.wait((seen) => finals(seen) === 1);
  assertProblem(responses[0], 502, "instance-unreachable");
});

const partial = {
  "with a length": "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc",
  "in chunks": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
  "within a chunk": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc",
  "behind the last chunk": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
};
const deaths: Readonly<Record<string, Answer>> = {
  closes: (socket) => void socket.end(),
  resets: (socket) => void socket.resetAndDestroy(),
};
const cut = { ...partial, "up to the close": "HTTP/1.1 200 OK\r\n\r\nabc" };

for (const [framing, bytes] of Object.entries(cut)) {
  for (const [how, die] of Object.entries(deaths)) {
    // A close is how such a body ends.
    if (how === "closes" && framing === "up to the close") continue;
    test(`a caller sees that an answer ${framing} was cut off when the service ${how}`, async (t) => {
      const upstream = await rawService(t, (socket) =>
        socket.once("data", () => {
          socket.write(bytes);
          void pause(50).then(() => die(socket));
        }),
      );
      const { port } = await stand(t, upstream.port);
      const connection = await caller(t, port);
      await connection.send(get());
      const { responses, closed } = await connection.wait(() => false);
      assert.deepEqual([responses[0]?.status, responses[0]?.complete, closed], [200, false, true]);

      const old = await caller(t, port);
      await old.send("GET /up/ HTTP/1.0\r\n\r\n");
      assert.equal((await old.wait(() => false)).reset, true);

      const dispatcher = new Agent();
      atEnd(t, () => dispatcher.destroy());
      const answer = await ask(`http://127.0.0.1:${port}/up/`, { dispatcher });
      await assert.rejects(answer.body.text());
    });
  }
}

test("a malformed chunk in the middle of an answer cuts it off", async (t) => {
  const upstream = await rawService(t, (socket) =>
    socket.once("data", () => {
      socket.write(partial["in chunks"]);
      void pause(50).then(() => socket.write("zz\r\n"));
    }),
  );
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  await connection.send(get());
  const { responses, closed } = await connection.wait(() => false);
  assert.deepEqual([responses[0]?.complete, responses[0]?.body, closed], [false, "abc", true]);
});

const tooMuch = {
  "more than its length": `${ok("ok")}extra`,
  "two answers": ok("ok") + ok("forged"),
  "an answer to HEAD with a body": ok("ok"),
};

for (const [title, answer] of Object.entries(tooMuch)) {
  test(`of a service that sends ${title}, the caller gets the answer alone`, async (t) => {
    const upstream = await rawService(t, answering(answer));
    const { port } = await stand(t, upstream.port);
    const method = title.includes("HEAD") ? "HEAD" : "GET";
    const connection = await caller(t, port, [method, method]);
    for (let count = 1; count <= 2; count++) {
      await connection.send(get().replace("GET", method));
      const { responses, error } = await connection.wait((seen) => finals(seen) === count);
      assert.deepEqual([error, responses.length], [undefined, count]);
      assert.equal(responses[count - 1]?.body, method === "GET" ? "ok" : "");
    }
    assert.equal(upstream.sockets.length, 2, "such a connection is not used again");
  });
}

test("what a service sends unasked on an idle connection answers no later request", async (t) => {
  const upstream = await rawService(t, (socket, index) => {
    socket.on("data", () => socket.write(ok(`connection ${index}`)));
    if (index === 0) void pause(150).then(() => socket.write(ok("forged")));
  });
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  await connection.send(get());
  await connection.wait((seen) => finals(seen) === 1);
  assert.ok(await eventually(() => upstream.closed() === 1));
  await connection.send(get());
  const { responses } = await connection.wait((seen) => finals(seen) === 2);
  assert.equal(responses[1]?.body, "connection 1");
});

for (const how of ["stays", "closes"] as const) {
  test(`an answer before the body is whole is passed on when the service ${how}`, async (t) => {
    const upstream = await rawService(t, (socket) =>
      socket.once("data", () => {
        const answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno";
        if (how === "stays") socket.write(answer);
        else socket.end(answer);
      }),
    );
    const { port } = await stand(t, upstream.port);
    const connection = await caller(t, port);
    await connection.send("POST /up/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nbegin");
    const { responses, closed, reset } = await connection.wait(() => false);
    assert.deepEqual([responses[0]?.status, responses[0]?.body], [403, "no"]);
    assert.deepEqual([closed, reset], [true, false]);
    assert.ok(await eventually(() => upstream.closed() === 1));
  });
}

test("a caller that is still sending a large body gets the early answer, not a reset", async (t) => {
  const upstream = await rawService(t, (socket) =>
    socket.once("data", () => socket.write("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno")),
  );
  const { port } = await stand(t, upstream.port);
  const dispatcher = new Agent();
  atEnd(t, () => dispatcher.destroy());
  const connection = await caller(t, port);
  const size = 64 * 1024 * 1024;
  connection.socket.write(`POST /up/ HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`);
  connection.socket.write(Buffer.alloc(size, "x"));
  const { responses, reset } = await connection.wait(() => false, 4_000);
  assert.deepEqual([responses[0]?.status, reset], [403, false]);
});

test("fetch rejects the body of an answer that was cut off", async (t) => {
  const upstream = await rawService(t, (socket) =>
    socket.once("data", () => {
      socket.write(partial["in chunks"]);
      void pause(50).then(() => socket.end());
    }),
  );
  const { port } = await stand(t, upstream.port);
  const dispatcher = new Agent();
  atEnd(t, () => dispatcher.destroy());
  const answer = await fetch(`http://127.0.0.1:${port}/up/`, { dispatcher });
  await assert.rejects(answer.text(), /terminated/);
});
