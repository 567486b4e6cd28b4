/** Connections that open with a PROXY protocol header, in plain, under TLS and before HTTP/2. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import http2 from "node:http2";
import net, { type Socket } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import tls from "node:tls";
import { ask, openSession } from "#tests/e2e/http2/client.ts";
import { issueCertificate, makeAuthority } from "#tests/support/certificates.ts";
import { freePort } from "#tests/support/free-port.ts";
import { runGateway, temporaryFolder, until } from "#tests/support/gateway-from-text.ts";
import { listenHttp } from "#tests/support/listen-http.ts";
import { findTool, lacks } from "#tests/support/tools.ts";

const line = "PROXY TCP4 203.0.113.7 192.0.2.1 55555 443\r\n";
const binary = Buffer.from(
  "0d0a0d0a000d0a515549540a2111000ccb007107c0000201d90301bb".replaceAll(" ", ""),
  "hex",
);
const local = Buffer.from("0d0a0d0a000d0a515549540a20000000", "hex");
const get = "GET /web/x HTTP/1.1\r\nHost: a\r\n\r\n";

async function start(context: TestContext, withTls = false, more = "") {
  const folder = temporaryFolder(context);
  const url = await listenHttp(context, (request, response) => {
    response.end(JSON.stringify(request.headers));
  });
  const authority = makeAuthority(folder, "authority");
  issueCertificate(folder, "own", authority, ["DNS:localhost"]);
  const secure = withTls ? "  tls: { certificates: [{ cert: own.crt, key: own.key }] }\n" : "";
  const text = `listen:\n  proxyProtocol: true\n${secure}services: { web: { instances: ["${url}"] } }\n`;
  return { folder, ...(await runGateway(context, folder, text + more)) };
}

interface Caller {
  readonly socket: Socket;
  readonly received: () => string;
  readonly closed: () => boolean;
}

async function open(context: TestContext, port: number): Promise<Caller> {
  const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
  let received = "";
  let closed = false;
  socket.on("data", (bytes: Buffer) => (received += bytes.toString("latin1")));
  socket.on("error", () => undefined);
  socket.on("close", () => (closed = true));
  context.after(() => socket.destroy());
  await new Promise((resolve) => socket.once("connect", resolve).once("close", resolve));
  return { socket, received: () => received, closed: () => closed };
}

for (const [name, header, address] of [
  ["version 1", Buffer.from(line), "203.0.113.7"],
  ["version 2", binary, "203.0.113.7"],
  ["version 2, LOCAL", local, "127.0.0.1"],
  ["version 1, UNKNOWN", Buffer.from("PROXY UNKNOWN\r\n"), "127.0.0.1"],
] as const) {
  test(`${name}: the caller's address is the one that the header names`, async (context) => {
    const { port } = await start(context);
    const together = await open(context, port);
    together.socket.write(Buffer.concat([header, Buffer.from(get + get)]));
    const forwarded = new RegExp(`"x-forwarded-for":"${address}"`, "g");
    await until(() => together.received().match(forwarded)?.length === 2, "two answers");
    const slowly = await open(context, port);
    for (const octet of header) {
      slowly.socket.write(Buffer.from([octet]));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    slowly.socket.write(get);
    await until(() => forwarded.test(slowly.received()), "an answer");
  });
}

test("the header does not vouch for what the caller says of others", async (context) => {
  const { port } = await start(context);
  const { socket, received } = await open(context, port);
  socket.write(line + get.replace("\r\n\r\n", "\r\nX-Forwarded-For: 198.51.100.1\r\n\r\n"));
  await until(() => received().includes("x-forwarded-for"), "an answer");
  assert.match(received(), /"x-forwarded-for":"203\.0\.113\.7"/);
});

test("without a valid header the connection is closed and nothing is answered", async (context) => {
  const { port, begun, gateway } = await start(context, false, "timeouts: { headMs: 200 }\n");
  for (const bytes of [
    get,
    "PROXY TCP4 a b 1 2\r\n",
    " ",
    "\r\n\r\n\0\r\nQUIX",
    "PRI * HTTP/2.0\r\n",
  ]) {
    const caller = await open(context, port);
    caller.socket.write(bytes);
    await until(() => caller.closed(), JSON.stringify(bytes), 1_000);
    assert.equal(caller.received(), "");
  }
  const silent = await open(context, port);
  const half = await open(context, port);
  half.socket.write(line.slice(0, 20));
  const ended = await open(context, port);
  ended.socket.end(line.slice(0, 20));
  await until(() => silent.closed() && half.closed() && ended.closed(), "headMs", 1_500);
  assert.equal(begun(), 0);
  assert.equal(gateway.connectionCount, 0);
});

test("a second header is a malformed request", async (context) => {
  const { port } = await start(context);
  const { socket, received } = await open(context, port);
  socket.write(line + line + get);
  await until(() => received() !== "", "an answer");
  assert.match(received(), /^HTTP\/1\.1 400 /);
});

test("HTTP/2 by preface follows the header", async (context) => {
  const { port } = await start(context);
  const caller = net.connect({ port, host: "127.0.0.1" });
  caller.write(binary);
  const session = openSession(context, port, { createConnection: () => caller });
  const answer = await ask(session, "/web/x");
  assert.equal(JSON.parse(String(answer.body))["x-forwarded-for"], "203.0.113.7");
});

for (const protocol of ["http/1.1", "h2"]) {
  for (const together of [true, false]) {
    const when = together ? "at once" : "later";
    test(`${protocol} under TLS follows the header, the handshake ${when}`, async (context) => {
      const { port } = await start(context, true);
      const raw = net.connect({ port, host: "127.0.0.1", noDelay: true });
      await new Promise((resolve) => raw.once("connect", resolve));
      if (together) raw.cork();
      raw.write(binary);
      if (!together) await new Promise((resolve) => setTimeout(resolve, 50));
      const options = { socket: raw, servername: "localhost", rejectUnauthorized: false };
      const secured = tls.connect({ ...options, ALPNProtocols: [protocol] });
      setImmediate(() => raw.uncork());
      context.after(() => secured.destroy());
      await new Promise((resolve) => secured.once("secureConnect", resolve));
      assert.equal(secured.alpnProtocol, protocol);
      let text = "";
      if (protocol === "h2") {
        const session = http2.connect("https://localhost", { createConnection: () => secured });
        context.after(() => session.destroy());
        text = String((await ask(session, "/web/x")).body);
      } else {
        secured.on("data", (bytes: Buffer) => (text += String(bytes)));
        secured.write(get);
        await until(() => text.includes("x-forwarded-for"), "an answer");
      }
      assert.match(text, /"x-forwarded-for":"203\.0\.113\.7","x-forwarded-proto":"https"/);
    });
  }
}

test("haproxy sends both versions", { skip: lacks("haproxy") }, async (context) => {
  const { port, folder } = await start(context);
  const ports = [await freePort(), await freePort()];
  const parts = ["send-proxy", "send-proxy-v2"].map(
    (option, index) =>
      `listen v${index}\n  mode tcp\n  bind 127.0.0.1:${ports[index]}\n` +
      `  server g 127.0.0.1:${port} ${option}\n`,
  );
  const times = "timeout connect 2s\n  timeout client 5s\n  timeout server 5s";
  const file = join(folder, "haproxy.cfg");
  writeFileSync(file, `global\n  maxconn 100\ndefaults\n  ${times}\n${parts.join("")}`);
  const haproxy = spawn(findTool("haproxy") as string, ["-db", "-f", file], { stdio: "ignore" });
  context.after(() => haproxy.kill());
  for (const balancer of ports) {
    let answered = "";
    for (let left = 50; left > 0; left--) {
      const { socket, received } = await open(context, balancer);
      socket.write(get);
      await new Promise((resolve) => setTimeout(resolve, 50));
      answered = received();
      if (answered !== "") break;
    }
    assert.match(answered, /"x-forwarded-for":"127\.0\.0\.1"/);
  }
});
