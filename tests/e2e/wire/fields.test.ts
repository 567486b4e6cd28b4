/** Field lines on their way through: what is removed, what is added, what nobody can forge. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { finals } from "#tests/support/raw-http.ts";
import { fieldOf, type SeenResponse } from "#tests/support/read-responses.ts";
import type { SeenRequest } from "#tests/support/read-requests.ts";
import { startRecordingUpstream } from "#tests/support/recording-upstream.ts";
import { atEnd, caller, get, ok, stand } from "./stand.ts";

interface Passed {
  readonly seen: SeenRequest;
  readonly answer: SeenResponse;
}

async function pass(
  t: TestContext,
  request: string,
  answerFields = "",
  options: Parameters<typeof stand>[2] = {},
): Promise<Passed> {
  const upstream = await startRecordingUpstream({ answer: () => [ok("x", answerFields)] });
  atEnd(t, () => upstream.close());
  const { port } = await stand(t, upstream.port, options);
  const connection = await caller(t, port);
  await connection.send(request);
  const { responses } = await connection.wait((result) => finals(result) === 1);
  const [seen] = upstream.requests();
  const [answer] = responses;
  assert.ok(seen !== undefined && answer !== undefined);
  return { seen, answer };
}

const hopByHop = {
  "Keep-Alive": "timeout=5",
  "Proxy-Connection": "keep-alive",
  "Proxy-Authorization": "Basic eDp5",
  Upgrade: "websocket",
  "X-Nominated": "1",
};

const linesOf = (fields: Readonly<Record<string, string>>) =>
  Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");

test("hop-by-hop and nominated fields of a request end here", async (t) => {
  const nominating = "Connection: X-Nominated, close\r\nConnection: x-also\r\nX-Also: 2\r\n";
  const { seen } = await pass(t, get("/", nominating + linesOf(hopByHop)));
  for (const name of ["connection", "x-also", ...Object.keys(hopByHop)]) {
    assert.equal(fieldOf(seen, name.toLowerCase()), undefined, name);
  }
});

test("hop-by-hop and nominated fields of an answer end here", async (t) => {
  const nominating = "Connection: X-Nominated, keep-alive\r\n";
  const { "Proxy-Authorization": _, ...fields } = hopByHop;
  const more = "Proxy-Authenticate: Basic\r\n";
  const { answer } = await pass(t, get(), nominating + more + linesOf(fields));
  for (const name of ["connection", "proxy-authenticate", ...Object.keys(fields)]) {
    assert.equal(fieldOf(answer, name.toLowerCase()), undefined, name);
  }
});

test("Connection cannot take away what frames, routes, authenticates or identifies", async (t) => {
  const nominated = [
    "Host",
    "Content-Length",
    "Authorization",
    "X-Api-Key",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "X-Request-Id",
    "traceparent",
    "Via",
    "Content-Type",
  ];
  const body = "Content-Length: 2\r\nContent-Type: text/x\r\nAuthorization: Basic eDp5\r\n";
  const { seen } = await pass(
    t,
    `POST /up/ HTTP/1.1\r\nHost: a\r\nX-Api-Key: k\r\n${body}` +
      `Connection: ${nominated.join(", ")}\r\n\r\nhi`,
  );
  for (const name of nominated) assert.notEqual(fieldOf(seen, name.toLowerCase()), undefined, name);
  assert.equal(seen.body, "hi");
});

test("end-to-end fields pass in their order, as they were spelled, repeated ones too", async (t) => {
  const upstream = await startRecordingUpstream();
  atEnd(t, () => upstream.close());
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  const lines =
    "X-B: 1\r\nx-a:2\r\nCookie: a=1; b=2\r\nX-B:   spaced \t\r\nX-Empty:\r\nX-\xe9: no\r\n";
  const own = lines.replace("X-\xe9: no\r\n", "X-Bytes: \xe9\xff\r\n");
  await connection.send(get("/", own));
  await connection.wait((result) => finals(result) === 1);
  const received = upstream.connections()[0]?.toString("latin1") ?? "";
  assert.ok(received.endsWith(`${own}\r\n`), JSON.stringify(received));
});

test("Via names the protocol of each hop, behind earlier ones", async (t) => {
  const first = await pass(t, get(), "Via: 1.1 inner\r\n");
  assert.equal(fieldOf(first.seen, "via"), "1.1 parlance");
  assert.equal(fieldOf(first.answer, "via"), "1.1 inner, 1.1 parlance");
  const second = await pass(t, get("/", "Via: 1.0 a\r\nVia: 1.1 b\r\n"));
  assert.equal(fieldOf(second.seen, "via"), "1.0 a, 1.1 b, 1.1 parlance");
  const old = await pass(t, "GET /up/ HTTP/1.0\r\nHost: a\r\n\r\n");
  assert.equal(fieldOf(old.seen, "via"), "1.0 parlance");
});

const claimed = linesOf({
  "X-Forwarded-For": "203.0.113.9",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-Host": "shop.example",
  "X-Forwarded-Port": "443",
  "X-Forwarded-Prefix": "/x",
  "X-Real-IP": "203.0.113.9",
  Forwarded: "for=203.0.113.9",
});

test("what an untrusted peer says of itself is replaced by what is seen", async (t) => {
  const { seen } = await pass(t, get("/", claimed));
  assert.deepEqual(
    ["for", "proto", "host", "port", "prefix"].map((name) => fieldOf(seen, `x-forwarded-${name}`)),
    ["127.0.0.1", "http", "gateway", undefined, undefined],
  );
  assert.equal(fieldOf(seen, "x-real-ip"), undefined);
  assert.equal(fieldOf(seen, "forwarded"), undefined);
});

for (const trustedProxies of [["127.0.0.0/8"], ["127.0.0.1"]]) {
  test(`what a peer in ${trustedProxies[0]} says of the caller is believed`, async (t) => {
    const configuration = { listen: { trustedProxies } };
    const { seen } = await pass(t, get("/", claimed), "", { configuration });
    assert.deepEqual(
      ["for", "proto", "host"].map((name) => fieldOf(seen, `x-forwarded-${name}`)),
      ["203.0.113.9, 127.0.0.1", "https", "shop.example"],
    );
  });
}

test("Host is that of the instance, or the caller's when the service says so", async (t) => {
  const own = await pass(t, get());
  assert.match(fieldOf(own.seen, "host") ?? "", /^127\.0\.0\.1:\d+$/);
  const callers = await pass(t, get(), "", { service: { host: "caller" } });
  assert.equal(fieldOf(callers.seen, "host"), "gateway");
});

test("a harmless X-Request-Id is kept and returned, others are replaced by the exchange's", async (t) => {
  const kept = await pass(t, get("/", "X-Request-Id: order-17_a\r\n"));
  assert.equal(fieldOf(kept.seen, "x-request-id"), "order-17_a");
  assert.equal(fieldOf(kept.answer, "x-request-id"), "order-17_a");
  for (const bad of ["", 'a"b', "x".repeat(129), "-a", "a b", "\xe9"]) {
    const { seen, answer } = await pass(t, get("/", `X-Request-Id: ${bad}\r\n`));
    const id = fieldOf(answer, "parlance-exchange");
    assert.match(id ?? "", /^[0-9a-f]{32}$/);
    assert.deepEqual(
      [fieldOf(seen, "x-request-id"), fieldOf(answer, "x-request-id")],
      [id, id],
      bad,
    );
  }
});

const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const parent = "00f067aa0ba902b7";

test("a valid trace goes on with a new parent, and its state with it", async (t) => {
  const fields = `traceparent: 00-${trace}-${parent}-01\r\ntracestate: a=1\r\ntracestate: b=2\r\n`;
  const { seen } = await pass(t, get("/", fields));
  const [, id, span, flags] = (fieldOf(seen, "traceparent") ?? "").split("-");
  assert.deepEqual([id, flags], [trace, "01"]);
  assert.match(span ?? "", /^[0-9a-f]{16}$/);
  assert.notEqual(span, parent);
  assert.equal(fieldOf(seen, "tracestate"), "a=1, b=2");
});

test("an invalid trace is restarted, and its state dropped", async (t) => {
  for (const sent of [
    `00-${"0".repeat(32)}-${parent}-01`,
    `00-${trace}-${"0".repeat(16)}-01`,
    `ff-${trace}-${parent}-01`,
    `00-${trace}-${parent}-01-more`,
    `00-${trace.toUpperCase()}-${parent}-01`,
    "junk",
  ]) {
    const { seen } = await pass(t, get("/", `traceparent: ${sent}\r\ntracestate: a=1\r\n`));
    const got = fieldOf(seen, "traceparent") ?? "";
    assert.match(got, /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/, sent);
    assert.ok(!got.includes(trace), sent);
    assert.equal(fieldOf(seen, "tracestate"), undefined);
  }
});

const forged = linesOf({
  "Parlance-Exchange": "forged",
  "Parlance-Receipt": "forged",
  "Parlance-Fault": "forged",
});

test("Parlance-* fields cannot be forged by either side, in heads or trailers", async (t) => {
  const { seen, answer } = await pass(t, get("/", forged), forged);
  for (const message of [seen, answer]) {
    assert.match(fieldOf(message, "parlance-exchange") ?? "", /^[0-9a-f]{32}$/);
    assert.equal(fieldOf(message, "parlance-receipt"), undefined);
    assert.equal(fieldOf(message, "parlance-fault"), undefined);
  }
  assert.equal(fieldOf(seen, "parlance-exchange"), fieldOf(answer, "parlance-exchange"));
  const upstream = await startRecordingUpstream({
    answer: () => [
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${forged}X-T: 1\r\n\r\n`,
    ],
  });
  atEnd(t, () => upstream.close());
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  const chunked = "POST /up/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  await connection.send(`${chunked}0\r\n${forged}X-T: 1\r\n\r\n`);
  const { responses } = await connection.wait((result) => finals(result) === 1);
  assert.deepEqual(responses[0]?.trailers, [["x-t", "1"]]);
  assert.deepEqual(upstream.requests()[0]?.trailers, [["x-t", "1"]]);
});

test("underscores do not disguise the gateway's own fields", async (t) => {
  const upstream = await startRecordingUpstream();
  atEnd(t, () => upstream.close());
  const { port } = await stand(t, upstream.port);
  const connection = await caller(t, port);
  await connection.send(get("/", "X_Forwarded_For: 203.0.113.9\r\n"));
  const { responses } = await connection.wait((result) => finals(result) === 1);
  assert.deepEqual([responses[0]?.status, upstream.requests().length], [400, 0]);
});

test("Date is added when the service gave none, and kept when it did", async (t) => {
  const without = await pass(t, get());
  const date = Date.parse(fieldOf(without.answer, "date") ?? "");
  assert.ok(Math.abs(date - Date.now()) < 5_000);
  const given = "Sun, 06 Nov 1994 08:49:37 GMT";
  const { answer } = await pass(t, get(), `Date: ${given}\r\n`);
  assert.equal(fieldOf(answer, "date"), given);
});

const paths = [
  ["/up", "/"],
  ["/up/", "/"],
  ["/up?q=1", "/?q=1"],
  ["/up/a/b/?x=/../&y=%2e%2E//", "/a/b/?x=/../&y=%2e%2E//"],
  ["/up/caf%C3%A9/%e9/%20", "/caf%C3%A9/%e9/%20"],
  ["/up/a;v=1,2/b=c:d@e!$&'()*+", "/a;v=1,2/b=c:d@e!$&'()*+"],
  ["/up/...", "/..."],
  ["/up/.hidden/..data", "/.hidden/..data"],
  ["/up/~user/-_.", "/~user/-_."],
  ["/up/?", "/?"],
  ["/up/a?b?c=d#".slice(0, -1), "/a?b?c=d"],
  ['/up/x?a[]=1&b={}|^`"<>'.replace(/[{}|^`"<>]/g, ""), "/x?a[]=1&b="],
] as const;

test("paths and queries pass octet for octet, behind the instance's base path", async (t) => {
  const upstream = await startRecordingUpstream();
  atEnd(t, () => upstream.close());
  for (const base of ["", "/base/v1"]) {
    const instances = [`http://127.0.0.1:${upstream.port}${base}`];
    const { port } = await stand(t, 0, { service: { instances } });
    for (const [sent, wanted] of paths) {
      const connection = await caller(t, port);
      await connection.send(`GET ${sent} HTTP/1.1\r\nHost: a\r\n\r\n`);
      await connection.wait((result) => finals(result) === 1);
      assert.equal(upstream.requests().at(-1)?.target, base + wanted, sent);
      connection.close();
    }
  }
});

test("an absolute-form target is forwarded as a path, and its authority wins over Host", async (t) => {
  const request = "GET http://shop.example/up/x?y=1 HTTP/1.1\r\nHost: other.example\r\n\r\n";
  const { seen } = await pass(t, request, "", { service: { host: "caller" } });
  assert.deepEqual([seen.target, fieldOf(seen, "host")], ["/x?y=1", "shop.example"]);
  assert.equal(fieldOf(seen, "x-forwarded-host"), "shop.example");
});
