/** Instances that are called over HTTP/2 in plain, by callers of either version. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import http from "node:http";
import http2 from "node:http2";
import net, { type AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { runGateway, temporaryFolder, until } from "#tests/support/gateway-from-text.ts";
import { startLoadedGateway } from "#tests/support/gateway-under-test.ts";
import { finals, openRaw, type RawResult } from "#tests/support/raw-http.ts";
import { fieldSection, frame } from "#tests/support/raw-http2.ts";
import { ask, openSession } from "./client.ts";
import { askHttp1, echo, serviceText, startH2 } from "./h2-instance.ts";

test("an HTTP/1.1 caller's requests become streams of one session", async (context) => {
  const instance = await startH2(context, echo);
  const url = `http://127.0.0.1:${instance.port}/base`;
  const { port } = await runGateway(context, temporaryFolder(context), serviceText(url));
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => askHttp1(port, `/web/x?n=${index}`)),
  );
  for (const [index, { status, fields }] of answers.entries()) {
    assert.equal(status, 200);
    const seen = JSON.parse(String(fields["x-seen"])) as Record<string, string>;
    assert.equal(seen[":path"], `/base/x?n=${index}`);
    assert.equal(seen[":scheme"], "http");
    assert.equal(seen[":authority"], `127.0.0.1:${instance.port}`);
    assert.equal(seen["via"], "1.1 parlance");
    assert.equal(seen["te"], "trailers");
    assert.equal(seen["connection"], undefined);
    assert.equal(seen["host"], undefined);
    assert.equal(fields["via"], "2 parlance");
    assert.deepEqual(fields["set-cookie"], ["a=1", "b=2"]);
  }
  assert.equal(instance.opened(), 1);
});

test("the key that a caller shows stays with the gateway", async (context) => {
  const instance = await startH2(context, echo);
  const key = "key-of-shop-0123456789";
  const web = { http2: true, instances: [`http://127.0.0.1:${instance.port}`] };
  const callers = { shop: { key, may: ["web.*"] } };
  const { port, close } = await startLoadedGateway({ services: { web }, callers });
  context.after(close);
  const session = openSession(context, port);
  for (const shown of [{ "x-api-key": key }, { authorization: `Bearer ${key}` }]) {
    const answer = await ask(session, "/web/x", { fields: { ...shown, "x-other": "1" } });
    assert.equal(answer.status, 200);
    const seen = String(answer.fields["x-seen"]);
    assert.match(seen, /"x-other":"1"/);
    assert.ok(!seen.includes(key), seen);
  }
});

test("3 MiB go both ways, with a length and in chunks, from HTTP/1.1 and HTTP/2", async (context) => {
  const instance = await startH2(context, echo);
  const url = `http://127.0.0.1:${instance.port}`;
  const { port } = await runGateway(context, temporaryFolder(context), serviceText(url));
  const body = randomBytes(3 * 1024 * 1024);
  const session = openSession(context, port);
  const answers = await Promise.all([
    askHttp1(port, "/web/x", { body }),
    askHttp1(port, "/web/x", { body, chunked: true }),
    ask(session, "/web/x", { body }),
    ask(session, "/web/x", { body, fields: { "content-length": String(body.length) } }),
  ]);
  for (const answer of answers) assert.ok(answer.body.equals(body));
  assert.equal((await askHttp1(port, "/web/x")).status, 200);
});

test("trailers go both ways", async (context) => {
  const instance = await startH2(context, (stream, headers) => {
    let ending: unknown = {};
    stream.on("trailers", (seen) => (ending = { ...seen }));
    stream.resume().on("end", () => {
      const fields = headers[":path"] === "/sized" ? { "content-length": "4" } : {};
      stream.respond({ ":status": 200, ...fields }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "x-sum": JSON.stringify(ending) }));
      stream.end("data");
    });
  });
  const url = `http://127.0.0.1:${instance.port}`;
  const { port } = await runGateway(context, temporaryFolder(context), serviceText(url));
  const trailers = { "x-end": "1" };
  const one = await askHttp1(port, "/web/x", { body: "abc", chunked: true, trailers });
  assert.equal(one.trailers["x-sum"], '{"x-end":"1"}');
  const sized = await askHttp1(port, "/web/sized", { body: "abc", chunked: true });
  assert.deepEqual([String(sized.body), { ...sized.trailers }], ["data", {}]);
  assert.equal((await askHttp1(port, "/web/x")).status, 200);
  const session = openSession(context, port);
  const two = await ask(session, "/web/x", { body: "abc", trailers });
  assert.equal(two.trailers?.["x-sum"], '{"x-end":"1"}');
  const twoSized = await ask(session, "/web/sized");
  assert.equal(twoSized.trailers?.["x-sum"], "{}");
});

async function exchangeRaw(
  port: number,
  text: string,
  answers: number,
  methods: readonly string[] = [],
): Promise<RawResult> {
  const connection = await openRaw(port, methods);
  await connection.send(text);
  const result = await connection.wait((seen) => finals(seen) >= answers);
  connection.close();
  return result;
}

test("both directions of a stream go on at the same time, message by message", async (context) => {
  const instance = await startH2(context, echo);
  const url = `http://127.0.0.1:${instance.port}`;
  const { port } = await runGateway(context, temporaryFolder(context), serviceText(url));
  const stream = openSession(context, port).request({ ":path": "/web/talk", ":method": "POST" });
  let heard = "";
  stream.on("data", (bytes: Buffer) => (heard += String(bytes)));
  for (const word of ["one", "two", "three"]) {
    stream.write(word);
    await until(() => heard.endsWith(word), `${word} comes back`);
  }
  stream.end();
  await until(() => stream.closed, "the end comes back");
  assert.deepEqual([heard, stream.rstCode], ["onetwothree", 0]);
});

test("answers without a body, interim ones and HTTP/1.0 callers", async (context) => {
  const instance = await startH2(context, (stream, headers) => {
    stream.resume();
    if (headers[":path"] === "/none")
      return stream.respond({ ":status": 204 }, { endStream: true });
    if (headers[":path"] === "/empty")
      return stream.respond({ ":status": 200 }, { endStream: true });
    if (headers[":path"] === "/early") {
      stream.additionalHeaders({ ":status": 103, link: "</a.css>" });
    }
    stream.respond({ ":status": 200 });
    stream.end(headers[":method"] === "HEAD" ? undefined : "abc");
  });
  const url = `http://127.0.0.1:${instance.port}`;
  const { port } = await runGateway(context, temporaryFolder(context), serviceText(url));
  const lines = (path: string, version = "1.1", method = "GET"): string =>
    `${method} /web${path} HTTP/${version}\r\nHost: a\r\n\r\n`;
  const many = await exchangeRaw(
    port,
    lines("/none") + lines("/empty") + lines("/x", "1.1", "HEAD") + lines("/x"),
    4,
    ["GET", "GET", "HEAD", "GET"],
  );
  assert.equal(many.error, undefined);
  assert.deepEqual(
    many.responses.map((seen) => seen.status),
    [204, 200, 200, 200],
  );
  assert.match(String(many.received), /content-length: 0/i);
  const old = await exchangeRaw(port, lines("/x", "1.0"), Infinity);
  assert.match(String(old.received), /\r\n\r\nabc$/);
  assert.ok(old.closed);
  const early = await exchangeRaw(port, lines("/early"), 1);
  assert.match(String(early.received), /^HTTP\/1\.1 103 Early Hints\r\nlink: <\/a\.css>\r\n/);
});

test("a stream that was refused is sent again, whatever its method", async (context) => {
  let refused = 0;
  const instance = await startH2(context, (stream, headers) => {
    if (refused++ < 1) return stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
    stream.respond({ ":status": 200 });
    stream.end(headers[":method"]);
  });
  const url = `http://127.0.0.1:${instance.port}`;
  const { port, done } = await runGateway(context, temporaryFolder(context), serviceText(url));
  const answer = await askHttp1(port, "/web/x", { body: "abc" });
  assert.equal(String(answer.body), "POST");
  await until(() => done.length === 1, "recorded");
  assert.equal(done[0]?.attempts, 2);
});

test("resets and ends of sessions are 502 before the answer and cuts behind its head", async (context) => {
  const instance = await startH2(context, (stream, headers) => {
    if (headers[":path"] === "/reset") return stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
    if (headers[":path"] === "/gone") return stream.session?.destroy();
    stream.respond({ ":status": 200 });
    stream.write("part");
    setTimeout(() => {
      // close() would end the answer in good order first.
      if (headers[":path"] === "/cut") stream.destroy(new Error("cut"));
      else stream.session?.destroy();
    }, 50);
  });
  const url = `http://127.0.0.1:${instance.port}`;
  const { port } = await runGateway(context, temporaryFolder(context), serviceText(url));
  const session = openSession(context, port);
  for (const path of ["/reset", "/gone"]) {
    const answer = await ask(session, `/web${path}`, { method: "POST", body: "x" });
    assert.equal(answer.status, 502, path);
    assert.equal(answer.fields["parlance-fault"], "service");
  }
  for (const path of ["/cut", "/session"]) {
    const answer = await ask(session, `/web${path}`);
    assert.deepEqual([answer.status, answer.resetCode], [200, 2], path);
    await assert.rejects(askHttp1(port, `/web${path}`), path);
  }
});

/** An instance that sends a head, some data, and RST_STREAM instead of the rest. */
async function startCutting(context: TestContext, code: number): Promise<number> {
  const server = net.createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => {
      socket.write(
        Buffer.concat([frame(4, 0, 0, Buffer.alloc(0)), frame(4, 1, 0, Buffer.alloc(0))]),
      );
      socket.once("data", () => {
        const head = frame(1, 4, 1, fieldSection([[":status", "200"]]));
        socket.write(Buffer.concat([head, frame(0, 0, 1, Buffer.from("part"))]));
        setTimeout(() => socket.write(frame(3, 0, 1, Buffer.from([0, 0, 0, code]))), 50);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

for (const [name, code] of Object.entries({ CANCEL: 8, NO_ERROR: 0, PROTOCOL_ERROR: 1 })) {
  test(`an answer that RST_STREAM with ${name} cuts is not taken for whole`, async (context) => {
    const url = `http://127.0.0.1:${await startCutting(context, code)}`;
    const { port } = await runGateway(context, temporaryFolder(context), serviceText(url));
    await assert.rejects(askHttp1(port, "/web/x"));
  });
}

test("after GOAWAY new requests get a new session and old ones finish", async (context) => {
  const instance = await startH2(context, (stream, headers) => {
    stream.respond({ ":status": 200 });
    if (headers[":path"] !== "/slow") return void stream.end("quick");
    stream.session?.goaway();
    setTimeout(() => stream.end("slow"), 200);
  });
  const url = `http://127.0.0.1:${instance.port}`;
  const { port } = await runGateway(context, temporaryFolder(context), serviceText(url));
  const slow = askHttp1(port, "/web/slow");
  await new Promise((resolve) => setTimeout(resolve, 80));
  assert.equal(String((await askHttp1(port, "/web/quick")).body), "quick");
  assert.equal(String((await slow).body), "slow");
  assert.equal(instance.opened(), 2);
  await until(() => instance.sessions.size === 1, "the old session is closed");
});

test("more sessions are opened when the instance takes no more streams", async (context) => {
  let open = 0;
  let most = 0;
  const instance = await startH2(
    context,
    (stream) => {
      most = Math.max(most, ++open);
      setTimeout(() => {
        open--;
        stream.respond({ ":status": 200 });
        stream.end("x");
      }, 100);
    },
    { settings: { maxConcurrentStreams: 2 } },
  );
  const url = `http://127.0.0.1:${instance.port}`;
  const { port } = await runGateway(context, temporaryFolder(context), serviceText(url));
  const answers = await Promise.all(Array.from({ length: 8 }, () => askHttp1(port, "/web/x")));
  assert.ok(answers.every(({ status }) => status === 200));
  assert.ok(instance.opened() >= 2 && instance.opened() <= 4, `${instance.opened()} sessions`);
  assert.ok(most > 2, `${most} at once`);
});

test("a caller that goes away resets its stream and leaves the session", async (context) => {
  let code: number | undefined;
  const instance = await startH2(context, (stream, headers) => {
    if (headers[":path"] === "/never") stream.on("close", () => (code = stream.rstCode));
    else stream.respond({ ":status": 200 }, { endStream: true });
  });
  const url = `http://127.0.0.1:${instance.port}`;
  const { port } = await runGateway(context, temporaryFolder(context), serviceText(url));
  const request = http.get({ port, path: "/web/never" });
  request.on("error", () => undefined);
  setTimeout(() => request.destroy(), 100);
  await until(() => code === 8, "CANCEL comes", 1_500);
  assert.equal((await askHttp1(port, "/web/x")).status, 200);
  assert.equal(instance.opened(), 1);
});

test("slow readers and slow instances hold each other up within bounds", async (context) => {
  let written = 0;
  const block = Buffer.alloc(64 * 1024);
  const instance = await startH2(context, (stream) => {
    stream.respond({ ":status": 200 });
    const more = (): void => {
      while (!stream.destroyed && written < 200_000_000) {
        written += block.length;
        if (!stream.write(block)) return;
      }
    };
    stream.on("drain", more);
    more();
  });
  const url = `http://127.0.0.1:${instance.port}`;
  const { port } = await runGateway(context, temporaryFolder(context), serviceText(url));
  const socket = net.connect({ port, host: "127.0.0.1" }).pause();
  context.after(() => socket.destroy());
  socket.write("GET /web/x HTTP/1.1\r\nHost: a\r\n\r\n");
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.ok(written < 24_000_000, `${written} bytes were taken from the instance`);
  const before = written;
  socket.resume();
  await until(() => written > before + 20_000_000, "it goes on");
});

test("an instance that does not speak HTTP/2 is named as such", async (context) => {
  const plain = http.createServer((_request, response) => void response.end("x"));
  await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
  context.after(() => plain.close());
  const url = `http://127.0.0.1:${(plain.address() as AddressInfo).port}`;
  const { port, done } = await runGateway(context, temporaryFolder(context), serviceText(url));
  const answer = await askHttp1(port, "/web/x");
  assert.equal(answer.status, 502);
  assert.match(done[0]?.problem ?? "", /no connection \((HTTP2_NOT_SPOKEN|ERR_HTTP2_ERROR)\)/);
});
