/** Instances that are killed, stall, and come back, under requests. */
import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttp2, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import test, { type TestContext } from "node:test";
import { startLoadedGateway } from "#tests/support/gateway-under-test.ts";
import { until } from "#tests/support/gateway-from-text.ts";

interface Running {
  readonly url: string;
  readonly asked: () => number;
  readonly kill: () => Promise<void>;
  readonly revive: () => Promise<void>;
  does: RequestListener;
}

async function startInstance(context: TestContext, name: string): Promise<Running> {
  let asked = 0;
  let server: Server;
  let port = 0;
  const revive = async (): Promise<void> => {
    server = createServer((incoming, outgoing) => {
      if (incoming.url !== "/health") asked++;
      running.does(incoming, outgoing);
    });
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    ({ port } = server.address() as AddressInfo);
  };
  const kill = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const running: Running = {
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    asked: () => asked,
    kill,
    revive,
    does: (_incoming, outgoing) => void outgoing.end(name),
  };
  await revive();
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return running;
}

async function startBefore(
  context: TestContext,
  instances: readonly unknown[],
  service: object,
  policies: readonly object[] = [],
): Promise<string> {
  const gateway = await startLoadedGateway({
    services: { up: { instances, ...service } },
    policies,
    ledger: "off",
    timeouts: { drainMs: 1 },
  });
  context.after(() => gateway.close());
  return `http://127.0.0.1:${gateway.port}/up/`;
}

const health = { path: "/health", intervalMs: 100, timeoutMs: 200, healthyAfter: 1 };

test("an instance whose checks fail is passed over before a request meets it, and comes back", async (context) => {
  const one = await startInstance(context, "one");
  const two = await startInstance(context, "two");
  const url = await startBefore(context, [one.url, two.url], {
    health: { ...health, unhealthyAfter: 2 },
  });
  one.does = (incoming, outgoing) =>
    void outgoing.writeHead(incoming.url === "/health" ? 500 : 200).end("one");
  const ask = async (): Promise<string> => (await fetch(url)).text();
  const askFew = async (): Promise<string> => {
    const texts: string[] = [];
    for (let count = 0; count < 4; count++) texts.push(await ask());
    return texts.join(" ");
  };
  let seen = "";
  for (let count = 0; count < 40 && seen !== "two two two two"; count++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    seen = await askFew();
  }
  assert.equal(seen, "two two two two");
  one.does = (_incoming, outgoing) => void outgoing.end("one");
  for (let count = 0; count < 40 && !seen.includes("one"); count++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    seen = await askFew();
  }
  assert.match(seen, /one/);
});

test("checks that stall fail, and those of connections see a closed port", async (context) => {
  const one = await startInstance(context, "one");
  const two = await startInstance(context, "two");
  const three = await startInstance(context, "three");
  one.does = (incoming, outgoing) => {
    if (incoming.url !== "/health") outgoing.end("one");
  };
  const stalled = await startBefore(context, [one.url, two.url], {
    health: { ...health, unhealthyAfter: 1 },
  });
  const closed = await startBefore(context, [two.url, three.url], {
    health: { check: "tcp", intervalMs: 100, unhealthyAfter: 1 },
  });
  await three.kill();
  await new Promise((resolve) => setTimeout(resolve, 700));
  const before = one.asked();
  for (let count = 0; count < 4; count++) assert.equal(await (await fetch(stalled)).text(), "two");
  for (let count = 0; count < 4; count++) assert.equal(await (await fetch(closed)).text(), "two");
  assert.equal(one.asked(), before);
});

test("gRPC's health service is asked over HTTP/2", async (context) => {
  const paths: string[] = [];
  const server = createHttp2();
  server.on("stream", (stream: ServerHttp2Stream, headers) => {
    // Servers on gRPC's C core take no call without it.
    assert.equal(headers["te"], "trailers");
    paths.push(headers[":path"] ?? "");
    stream.respond(
      { ":status": 200, "content-type": "application/grpc" },
      { waitForTrailers: true },
    );
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.end(Buffer.from([0, 0, 0, 0, 2, 8, 1]));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => void server.close());
  const { port } = server.address() as AddressInfo;
  await startBefore(context, [`http://127.0.0.1:${port}`], {
    http2: true,
    health: { check: "grpc", intervalMs: 100 },
  });
  await until(() => paths.length >= 2, "two checks");
  assert.deepEqual(paths.slice(0, 2), Array(2).fill("/grpc.health.v1.Health/Check"));
});

test("one of three instances is killed under load: no request that may be repeated fails", async (context) => {
  const instances = await Promise.all(
    ["one", "two", "three"].map((name) => startInstance(context, name)),
  );
  const url = await startBefore(
    context,
    instances.map((one) => one.url),
    { outlier: { failures: 3 } },
    [{ retry: { backoffMs: 1 } }],
  );
  const statuses = new Map<number, number>();
  const over = new AbortController();
  const ask = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const { status } = await fetch(url);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  const askers = Array.from({ length: 8 }, ask);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await instances[1]?.kill();
  await new Promise((resolve) => setTimeout(resolve, 400));
  await instances[1]?.revive();
  await new Promise((resolve) => setTimeout(resolve, 200));
  over.abort();
  await Promise.all(askers);
  assert.deepEqual([...statuses.keys()], [200]);
  assert.ok((statuses.get(200) ?? 0) > 100);
});

test("an instance that answers 500 is ejected, and the others get its requests", async (context) => {
  const one = await startInstance(context, "one");
  const two = await startInstance(context, "two");
  one.does = (_incoming, outgoing) => void outgoing.writeHead(500).end();
  const url = await startBefore(context, [one.url, two.url], {
    outlier: { failures: 2, ejectMs: 60_000 },
  });
  for (let count = 0; count < 20; count++) await (await fetch(url)).text();
  assert.equal(one.asked(), 2);
  assert.equal(two.asked(), 18);
});

test("a drained instance gets no request, and the only one gets none either", async (context) => {
  const one = await startInstance(context, "one");
  const two = await startInstance(context, "two");
  const url = await startBefore(context, [{ url: one.url, drain: true }, two.url], {});
  for (let count = 0; count < 3; count++) assert.equal(await (await fetch(url)).text(), "two");
  const none = await startBefore(context, [{ url: one.url, drain: true }], {});
  assert.equal((await fetch(none)).status, 502);
  assert.equal(one.asked(), 0);
});
