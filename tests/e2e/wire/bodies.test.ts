/** Every framing of a body, in both directions, with trailers, and answers that have none. */
import assert from "node:assert/strict";
import http from "node:http";
import test from "node:test";
import { finals } from "#tests/support/raw-http.ts";
import { fieldOf } from "#tests/support/read-responses.ts";
import { startRecordingUpstream } from "#tests/support/recording-upstream.ts";
import { answering, atEnd, caller, get, httpService, ok, rawService, stand } from "./stand.ts";

async function answerTo(
  t: Parameters<typeof stand>[0],
  answer: string,
  request = get(),
  methods: readonly string[] = [],
) {
  const upstream = await rawService(t, answering(answer));
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port, methods);
  await connection.send(request);
  return { connection, result: await connection.wait((seen) => finals(seen) === 1), upstream };
}

test("an answer with a length keeps it", async (t) => {
  const { result } = await answerTo(t, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
  assert.equal(result.responses[0]?.framing, "length");
  assert.equal(result.responses[0]?.body, "hello");
});

test("a chunked answer stays chunked, and its trailers follow it", async (t) => {
  const { result } = await answerTo(
    t,
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n" +
      "3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n",
  );
  const [answer] = result.responses;
  assert.deepEqual([answer?.framing, answer?.body], ["chunked", "abcde"]);
  assert.deepEqual(answer?.trailers, [["x-sum", "5"]]);
});

test("an answer that ends with its connection is chunked for the caller", async (t) => {
  const upstream = await rawService(t, (socket) =>
    socket.on("data", () => socket.end("HTTP/1.1 200 OK\r\n\r\nuntil the end")),
  );
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  for (let count = 1; count <= 2; count++) {
    await connection.send(get());
    const { responses } = await connection.wait((seen) => finals(seen) === count);
    const { framing, body, complete } = responses[count - 1] ?? {};
    assert.deepEqual([framing, body, complete], ["chunked", "until the end", true]);
  }
});

for (const [title, answer] of [
  ["204", "HTTP/1.1 204 No Content\r\n\r\n"],
  ["304 with a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\nETag: a\r\n\r\n"],
] as const) {
  test(`an answer ${title} has no body and keeps both connections`, async (t) => {
    const { connection, upstream } = await answerTo(t, answer);
    await connection.send(get());
    const { responses, error } = await connection.wait((seen) => finals(seen) === 2);
    assert.deepEqual([error, responses.length, upstream.sockets.length], [undefined, 2, 1]);
  });
}

for (const fields of ["Content-Length: 1000", "Transfer-Encoding: chunked", "X-None: 1"]) {
  test(`an answer to HEAD with ${fields} has no body and keeps both connections`, async (t) => {
    const head = "HEAD /up/ HTTP/1.1\r\nHost: a\r\n\r\n";
    const methods = ["HEAD", "HEAD"];
    const answer = `HTTP/1.1 200 OK\r\n${fields}\r\n\r\n`;
    const { connection, upstream, result } = await answerTo(t, answer, head, methods);
    assert.equal(fieldOf(result.responses[0], "content-length"), /\d{4}/.exec(fields)?.[0]);
    await connection.send(head);
    const { responses, error } = await connection.wait((seen) => finals(seen) === 2);
    assert.deepEqual([error, responses.length, upstream.sockets.length], [undefined, 2, 1]);
  });
}

test("a refusal of the gateway's own has no body for HEAD", async (t) => {
  const { result } = await answerTo(t, "", "HEAD /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", ["HEAD"]);
  assert.equal(result.responses[0]?.status, 404);
  assert.ok(result.received.toString("latin1").endsWith("\r\n\r\n"));
});

test("request trailers reach the instance, after a body that came whole or in pieces", async (t) => {
  const upstream = await startRecordingUpstream();
  atEnd(t, () => upstream.close());
  const { port } = await stand(t, upstream.port);
  const head =
    "POST /up/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n";
  const body = "3\r\nabc\r\n0\r\nX-T: value\r\n\r\n";
  for (let cut = 0; cut < body.length; cut += 3) {
    const connection = await caller(t, port);
    await connection.send(head + body.slice(0, cut), { pauseMs: 5 }, body.slice(cut));
    await connection.wait((seen) => finals(seen) === 1);
    const seen = upstream.requests().at(-1);
    assert.deepEqual([seen?.body, seen?.trailers], ["abc", [["x-t", "value"]]], `cut at ${cut}`);
  }
});

test("TE is reduced to trailers, and node:http takes and gives trailers through the gateway", async (t) => {
  let te: unknown;
  let sent: unknown;
  const upstream = await httpService(t, (request, response) => {
    te = request.headers["te"];
    request.resume().on("end", () => {
      sent = request.trailers["x-up"];
      response.writeHead(200, { Trailer: "X-Down" });
      response.write("body");
      response.addTrailers({ "X-Down": "2" });
      response.end();
    });
  });
  const { port } = await stand(t, upstream.port);
  const got = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const headers = { TE: "trailers, gzip;q=0.1", Connection: "TE", Trailer: "X-Up" };
    const request = http.request({ port, agent: false, path: "/up/", method: "POST", headers });
    request.on("error", reject).on("response", (answer) => {
      answer.resume().on("end", () => resolve(answer));
    });
    request.write("some");
    request.addTrailers({ "X-Up": "1" });
    request.end();
  });
  assert.deepEqual([te, sent, got.trailers["x-down"]], ["trailers", "1", "2"]);
});

test("trailers must not frame, route or identify", async (t) => {
  const { result } = await answerTo(
    t,
    ok(""),
    "POST /up/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 3\r\n\r\n",
  );
  assert.equal(result.responses[0]?.status, 400);
});

test("a body of every size around the sizes of buffers arrives whole, both ways", async (t) => {
  const upstream = await httpService(t, (request, response) => {
    const { "content-length": length } = request.headers;
    response.writeHead(200, length === undefined ? {} : { "Content-Length": length });
    request.pipe(response);
  });
  const { port } = await stand(t, upstream.port);
  for (const base of [0, 1024, 16 * 1024, 64 * 1024, 96 * 1024, 160 * 1024, 256 * 1024]) {
    for (const size of [base - 1, base, base + 1].filter((one) => one >= 0)) {
      const body = Buffer.alloc(size, "0123456789abcdef-");
      for (const chunked of [false, true]) {
        const got = await exchange(port, body, chunked);
        assert.ok(got.equals(body), `${size} bytes, ${chunked ? "chunked" : "with a length"}`);
      }
    }
  }
});

const agent = new http.Agent({ keepAlive: false });

function exchange(port: number, body: Buffer, chunked: boolean): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const headers = chunked
      ? { "Transfer-Encoding": "chunked" }
      : { "Content-Length": body.length };
    const request = http.request({ port, agent, path: "/up/", method: "POST", headers });
    request.on("error", reject).on("response", (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("error", reject).on("end", () => resolve(Buffer.concat(parts)));
    });
    request.end(body);
  });
}
