/** Which session a request to an instance over HTTP/2 gets: addresses, reloads, silent streams. */
import assert from "node:assert/strict";
import http2 from "node:http2";
import net, { type AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { startLoadedGateway } from "#tests/support/gateway-under-test.ts";
import { until } from "#tests/support/gateway-from-text.ts";
import { worldOf } from "#tests/support/world.ts";
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
