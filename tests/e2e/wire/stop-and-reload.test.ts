/** A stop finishes what is under way; a new revision drops nothing; nothing stays open behind. */
import assert from "node:assert/strict";
import http2 from "node:http2";
import type net from "node:net";
import test, { type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { startLoadedGateway } from "#tests/support/gateway-under-test.ts";
import { finals } from "#tests/support/raw-http.ts";
import { fieldOf } from "#tests/support/read-responses.ts";
import { answering, caller, eventually, get, ok, post, rawService, stand } from "./stand.ts";

const refusesConnections = async (t: TestContext, port: number): Promise<boolean> => {
  const connection = await caller(t, port);
  return (await connection.wait(() => false)).closed;
};

test("a stop closes idle connections and lets what is under way finish", async (t) => {
  let finish = (): void => {};
  const upstream = await rawService(t, (socket) => {
    socket.on("data", (part: Buffer) => {
      if (part.includes("/slow")) finish = () => void socket.write(ok("whole"));
      else socket.write(ok("quick"));
    });
  });
  const configuration = { timeouts: { drainMs: 3_000 } };
  const { port, gateway } = await stand(t, upstream.port, { configuration });
  const idle = await caller(t, port);
  const busy = await caller(t, port);
  await idle.send(get("/quick"));
  await idle.wait((seen) => finals(seen) === 1);
  await busy.send(get("/slow"));
  assert.ok(await eventually(() => upstream.sockets.length === 1 || upstream.sockets.length === 2));
  await pause(50);
  const drained = gateway.drain();
  assert.equal((await idle.wait(() => false)).closed, true);
  assert.equal(await refusesConnections(t, port), true);
  finish();
  const { responses, closed } = await busy.wait(() => false);
  assert.deepEqual([responses[0]?.body, closed], ["whole", true]);
  assert.equal(fieldOf(responses[0], "connection"), "close");
  assert.equal(await drained, 0, "nothing was cut off");
});

test("a stop lets a request whose body is arriving finish", async (t) => {
  const upstream = await rawService(t, (socket) => {
    let received = "";
    socket.on("data", (part: Buffer) => {
      received += part.toString("latin1");
      if (received.endsWith("body")) socket.write(ok("got it"));
    });
  });
  const configuration = { timeouts: { drainMs: 3_000 } };
  const { port, gateway, exchanges } = await stand(t, upstream.port, { configuration });
  const connection = await caller(t, port);
  await connection.send(post("/", "body").slice(0, -2));
  assert.ok(await eventually(() => exchanges().begun === 1));
  const drained = gateway.drain();
  await pause(50);
  await connection.send("dy");
  const { responses } = await connection.wait(() => false);
  assert.equal(responses[0]?.body, "got it");
  assert.equal(await drained, 0);
});

test("what does not finish in time is cut off, counted, and carried to the service", async (t) => {
  const upstream = await rawService(t, (socket) => {
    socket.on("data", () => {});
    socket.on("end", () => socket.end());
  });
  const configuration = { timeouts: { drainMs: 200 } };
  const { port, gateway, exchanges } = await stand(t, upstream.port, { configuration });
  const connection = await caller(t, port);
  await connection.send(get());
  assert.ok(await eventually(() => upstream.sockets.length === 1));
  assert.equal(await gateway.drain(), 1);
  assert.equal((await connection.wait(() => false)).closed, true);
  assert.ok(await eventually(() => upstream.closed() === 1 && exchanges().done === 1));
});

test("when a stop is over, so is every exchange that it has cut off", async (t) => {
  const upstream = await rawService(t, (socket) => {
    socket.on("data", (part: Buffer) => {
      if (part.includes("pgrade:")) {
        socket.write("HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
      } else if (part.includes("/begun")) {
        socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na\n\r\n");
      }
    });
    socket.on("end", () => socket.end());
  });
  const configuration = { timeouts: { drainMs: 200 } };
  const { port, gateway, exchanges, ends } = await stand(t, upstream.port, { configuration });
  const heads = [get("/silent"), get("/begun"), get("/", "Connection: upgrade\r\nUpgrade: x\r\n")];
  for (const head of heads) await (await caller(t, port)).send(head);
  const session = http2.connect(`http://127.0.0.1:${port}`);
  session.on("error", () => undefined);
  for (const path of ["/up/silent", "/up/begun"]) {
    session.request({ ":path": path }).on("error", () => undefined);
  }
  assert.ok(await eventually(() => exchanges().begun === 5));
  assert.equal(await gateway.drain(), 4);
  assert.equal(exchanges().done, 5);
  const told = ends.map(({ status, problem, aborted }) =>
    [status, problem?.definition.code, aborted ? "aborted" : "left"].join(" "),
  );
  assert.deepEqual(told.toSorted(), [
    "101 gateway-stopped left",
    "200 gateway-stopped left",
    "200 gateway-stopped left",
    "503 gateway-stopped left",
    "503 gateway-stopped left",
  ]);
});

test("pipelined requests behind the one that is answered during a stop are not begun", async (t) => {
  const upstream = await rawService(t, (socket) =>
    socket.on("data", () => void pause(100).then(() => socket.write(ok("x")))),
  );
  const configuration = { timeouts: { drainMs: 3_000 } };
  const { port, gateway, exchanges } = await stand(t, upstream.port, { configuration });
  const connection = await caller(t, port);
  await connection.send(get("/1") + get("/2"));
  assert.ok(await eventually(() => exchanges().begun === 1));
  const drained = gateway.drain();
  const { responses } = await connection.wait(() => false);
  assert.equal(responses.length, 1);
  assert.equal(fieldOf(responses[0], "connection"), "close");
  assert.equal(await drained, 0);
});

test("a new revision ends no exchange, no stream and no tunnel of the old one", async (t) => {
  const streams: net.Socket[] = [];
  const old = await rawService(t, (socket) => {
    socket.once("data", (part: Buffer) => {
      streams.push(socket);
      socket.write(
        part.includes("pgrade:")
          ? "HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"
          : "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na\n\r\n",
      );
    });
    socket.on("end", () => socket.end());
  });
  const next = await rawService(t, answering(ok("new")));
  const loaded = await stand(t, old.port);
  const stream = await caller(t, loaded.port);
  const tunnel = await caller(t, loaded.port);
  await stream.send(get());
  await stream.wait((seen) => seen.received.includes("a\n"));
  await tunnel.send(get("/", "Connection: upgrade\r\nUpgrade: x\r\n"));
  await tunnel.wait((seen) => seen.responses.length === 1);

  loaded.take({ services: { up: { instances: [`http://127.0.0.1:${next.port}`] } } });
  const fresh = await caller(t, loaded.port);
  await fresh.send(get());
  const answered = await fresh.wait((seen) => finals(seen) === 1);
  assert.equal(answered.responses[0]?.body, "new");

  streams[0]?.write("2\r\nb\n\r\n0\r\n\r\n");
  const streamed = await stream.wait((seen) => finals(seen) === 1);
  assert.equal(streamed.responses[0]?.body, "a\nb\n");
  streams[1]?.write("through\n");
  const { received } = await tunnel.wait((seen) => seen.received.includes("through\n"));
  assert.ok(received.includes("through\n"));
  await stream.send(get());
  const again = await stream.wait((seen) => finals(seen) === 2);
  assert.equal(again.responses[1]?.body, "new", "the next request takes the new revision");
  tunnel.close();
  assert.ok(await eventually(() => old.closed() === 2), "and its connections are let go");
});

test("requests under way while revisions change all succeed", async (t) => {
  const services = [
    await rawService(t, answering(ok("a"))),
    await rawService(t, answering(ok("b"))),
  ];
  const loaded = await stand(t, services[0]?.port ?? 0);
  const state = { stopped: false };
  const failures: unknown[] = [];
  let count = 0;
  const ask = async (): Promise<void> => {
    const connection = await caller(t, loaded.port);
    for (let sent = 1; !state.stopped; sent++) {
      await connection.send(sent % 2 === 0 ? get() : post("/", "body"));
      const { responses, closed } = await connection.wait((seen) => finals(seen) === sent);
      count++;
      if (closed || responses[sent - 1]?.status !== 200) failures.push(responses.at(-1));
      if (closed || sent > 150) return;
    }
  };
  const asking = Promise.all(Array.from({ length: 6 }, ask));
  for (let round = 1; round <= 20; round++) {
    await pause(10);
    const { port } = services[round % 2] as { port: number };
    loaded.take({ services: { up: { instances: [`http://127.0.0.1:${port}`] } } });
  }
  state.stopped = true;
  await asking;
  assert.deepEqual(failures, []);
  assert.ok(count > 50);
});

test("after a stop no socket and no timer is left", async (t) => {
  const upstream = await rawService(t, answering(ok("x")));
  const resources = () =>
    process
      .getActiveResourcesInfo()
      .filter((kind) => /TCP|Pipe|Timeout/.test(kind))
      .toSorted();
  const before = resources();
  const loaded = await startLoadedGateway({
    services: { up: { instances: [`http://127.0.0.1:${upstream.port}`] } },
    timeouts: { drainMs: 2_000 },
  });
  for (let count = 0; count < 5; count++) {
    const connection = await caller(t, loaded.port);
    await connection.send(get());
    await connection.wait((seen) => finals(seen) === 1);
    if (count % 2 === 0) connection.close();
  }
  assert.equal(await loaded.gateway.drain(), 0);
  for (const socket of upstream.sockets) socket.destroy();
  assert.equal(loaded.gateway.connectionCount, 0);
  assert.ok(
    await eventually(() => resources().length <= before.length + 2),
    `${resources().join(" ")} instead of ${before.join(" ")}`,
  );
});
