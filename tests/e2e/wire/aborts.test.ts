/** A caller that goes away: the service hears of it within a second, whatever was under way. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type net from "node:net";
import test from "node:test";
import { lacks } from "#tests/support/tools.ts";
import { atEnd, caller, eventually, get, post, rawService, stand } from "./stand.ts";

interface Moment {
  readonly request: string;
  /** What the service sends before the caller leaves. */
  readonly sent: string;
}

const moments: Readonly<Record<string, Moment>> = {
  "before the head": { request: get(), sent: "" },
  "before the head of the answer to a POST": { request: post("/", "body"), sent: "" },
  "in the middle of its own body": { request: post("/", "body").slice(0, -1), sent: "" },
  "in the middle of its chunks": {
    request: "POST /up/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    sent: "",
  },
  "during a body with a length": {
    request: get(),
    sent: "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc",
  },
  "during an idle event stream": {
    request: get(),
    sent: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n",
  },
  "during an idle close-delimited event stream": {
    request: get(),
    sent: "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n",
  },
  "in a tunnel": {
    request: get("/", "Connection: upgrade\r\nUpgrade: x\r\n"),
    sent: "HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
  },
};

const leave: Readonly<Record<string, (socket: net.Socket) => void>> = {
  "closes its socket": (socket) => void socket.destroy(),
  "resets it": (socket) => void socket.resetAndDestroy(),
};

for (const [when, { request, sent }] of Object.entries(moments)) {
  for (const [how, go] of Object.entries(leave)) {
    test(`the service hears of a caller that ${how} ${when}`, async (t) => {
      const upstream = await rawService(t, (socket) => {
        socket.once("data", () => socket.write(sent));
        socket.on("end", () => socket.end());
      });
      const { port, exchanges } = await stand(t, upstream.port);
      const connection = await caller(t, port);
      await connection.send(request);
      assert.ok(await eventually(() => upstream.sockets[0] !== undefined));
      if (sent === "") await eventually(() => (upstream.sockets[0]?.bytesRead ?? 0) > 100);
      else await connection.wait((seen) => seen.received.length > 0);
      go(connection.socket);
      assert.ok(await eventually(() => upstream.closed() === 1, 1_000), "within a second");
      assert.ok(await eventually(() => exchanges().done === 1));
    });
  }
}

test("the service hears of a caller that goes while it waits for a connection", async (t) => {
  const upstream = await rawService(t, (socket) => void socket.on("data", () => {}));
  const configuration = { limits: { instanceConnectionsMax: 1 } };
  const { port, exchanges } = await stand(t, upstream.port, { configuration });
  const first = await caller(t, port);
  await first.send(get("/first"));
  assert.ok(await eventually(() => upstream.sockets.length === 1));
  const second = await caller(t, port);
  await second.send(get("/second"));
  assert.ok(await eventually(() => exchanges().begun === 2));
  second.close();
  assert.ok(await eventually(() => exchanges().done === 1, 1_500));
  assert.equal(upstream.sockets.length, 1);
});

for (const when of ["before the head", "during an idle event stream"]) {
  test(`killing curl ${when} reaches the service`, { skip: lacks("curl") }, async (t) => {
    const sent = moments[when]?.sent ?? "";
    const upstream = await rawService(t, (socket) => {
      socket.once("data", () => socket.write(sent));
      socket.on("end", () => socket.end());
    });
    const { port } = await stand(t, upstream.port);
    const curl = spawn("curl", ["-sN", `http://127.0.0.1:${port}/up/`]);
    atEnd(t, () => curl.kill("SIGKILL"));
    if (sent === "") assert.ok(await eventually(() => (upstream.sockets[0]?.bytesRead ?? 0) > 0));
    else await once(curl.stdout, "data");
    curl.kill("SIGKILL");
    assert.ok(await eventually(() => upstream.closed() === 1, 1_000));
  });
}

test("a caller that goes lets go of the service's connection, not of other callers'", async (t) => {
  const upstream = await rawService(t, (socket) => {
    socket.on("data", (part: Buffer) => {
      if (part.includes("/quick")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    socket.on("end", () => socket.end());
  });
  const { port } = await stand(t, upstream.port);
  const going = await caller(t, port);
  const staying = await caller(t, port);
  await going.send(get("/slow"));
  await staying.send(get("/quick"));
  await staying.wait((seen) => seen.responses[0]?.complete === true);
  going.close();
  assert.ok(await eventually(() => upstream.closed() === 1, 1_000));
  await staying.send(get("/quick"));
  const { responses } = await staying.wait((seen) => seen.responses[1]?.complete === true);
  assert.equal(responses[1]?.status, 200);
});
