/** Which session a request to an instance over HTTP/2 gets: addresses, reloads, silent streams. */
import assert from "node:assert/strict";
import http2 from "node:http2";
import net, { type AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { startLoadedGateway } from "#tests/support/gateway-under-test.ts";
import { until } from "#tests/support/gateway-from-text.ts";
import { worldOf } from "#tests/support/world.ts";
import { ask, openSession } from "./client.ts";
import { askHttp1, startH2 } from "./h2-instance.ts";

test("an address of a name on which nobody listens is passed over", async (context) => {
  const instance = await startH2(context, (stream) => {
    stream.respond({ ":status": 200 }, { endStream: true });
  });
  const { platform } = worldOf({ "up.test": ["127.0.0.3", "127.0.0.2", "127.0.0.1"] });
  const web = { http2: true, instances: [`http://up.test:${instance.port}`] };
  const { port, close } = await startLoadedGateway({ services: { web } }, platform);
  context.after(close);
  for (let count = 0; count < 6; count++) {
    assert.equal((await askHttp1(port, "/web/x")).status, 200);
    for (const session of instance.sessions) session.destroy();
    await until(() => instance.sessions.size === 0, "the session is gone");
  }
  assert.equal(instance.opened(), 6);
});

test("an address that does not answer holds up no requests that come later", async (context) => {
  const instance = await startH2(context, (stream) => {
    stream.respond({ ":status": 200 }, { endStream: true });
  });
  const { platform } = worldOf({ "up.test": ["127.0.0.1", "127.0.0.2"] });
  const connect: typeof platform.sockets.connect = (options) =>
    "host" in options && options.host === "127.0.0.2"
      ? new net.Socket()
      : platform.sockets.connect(options);
  const sockets = { ...platform.sockets, connect };
  const web = { http2: true, instances: [`http://up.test:${instance.port}`] };
  const configuration = { services: { web }, timeouts: { connectMs: 300 } };
  const { port, close } = await startLoadedGateway(configuration, { ...platform, sockets });
  context.after(close);
  assert.equal((await askHttp1(port, "/web/x")).status, 504);
  assert.equal((await askHttp1(port, "/web/x")).status, 200);
});

/** An instance that says its SETTINGS, which a session is used after, when it is told to. */
async function startLate(context: TestContext) {
  const sessions = http2.createServer((_request, response) => void response.end("late"));
  const sockets: net.Socket[] = [];
  const gate = net.createServer((socket) => {
    sockets.push(socket);
    if (sockets.length > 1) sessions.emit("connection", socket);
  });
  await new Promise<void>((resolve) => gate.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    gate.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    port: (gate.address() as AddressInfo).port,
    opened: () => sockets.length,
    greet: () => sessions.emit("connection", sockets[0]),
  };
}

test("a request that waits for a session is served when a reload takes its instance", async (context) => {
  const instance = await startLate(context);
  const web = (port: number) => ({
    services: { web: { http2: true, instances: [`http://127.0.0.1:${port}`] } },
  });
  const { port, close, take } = await startLoadedGateway(web(instance.port));
  context.after(close);
  const answer = askHttp1(port, "/web/x");
  await until(() => instance.opened() === 1, "a session is being opened");
  take(web(1));
  instance.greet();
  assert.equal(String((await answer).body), "late");
  assert.equal(instance.opened(), 1);
});

/** Reads each request whole, then refuses the first one of the two that come. */
async function startRefusing(context: TestContext) {
  const bodies: string[] = [];
  const instance = await startH2(context, (stream) => {
    let body = "";
    stream.on("data", (part: Buffer) => (body += String(part)));
    stream.on("end", () => {
      if (bodies.push(body) === 1) return stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
      stream.respond({ ":status": 200 });
      stream.end("taken");
    });
  });
  const web = { http2: true, instances: [`http://127.0.0.1:${instance.port}`] };
  const { port, close } = await startLoadedGateway({ services: { web } });
  context.after(close);
  return { bodies, session: openSession(context, port) };
}

for (const length of [undefined, "10000"]) {
  const how = length === undefined ? "without" : "with";
  test(`a request that an instance refuses is sent again, body ${how} a length included`, async (context) => {
    const { bodies, session } = await startRefusing(context);
    const body = "x".repeat(10_000);
    const fields = length === undefined ? {} : { "content-length": length };
    assert.equal((await ask(session, "/web/x", { body, fields })).status, 200);
    assert.deepEqual(bodies, [body, body]);
  });
}

test("a request of which more was sent than is kept is not sent again", async (context) => {
  const { bodies, session } = await startRefusing(context);
  const body = "x".repeat(20_000);
  assert.equal((await ask(session, "/web/x", { body })).status, 502);
  assert.deepEqual(bodies, [body]);
});

test("a session that has no numbers left for streams is followed by another", async (context) => {
  const instance = await startH2(context, (stream) => {
    stream.respond({ ":status": 200 });
    stream.end("x");
  });
  const { connect } = http2;
  const opened: http2.ClientHttp2Session[] = [];
  context.mock.method(http2, "connect", (...args: Parameters<typeof connect>) => {
    const session = connect(...args);
    opened.push(session);
    return session;
  });
  const web = { http2: true, instances: [`http://127.0.0.1:${instance.port}`] };
  const { port, close } = await startLoadedGateway({ services: { web } });
  context.after(close);
  assert.equal((await askHttp1(port, "/web/x")).status, 200);
  // The types do not know it.
  const [first] = opened as unknown as readonly { setNextStreamID(id: number): void }[];
  first?.setNextStreamID(2 ** 31 - 1);
  for (let count = 0; count < 3; count++) {
    assert.equal((await askHttp1(port, "/web/x", { body: "y" })).status, 200);
  }
  assert.equal(instance.opened(), 2);
});

test("an instance that takes no streams for a while is not asked for more sessions", async (context) => {
  const instance = await startH2(
    context,
    (stream) => {
      stream.respond({ ":status": 200 });
      stream.end("x");
    },
    { settings: { maxConcurrentStreams: 0 } },
  );
  const web = { http2: true, instances: [`http://127.0.0.1:${instance.port}`] };
  const { port, close } = await startLoadedGateway({ services: { web } });
  context.after(close);
  const answer = askHttp1(port, "/web/x");
  await until(() => instance.opened() > 0, "there is one");
  const [session] = instance.sessions;
  await new Promise<void>((resolve) => void session?.ping(() => resolve()));
  session?.settings({ maxConcurrentStreams: 10 });
  assert.equal((await answer).status, 200);
  assert.equal(instance.opened(), 1);
});
