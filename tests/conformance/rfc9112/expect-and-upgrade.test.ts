/** Expect: 100-continue and Upgrade between a caller and a service (RFC 9110 §10.1.1, §7.8). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { ask } from "#tests/support/ask.ts";
import { mediated } from "#tests/support/mediated.ts";
import { finals, openRaw } from "#tests/support/raw-http.ts";
import { fieldOf } from "#tests/support/read-responses.ts";

const host = "Host: a.test\r\n";
const expecting = `POST /echo/x HTTP/1.1\r\n${host}Expect: 100-continue\r\nContent-Length: 3\r\n\r\n`;
const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

test("RFC9110-10.1.1-1: the head is forwarded before the body, and 100 comes back", async (context) => {
  const { port, upstream } = await mediated(context, {
    onHead: () => ["HTTP/1.1 100 Continue\r\n\r\n"],
    answer: () => [ok],
  });
  const connection = await openRaw(port);
  await connection.send(expecting);
  const interim = await connection.wait((seen) => seen.responses.length > 0);
  assert.equal(interim.responses[0]?.status, 100);
  assert.match(String(upstream.connections()[0]), /expect: 100-continue/i);
  await connection.send("abc");
  const result = await connection.wait((seen) => finals(seen) > 0);
  connection.close();
  assert.deepEqual(
    result.responses.map((seen) => seen.status),
    [100, 200],
  );
  assert.equal(upstream.requests()[0]?.body, "abc");
});

test("RFC9110-10.1.1-2: Expect in HTTP/1.0 is ignored", async (context) => {
  const bytes = expecting.replace("HTTP/1.1", "HTTP/1.0");
  const { result, requests } = await ask(context, `${bytes}abc`);
  assert.deepEqual(
    result.responses.map((seen) => seen.status),
    [200],
  );
  assert.equal(requests[0]?.body, "abc");
  assert.equal(fieldOf(requests[0], "expect"), undefined);
});

test("RFC9110-10.1.1-3: a final answer instead of 100 leaves everything in step", async (context) => {
  const next = `GET /echo/next HTTP/1.1\r\n${host}\r\n`;
  const asked = await ask(context, [expecting, { pauseMs: 60 }, next], {
    answers: 2,
    onHead: (request) =>
      request.method === "POST" ? ["HTTP/1.1 417 No\r\nContent-Length: 2\r\n\r\nno"] : [],
    answer: (request) => (request.method === "POST" ? [] : [ok]),
  });
  assert.equal(asked.answer.status, 417);
  const forwarded = asked.received.join("");
  if (asked.result.closed) assert.ok(!forwarded.includes("/base/next"));
  else assert.equal(asked.result.responses[1]?.body, "ok");
});

const webSocket = `GET /echo/x HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
const switching =
  "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";

test("RFC9110-7.8-1: a forwarded Upgrade is named by Connection", async (context) => {
  const { requests } = await ask(context, webSocket, { reply: ok });
  assert.equal(fieldOf(requests[0], "upgrade"), "websocket");
  assert.match(fieldOf(requests[0], "connection") ?? "", /^upgrade$/i);
});

test("RFC9110-15.2.2-1: after 101 bytes flow both ways", async (context) => {
  const { port, upstream } = await mediated(context, { answer: () => [`${switching}hello`] });
  const connection = await openRaw(port);
  await connection.send(webSocket);
  const result = await connection.wait((seen) => seen.received.includes("hello"));
  const [answer] = result.responses;
  assert.equal(answer?.status, 101);
  assert.equal(fieldOf(answer, "upgrade"), "websocket");
  assert.match(fieldOf(answer, "connection") ?? "", /^upgrade$/i);
  await connection.send("\x81\x02hi");
  assert.ok(await upstream.waitFor(() => String(upstream.connections()[0]).endsWith("hi")));
  connection.close();
});

test("RFC9110-7.8-2: a refused upgrade is followed by requests, not by a tunnel", async (context) => {
  const next = `GET /echo/next HTTP/1.1\r\n${host}\r\n`;
  const asked = await ask(context, [webSocket, { pauseMs: 40 }, next], {
    reply: "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n",
    answers: 2,
  });
  assert.equal(asked.answer.status, 426);
  assert.equal(asked.result.responses[1]?.body, "GET /base/next");
  assert.equal(fieldOf(asked.requests[1], "x-forwarded-for"), "127.0.0.1");
});

test("RFC9110-7.8-3: Upgrade in HTTP/1.0 is ignored", async (context) => {
  const { requests, answer } = await ask(context, webSocket.replace("HTTP/1.1", "HTTP/1.0"));
  assert.equal(fieldOf(requests[0], "upgrade"), undefined);
  assert.equal(answer.status, 200);
});

const notTunnelled: readonly (readonly [name: string, bytes: string])[] = [
  ["h2c", webSocket.replace("websocket", "h2c")],
  ["h2c among others", webSocket.replace("websocket", "websocket, h2c")],
  ["an upgrade with a body", webSocket.replace("\r\n\r\n", "\r\nContent-Length: 3\r\n\r\nabc")],
];

for (const [name, bytes] of notTunnelled) {
  test(`RFC9110-7.8-4: ${name} is not forwarded as an upgrade`, async (context) => {
    const { requests } = await ask(context, bytes);
    await pause(10);
    for (const request of requests) {
      assert.equal(fieldOf(request, "upgrade"), undefined);
      assert.equal(fieldOf(request, "connection"), undefined);
    }
  });
}
