/** Which instance, which connection: reuse, staleness, queues, names, Unix sockets. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import type net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { nodePlatform, type Platform } from "#base/platform.ts";
import { finals } from "#tests/support/raw-http.ts";
import { lacks } from "#tests/support/tools.ts";
import { fieldOf } from "#tests/support/read-responses.ts";
import { worldOf } from "#tests/support/world.ts";
import {
  answering,
  atEnd,
  caller,
  eventually,
  fullBacklog,
  get,
  ok,
  post,
  rawService,
  stand,
} from "./stand.ts";

/** One request on a connection of its own. */
async function once(t: TestContext, port: number, request = get()) {
  const connection = await caller(t, port);
  await connection.send(request);
  const { responses } = await connection.wait((seen) => finals(seen) === 1, 4_000);
  connection.close();
  return responses.find(({ status }) => status >= 200);
}

/** Answers the first request of each connection, and closes when the next one has come. */
function closingOnSecond(socket: net.Socket): void {
  let count = 0;
  socket.on("data", () => (++count === 1 ? socket.write(ok("x")) : socket.destroy()));
}

test("a GET on a connection that turns out stale is sent again unseen", async (t) => {
  const upstream = await rawService(t, closingOnSecond);
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  for (let count = 1; count <= 6; count++) {
    await connection.send(get());
    const { responses } = await connection.wait((seen) => finals(seen) === count);
    assert.deepEqual([count, responses[count - 1]?.status], [count, 200]);
  }
  assert.equal(upstream.sockets.length, 6);
});

test("a GET survives though every idle connection is stale", async (t) => {
  let held: net.Socket[] = [];
  const upstream = await rawService(t, (socket) => {
    let count = 0;
    socket.on("data", () => {
      if (++count > 1) return void socket.destroy();
      held.push(socket);
      if (held.length < 12) return;
      for (const one of held) one.write(ok("x"));
      held = [];
    });
  });
  const { port } = await stand(t, upstream.port);
  const answers = await Promise.all(Array.from({ length: 12 }, () => once(t, port)));
  assert.equal(answers.filter((answer) => answer?.status === 200).length, 12);
  const late = once(t, port);
  assert.ok(await eventually(() => held.length === 1));
  held[0]?.write(ok("x"));
  assert.equal((await late)?.status, 200);
});

test("a POST that a stale connection may have carried is not sent again", async (t) => {
  const upstream = await rawService(t, closingOnSecond);
  const { port } = await stand(t, upstream.port);
  await once(t, port);
  const answer = await once(t, port, post("/", "body"));
  assert.equal(answer?.status, 502);
  assert.equal(upstream.sockets.length, 1);
});

test("a PUT whose body had begun to stream is not sent again", async (t) => {
  const upstream = await rawService(t, closingOnSecond);
  const { port } = await stand(t, upstream.port);
  await once(t, port);
  const connection = await caller(t, port);
  await connection.send("PUT /up/ HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab");
  const { responses } = await connection.wait((seen) => finals(seen) === 1);
  assert.equal(responses[0]?.status, 200, "what came with the head is still at hand");
});

for (const [first, rest] of [
  ["Content-Length: 4\r\n\r\nab", "cd"],
  ["Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", "2\r\ncd\r\n0\r\n\r\n"],
] as const) {
  test(`a PUT whose little body came in pieces is sent again whole: ${first[0]}`, async (t) => {
    const seen: string[] = [];
    const upstream = await rawService(t, (socket, index) => {
      seen[index] = "";
      socket.on("data", (chunk: Buffer) => {
        const all = (seen[index] += chunk.toString("latin1"));
        const isWhole = all.endsWith(rest);
        if (index === 0 && isWhole) socket.destroy();
        else if (isWhole || all.endsWith("\r\n\r\n")) socket.write(ok("x"));
      });
    });
    const { port } = await stand(t, upstream.port);
    await once(t, port);
    const connection = await caller(t, port);
    await connection.send(`PUT /up/ HTTP/1.1\r\nHost: a\r\n${first}`);
    assert.ok(await eventually(() => seen[0]?.includes("ab") === true));
    await connection.send(rest);
    const { responses } = await connection.wait((result) => finals(result) === 1);
    assert.equal(responses[0]?.status, 200);
    const bodyOf = (request = ""): string => request.slice(request.lastIndexOf("ab") - 5);
    assert.equal(bodyOf(seen[1]), bodyOf(seen[0]));
  });
}

test("connections that an instance closes while they are idle are not used", async (t) => {
  const upstream = await rawService(t, (socket) => {
    socket.on("data", () => {
      socket.write(ok("x"));
      void pause(50).then(() => socket.end());
    });
  });
  const { port } = await stand(t, upstream.port);
  for (let count = 1; count <= 3; count++) {
    assert.equal((await once(t, port, post("/", "body")))?.status, 200);
    assert.ok(await eventually(() => upstream.closed() === count));
  }
});

test("Keep-Alive: timeout is honoured, a second before its end", async (t) => {
  const upstream = await rawService(t, answering(ok("x", "Keep-Alive: timeout=2\r\n")));
  const { port } = await stand(t, upstream.port);
  const answer = await once(t, port);
  assert.equal(fieldOf(answer, "keep-alive"), undefined);
  await pause(500);
  assert.equal(upstream.closed(), 0);
  assert.ok(await eventually(() => upstream.closed() === 1, 1_200));
});

test("with one of two instances down no caller sees a failure", async (t) => {
  const here = await rawService(t, answering(ok("here")));
  const down = await rawService(t, () => {});
  down.server.close();
  const instances = [down.port, here.port].map((port) => `http://127.0.0.1:${port}`);
  const { port } = await stand(t, 0, { service: { instances } });
  for (let count = 0; count < 20; count++) {
    assert.equal((await once(t, port, count % 2 === 0 ? get() : post("/", "b")))?.body, "here");
  }
});

test("an instance that comes back is used again", async (t) => {
  const first = await rawService(t, answering(ok("first")));
  const second = await rawService(t, answering(ok("second")));
  second.server.close();
  const instances = [first.port, second.port].map((port) => `http://127.0.0.1:${port}`);
  const { port } = await stand(t, 0, { service: { instances } });
  for (let count = 0; count < 4; count++) assert.equal((await once(t, port))?.body, "first");
  await rawService(t, answering(ok("again")), { port: second.port, host: "127.0.0.1" });
  const seen = new Set<string | undefined>();
  for (let count = 0; count < 60 && seen.size < 2; count++) {
    seen.add((await once(t, port))?.body);
    await pause(50);
  }
  assert.deepEqual(seen, new Set(["again", "first"]));
});

test("with both instances down the caller gets a 502", async (t) => {
  const services = [await rawService(t, () => {}), await rawService(t, () => {})];
  for (const { server } of services) server.close();
  const instances = services.map((one) => `http://127.0.0.1:${one.port}`);
  const { port } = await stand(t, 0, { service: { instances } });
  for (let count = 0; count < 4; count++) {
    const answer = await once(t, port);
    assert.equal(answer?.status, 502);
    assert.match(answer.body, /instance-unreachable/);
  }
});

test("instances take turns", async (t) => {
  const services = await Promise.all(
    ["a", "b", "c"].map((name) => rawService(t, answering(ok(name)))),
  );
  const instances = services.map((one) => `http://127.0.0.1:${one.port}`);
  const { port } = await stand(t, 0, { service: { instances } });
  const bodies: (string | undefined)[] = [];
  for (let count = 0; count < 9; count++) bodies.push((await once(t, port))?.body);
  for (const name of ["a", "b", "c"]) {
    assert.equal(bodies.filter((body) => body === name).length, 3);
  }
});

test("requests beyond the limit of connections wait in their order", async (t) => {
  let open = 0;
  let mostOpen = 0;
  const order: string[] = [];
  const upstream = await rawService(t, (socket) => {
    mostOpen = Math.max(mostOpen, ++open);
    socket.on("close", () => open--);
    socket.on("data", (part: Buffer) => {
      order.push(/\/(\d+) /.exec(String(part))?.[1] ?? "");
      void pause(20).then(() => socket.write(ok("x")));
    });
  });
  const configuration = { limits: { instanceConnectionsMax: 2 } };
  const { port, exchanges } = await stand(t, upstream.port, { configuration });
  const answers = [];
  for (let count = 1; count <= 12; count++) {
    answers.push(once(t, port, get(`/${count}`)));
    assert.ok(await eventually(() => exchanges().begun === count));
  }
  const statuses = (await Promise.all(answers)).map((answer) => answer?.status);
  assert.deepEqual(new Set(statuses), new Set([200]));
  assert.equal(mostOpen, 2);
  assert.deepEqual(
    order.map(Number),
    order.map((_, index) => index + 1),
  );
});

test("who waits too long for a connection gets a 504", async (t) => {
  const upstream = await rawService(t, (socket) => void socket.on("data", () => {}));
  const configuration = { limits: { instanceConnectionsMax: 1 } };
  const service = { connectMs: 300, firstByteMs: 1_500 };
  const { port } = await stand(t, upstream.port, { configuration, service });
  const first = once(t, port);
  assert.ok(await eventually(() => upstream.sockets.length === 1));
  assert.equal((await once(t, port))?.status, 504);
  assert.equal((await first)?.status, 504);
});

test("who waits gets no connection that the instance has closed behind its answer", async (t) => {
  const upstream = await rawService(t, (socket) =>
    socket.on("data", (part: Buffer) => {
      if (part.toString("latin1").endsWith("body")) socket.end(ok("x"));
    }),
  );
  const configuration = { limits: { instanceConnectionsMax: 2 } };
  const { port } = await stand(t, upstream.port, { configuration });
  // A POST that such a connection may have carried could not be sent again.
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => once(t, port, post("/", "body"))),
  );
  assert.deepEqual(
    answers.map((answer) => answer?.status),
    Array.from({ length: 12 }, () => 200),
  );
});

test("when connections break, those who wait get new ones", async (t) => {
  const upstream = await rawService(t, (socket) => {
    socket.on("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"));
  });
  const configuration = { limits: { instanceConnectionsMax: 2 } };
  const { port } = await stand(t, upstream.port, { configuration });
  const answers = await Promise.all(Array.from({ length: 10 }, () => once(t, port)));
  assert.equal(answers.filter((answer) => answer?.status === 200).length, 10);
});

test("a Unix socket is an instance, with a base path", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "parlance-test-"));
  atEnd(t, () => rmSync(folder, { recursive: true }));
  const path = join(folder, "up.sock");
  let received = "";
  await rawService(
    t,
    (socket) =>
      socket.on("data", (part: Buffer) => {
        received += part.toString("latin1");
        socket.write(ok("local"));
      }),
    { path },
  );
  const { port } = await stand(t, 0, { service: { instances: [`unix:${path}:/base`] } });
  assert.equal((await once(t, port, get("/x?y=1")))?.body, "local");
  assert.match(received, /^GET \/base\/x\?y=1 HTTP\/1\.1\r\nHost: localhost\r\n/);
});

test("a name that comes to point elsewhere is followed, and kept connections with it", async (t) => {
  const old = await rawService(t, answering(ok("old")));
  const { port: same } = old;
  const next = await rawService(t, answering(ok("new")), { port: same, host: "127.0.0.2" });
  const names = { "up.test": ["127.0.0.1"] };
  const { world, platform } = worldOf(names);
  const service = { instances: [`http://up.test:${same}`] };
  const { port } = await stand(t, 0, { service, platform });
  assert.equal((await once(t, port))?.body, "old");
  names["up.test"] = ["127.0.0.2"];
  assert.equal((await once(t, port))?.body, "old", "it is not looked up for every request");
  const before = world.lookups;
  world.skewMs += 16_000;
  assert.ok(await eventually(() => world.lookups > before));
  assert.equal((await once(t, port))?.body, "new");
  assert.ok(await eventually(() => old.closed() === 1));
  assert.equal(next.sockets.length, 1);
});

test("a name that can no longer be resolved leaves its known addresses in force", async (t) => {
  const upstream = await rawService(t, answering(ok("x")));
  const names: Record<string, readonly string[]> = { "up.test": ["127.0.0.1"] };
  const { world, platform } = worldOf(names);
  const service = { instances: [`http://up.test:${upstream.port}`] };
  const { port } = await stand(t, 0, { service, platform });
  assert.equal((await once(t, port))?.status, 200);
  delete names["up.test"];
  world.skewMs += 16_000;
  assert.ok(await eventually(() => world.lookups > 1));
  assert.equal((await once(t, port))?.status, 200);
});

test("an address of a name on which nobody listens is passed over", async (t) => {
  const upstream = await rawService(t, answering(ok("x")), { port: 0, host: "127.0.0.2" });
  const { platform } = worldOf({ "up.test": ["127.0.0.1", "127.0.0.3", "127.0.0.2"] });
  const service = { instances: [`http://up.test:${upstream.port}`] };
  const { port } = await stand(t, 0, { service, platform });
  for (let count = 0; count < 6; count++) {
    const one = await once(
      t,
      port,
      count % 2 === 0 ? get() : post("/", "", "Connection: close\r\n"),
    );
    assert.equal(one?.status, 200);
    for (const socket of upstream.sockets) socket.destroy();
  }
});

test("a name that resolves to nothing is a 502 that says so", async (t) => {
  const { platform } = worldOf({ "empty.test": [] });
  for (const host of ["unknown.test", "empty.test"]) {
    const service = { instances: [`http://${host}:80`] };
    const { port } = await stand(t, 0, { service, platform });
    const answer = await once(t, port);
    assert.equal(answer?.status, 502);
    assert.match(answer.body, /instance-unreachable/);
  }
});

test("a name that resolves to nothing fails all who wait, beyond the limit of connections", async (t) => {
  const resolve = () => pause(50).then(() => Promise.reject(new Error("unknown")));
  const platform = { ...nodePlatform, sockets: { ...nodePlatform.sockets, resolve } };
  const service = { instances: ["http://unknown.test:80"], connectMs: 20_000 };
  const configuration = { limits: { instanceConnectionsMax: 1 } };
  const { port } = await stand(t, 0, { service, platform, configuration });
  const answers = await Promise.all(Array.from({ length: 4 }, () => once(t, port)));
  assert.deepEqual(
    answers.map((answer) => answer?.status),
    [502, 502, 502, 502],
  );
});

test("a stop leaves no connection attempt behind", { skip: lacks("python3") }, async (t) => {
  const connecting: net.Socket[] = [];
  const platform: Platform = {
    ...nodePlatform,
    sockets: {
      ...nodePlatform.sockets,
      connect: (options) => {
        const socket = nodePlatform.sockets.connect(options);
        connecting.push(socket);
        return socket;
      },
    },
  };
  const { port, close } = await stand(t, await fullBacklog(t), { platform });
  const connection = await caller(t, port);
  await connection.send(get());
  assert.ok(await eventually(() => connecting.length === 1));
  assert.equal(connecting[0]?.connecting, true);
  await close();
  assert.ok(await eventually(() => connecting.every((socket) => socket.destroyed), 1_000));
});
