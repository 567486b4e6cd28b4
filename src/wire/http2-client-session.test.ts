/** When a session to an instance is asked by PING whether it is still there, and when it ends. */
import assert from "node:assert/strict";
import { once } from "node:events";
import http2, { type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import net, { type AddressInfo } from "node:net";
import test, { type TestContext } from "node:test";
import { defaultLimits } from "#base/limits.ts";
import type { RequestPlan, UpstreamListener } from "./ends.ts";
import { RequestHead } from "./head.ts";
import { Http2ClientSession } from "./http2-client-session.ts";
import { parseRequestHead } from "./parse-request-head.ts";

const listener: UpstreamListener = {
  onInterim: () => undefined,
  onResponse: () => true,
  onResponseBody: () => true,
  onResponseEnd: () => undefined,
  onUpstreamFlushed: () => undefined,
  onUpstreamFailed: () => undefined,
};

const plan: RequestPlan = {
  host: "up.test",
  traced: false,
  withheld: 0,
  decodeAnswer: true,
  bodyIsDecoded: true,
  upgrade: false,
  writeLines: (_out, at) => at,
  writeTarget: (out, at) => at + out.write("/", at),
};

async function connect(t: TestContext, server: net.Server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = net.connect((server.address() as AddressInfo).port, "127.0.0.1");
  t.after(() => {
    socket.destroy();
    server.close();
  });
  await once(socket, "connect");
  const clock = { nowMs: 0 };
  const closed = Promise.withResolvers<void>();
  const ready = Promise.withResolvers<void>();
  const session = new Http2ClientSession(socket, defaultLimits, clock, {
    onReady: () => ready.resolve(),
    onRoom: () => undefined,
    onClosed: () => closed.resolve(),
  });
  await ready.promise;
  return { session, clock, closed: closed.promise };
}

/** An instance that answers each PING. */
async function connectWell(t: TestContext) {
  const server = http2.createServer();
  const begun = once(server, "session");
  const { session, clock } = await connect(t, server);
  const [other] = (await begun) as [ServerHttp2Session];
  let pings = 0;
  other.on("ping", () => pings++);
  return {
    session,
    /** @returns how many PING frames have come by then. */
    async at(ms: number) {
      clock.nowMs = ms;
      session.onTick(ms, 0);
      // It has crossed with whatever was sent before, and so has the answer to that.
      for (let count = 0; count < 2; count++) {
        await new Promise<void>((resolve) => void other.ping(() => resolve()));
      }
      return pings;
    },
  };
}

test("an instance that is silent under a long stream gets no more PINGs than gRPC allows", async (t) => {
  const { session, at } = await connectWell(t);
  session.open(listener);
  assert.equal(await at(14_000), 0);
  for (let ms = 16_000; ms < 310_000; ms += 7_000) assert.equal(await at(ms), 1, `after ${ms} ms`);
  assert.equal(await at(318_000), 2);
  assert.equal(await at(340_000), 2);
  session.open(listener);
  assert.equal(await at(341_000), 3, "for a new request it is asked again");
  session.open(listener);
  assert.equal(await at(360_000), 3, "but no third time");
  session.onHeard();
  assert.equal(await at(370_000), 3);
  assert.equal(await at(376_000), 4, "what comes of an answer sets that back");
});

test("an instance that does not answer a PING is given up", async (t) => {
  const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
  const server = net.createServer((socket) => void socket.on("error", () => {}).write(settings));
  const { session, closed } = await connect(t, server);
  session.open(listener);
  session.onTick(16_000, 0);
  session.onTick(25_000, 0);
  assert.equal(session.usable, true);
  session.onTick(27_000, 0);
  assert.equal(session.usable, false);
  await closed;
});

test("a stream that the instance resets with NO_ERROR holds nothing up, read or not", async (t) => {
  const server = http2.createServer();
  const peers = once(server, "session");
  const { session, closed } = await connect(t, server);
  const [peer] = (await peers) as [ServerHttp2Session];
  const begun = once(server, "stream");
  const head = new RequestHead();
  const bytes = Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  parseRequestHead(head, bytes, 0, bytes.length, defaultLimits);
  const answered = Promise.withResolvers<void>();
  const stream = session.open({
    ...listener,
    onResponse() {
      answered.resolve();
      return false;
    },
    onResponseBody: () => assert.fail("nobody reads it"),
  });
  stream.sendHead(head, plan, bytes, 0, 0, true);
  const [other] = (await begun) as [ServerHttp2Stream];
  other.respond({ ":status": 200 });
  await answered.promise;
  other.write("some", () => other.close(http2.constants.NGHTTP2_NO_ERROR));
  await once(other, "close");
  await new Promise<void>((resolve) => void peer.ping(() => resolve()));
  stream.abort();
  session.retire();
  await closed;
});

test("a stream that is given up before anything was sent leaves its place", async (t) => {
  const { session, closed } = await connect(t, http2.createServer());
  session.open(listener).abort();
  session.retire();
  await closed;
});
