/** What a service receives when the gateway forwards a request. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask } from "#tests/support/ask.ts";
import { fieldOf } from "#tests/support/read-responses.ts";
import { splitAt } from "#tests/support/raw-http.ts";

const host = "Host: a.test\r\n";

function get(target: string, lines = host, version = "1.1"): string {
  return `GET ${target} HTTP/${version}\r\n${lines}\r\n`;
}

function post(lines: string, body: string): string {
  return `POST /echo/x HTTP/1.1\r\n${host}${lines}\r\n${body}`;
}

test("RFC9112-2.2-1: obs-text in a value passes octet by octet", async (context) => {
  const { requests } = await ask(context, get("/echo/x", `${host}X: \x80\xff caf\xe9\r\n`));
  assert.equal(fieldOf(requests[0], "x"), "\x80\xff caf\xe9");
});

test("RFC9112-2.2-2: one empty line before a request is ignored", async (context) => {
  const { answer, requests } = await ask(context, `\r\n${get("/echo/x")}`);
  assert.equal(answer.status, 200);
  assert.equal(requests.length, 1);
});

test("RFC9112-2.2-7: nothing stands before or behind forwarded requests", async (context) => {
  const steps = [post("Content-Length: 3\r\n", "abc"), get("/echo/y")];
  const { received } = await ask(context, steps, { answers: 2 });
  assert.equal(received.length, 1);
  assert.match(received[0] ?? "", /^POST [^]+\r\n\r\nabcGET [^]+\r\n\r\n$/);
});

test("RFC9112-2.3-1: a forwarded request has the gateway's version", async (context) => {
  const { requests, answer } = await ask(context, get("/echo/x", host, "1.0"));
  assert.equal(requests[0]?.version, "HTTP/1.1");
  assert.equal(answer.status, 200);
});

test("RFC9112-2.3-1: so does a forwarded answer", async (context) => {
  const reply = "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok";
  const { answer } = await ask(context, get("/echo/x"), { reply });
  assert.equal(answer.version, "HTTP/1.1");
});

test("RFC9112-3.2-1: a forwarded request has one Host, that of the instance", async (context) => {
  const { requests, upstream } = await ask(context, get("/echo/x"));
  assert.equal(fieldOf(requests[0], "host"), `127.0.0.1:${upstream.port}`);
  assert.equal(fieldOf(requests[0], "x-forwarded-host"), "a.test");
});

test("RFC9112-3.2.1-1: a service gets path and query alone", async (context) => {
  const { requests } = await ask(context, get("http://a.test/echo/x?y=http://b"));
  assert.equal(requests[0]?.target, "/base/x?y=http://b");
});

test("RFC9112-3.2.1-2: an empty path is sent as a slash", async (context) => {
  const { requests } = await ask(context, get("/echo?y"));
  assert.equal(requests[0]?.target, "/base/?y");
});

test("RFC9112-3.2.2-1: a target in absolute-form is accepted", async (context) => {
  const { answer } = await ask(context, get("http://a.test/echo/x"));
  assert.equal(answer.status, 200);
});

test("RFC9112-3.2.2-1: one without a path is well-formed, so only its route is missing", async (context) => {
  const { answer } = await ask(context, get("http://a.test"));
  assert.equal(answer.status, 404);
});

test("RFC9112-3.2.2-2: the authority of an absolute-form target wins", async (context) => {
  const { requests } = await ask(context, get("http://b.test/echo/x"));
  assert.equal(fieldOf(requests[0], "x-forwarded-host"), "b.test");
});

test("RFC9112-3.2.2-2: also when the service is sent the caller's host", async (context) => {
  const gateway = { service: { host: "caller" } } as const;
  const { requests } = await ask(context, get("http://b.test:81/echo/x"), { gateway });
  assert.equal(fieldOf(requests[0], "host"), "b.test:81");
});

test("RFC9112-3.2.4-1: OPTIONS * is answered by the gateway itself", async (context) => {
  const { answer, received } = await ask(context, `OPTIONS * HTTP/1.1\r\n${host}\r\n`);
  assert.equal(answer.status, 200);
  assert.deepEqual(received, []);
});

test("RFC9112-5-1: blanks around a value are no part of it", async (context) => {
  const lines = `Host: \t a.test \t\r\nContent-Length: \t3 \r\n`;
  const { requests } = await ask(context, `POST /echo/x HTTP/1.1\r\n${lines}\r\nabc`);
  assert.equal(fieldOf(requests[0], "x-forwarded-host"), "a.test");
  assert.equal(requests[0]?.body, "abc");
});

test("RFC9112-6.1-1: a chunked request is understood at any split", async (context) => {
  const bytes = post(
    "Transfer-Encoding: chunked\r\n",
    "3\r\nabc\r\n00A\r\n0123456789\r\n0\r\n\r\n",
  );
  const head = bytes.indexOf("\r\n\r\n") + 4;
  const everywhere = Array.from({ length: bytes.length - head }, (_, at) => head + at);
  const { requests } = await ask(context, splitAt(bytes, everywhere, 1));
  assert.equal(requests[0]?.body, "abc0123456789");
});

test("RFC9112-6.2-1: a chunked request is forwarded without Content-Length", async (context) => {
  const { requests } = await ask(
    context,
    post("Transfer-Encoding: chunked\r\n", "1\r\nx\r\n0\r\n\r\n"),
  );
  assert.equal(fieldOf(requests[0], "content-length"), undefined);
  assert.equal(fieldOf(requests[0], "transfer-encoding"), "chunked");
});

test("RFC9112-6.1-2: chunked is forwarded once", async (context) => {
  const { received } = await ask(
    context,
    post("Transfer-Encoding: chunked\r\n", "1\r\nx\r\n0\r\n\r\n"),
  );
  assert.equal(received[0]?.match(/transfer-encoding/gi)?.length, 1);
  assert.ok(received[0]?.endsWith("\r\n\r\n1\r\nx\r\n0\r\n\r\n"));
});

test("RFC9112-6.3-7: a request without a length has no body", async (context) => {
  const { requests, result } = await ask(context, post("", get("/echo/y")), { answers: 2 });
  assert.deepEqual(
    requests.map((request) => [request.method, request.target, request.body]),
    [
      ["POST", "/base/x", ""],
      ["GET", "/base/y", ""],
    ],
  );
  assert.equal(result.responses.length, 2);
});

test("RFC9112-6.3-6: a body that ends early is not passed as whole", async (context) => {
  const bytes = post("Content-Length: 9\r\n", "abc");
  const asked = await ask(context, bytes, { halfClose: true, silenceMs: 300 });
  assert.deepEqual(asked.requests, []);
  assert.ok(asked.result.closed);
  assert.ok(await asked.upstream.waitFor(() => asked.upstream.closedConnections() > 0));
});

test("RFC9112-6.3-6: nor are chunks without a last one", async (context) => {
  const bytes = post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n");
  const asked = await ask(context, bytes, { halfClose: true, silenceMs: 300 });
  assert.deepEqual(asked.requests, []);
  assert.ok(await asked.upstream.waitFor(() => asked.upstream.closedConnections() > 0));
});

test("RFC9112-7.1.1-1: chunk extensions are ignored and not forwarded", async (context) => {
  const body = '3;a;b=c\r\nabc\r\n2;d="e;\\"f"\r\nde\r\n0;g\r\n\r\n';
  const { requests, received } = await ask(context, post("Transfer-Encoding: chunked\r\n", body));
  assert.equal(requests[0]?.body, "abcde");
  assert.doesNotMatch(received[0]?.split("\r\n\r\n").slice(1).join("") ?? "", /;/);
});

test("RFC9112-7.1.2-1: trailer fields pass behind the body", async (context) => {
  const body = "1\r\nx\r\n0\r\nX-Sum: 1\r\n\r\n";
  const { requests } = await ask(context, post("Transfer-Encoding: chunked\r\n", body));
  assert.deepEqual(requests[0]?.trailers, [["x-sum", "1"]]);
  assert.equal(fieldOf(requests[0], "x-sum"), undefined);
});

test("RFC9112-7.4-1: the caller's TE is not forwarded", async (context) => {
  const { requests } = await ask(context, get("/echo/x", `${host}Connection: TE\r\nTE: gzip\r\n`));
  assert.equal(fieldOf(requests[0], "te"), undefined);
});

test("RFC9110-5.1-1: unknown fields are forwarded", async (context) => {
  const { requests } = await ask(context, get("/echo/x", `${host}X-Unknown: 1\r\nqWeRtY: 2\r\n`));
  assert.equal(fieldOf(requests[0], "x-unknown"), "1");
  assert.equal(fieldOf(requests[0], "qwerty"), "2");
});

test("RFC9110-5.3-1: field lines of one name keep their order", async (context) => {
  const lines = `${host}X: 1\r\nY: a\r\nx: 2\r\nX: 3\r\n`;
  const { requests } = await ask(context, get("/echo/x", lines));
  assert.equal(fieldOf(requests[0], "x"), "1, 2, 3");
});

test("RFC9110-7.6.1-1: what Connection names is removed, and Connection too", async (context) => {
  const lines = `${host}Connection: x-a, X-B\r\nConnection: x-c\r\nX-A: 1\r\nx-b: 2\r\nX-C: 3\r\nX-D: 4\r\n`;
  const { requests } = await ask(context, get("/echo/x", lines));
  for (const name of ["x-a", "x-b", "x-c", "connection"]) {
    assert.equal(fieldOf(requests[0], name), undefined, name);
  }
  assert.equal(fieldOf(requests[0], "x-d"), "4");
});

test("RFC9110-7.6.1-2: known hop-by-hop fields are removed", async (context) => {
  const lines = `${host}Keep-Alive: timeout=9\r\nProxy-Connection: close\r\nTE: x\r\nUpgrade: y\r\n`;
  const { requests } = await ask(context, get("/echo/x", lines));
  for (const name of ["keep-alive", "proxy-connection", "te", "upgrade"]) {
    assert.equal(fieldOf(requests[0], name), undefined, name);
  }
});

test("RFC9110-7.6.1-3: Connection cannot unframe, reroute or unauthenticate", async (context) => {
  const names = "host, content-length, authorization, x-forwarded-for, cookie, via";
  const lines = `Connection: ${names}\r\nContent-Length: 3\r\nAuthorization: a\r\nCookie: b=c\r\n`;
  const { requests } = await ask(context, post(lines, "abc"));
  for (const name of names.split(", ")) {
    assert.notEqual(fieldOf(requests[0], name), undefined, name);
  }
  assert.equal(requests[0]?.body, "abc");
});

for (const method of ["OPTIONS", "TRACE"]) {
  test(`RFC9110-7.6.2-1: ${method} with Max-Forwards 0 is answered here`, async (context) => {
    const bytes = `${method} /echo/x HTTP/1.1\r\n${host}Max-Forwards: 0\r\n\r\n`;
    const { received, answer } = await ask(context, bytes);
    assert.deepEqual(received, []);
    assert.ok([200, 405].includes(answer.status), String(answer.status));
  });
}

test("RFC9110-7.6.2-2: Max-Forwards of OPTIONS is forwarded less one", async (context) => {
  const { requests } = await ask(
    context,
    `OPTIONS /echo/x HTTP/1.1\r\n${host}Max-Forwards: 7\r\n\r\n`,
  );
  assert.equal(fieldOf(requests[0], "max-forwards"), "6");
});

test("RFC9110-7.6.2-2: so is that of TRACE, unless TRACE is refused", async (context) => {
  const bytes = `TRACE /echo/x HTTP/1.1\r\n${host}Max-Forwards: 7\r\n\r\n`;
  const { requests, answer } = await ask(context, bytes);
  const hops = requests.map((request) => fieldOf(request, "max-forwards"));
  assert.deepEqual(hops, answer.status === 405 ? [] : ["6"]);
});

test("RFC9110-9.3.8-1: TRACE with content is not forwarded", async (context) => {
  const bytes = `TRACE /echo/x HTTP/1.1\r\n${host}Content-Length: 1\r\n\r\nx`;
  const { received, answer } = await ask(context, bytes);
  assert.deepEqual(received, []);
  assert.ok([400, 405].includes(answer.status), String(answer.status));
});

test("RFC9110-7.6.3-1: Via is sent, with the version received", async (context) => {
  const { requests } = await ask(context, get("/echo/x", host, "1.0"));
  assert.match(fieldOf(requests[0], "via") ?? "", /^1\.0 \S+$/);
});

test("RFC9110-7.6.3-1: Via stands behind what was received", async (context) => {
  const { requests } = await ask(context, get("/echo/x", `${host}Via: 1.1 a\r\nVia: 1.0 b\r\n`));
  assert.match(fieldOf(requests[0], "via") ?? "", /^1\.1 a, 1\.0 b, 1\.1 \S+$/);
});

test("RFC9110-7.7-1: path and query are forwarded as they were sent", async (context) => {
  const rest = "/a%41b/%c3%a9/x~y!$&'()*+,=:@?q=%zz&a=b%20c&/../?;";
  const { requests } = await ask(context, get(`/echo${rest}`));
  assert.equal(requests[0]?.target, `/base${rest}`);
});

test("RFC9110-7.7-2: content is not transformed", async (context) => {
  const bytes = Array.from({ length: 256 }, (_, octet) => String.fromCharCode(octet)).join("");
  const { requests } = await ask(context, post(`Content-Length: 256\r\n`, bytes));
  assert.equal(requests[0]?.body, bytes);
});
