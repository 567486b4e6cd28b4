/** TLS to callers: certificates by name, ALPN, renewal, and handshakes that come to nothing. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import tls from "node:tls";
import { promisify } from "node:util";
import { Agent, request as undiciRequest } from "undici";
import { defaultLimits, defaultTimeouts } from "#base/limits.ts";
import { issueCertificate, makeAuthority } from "#tests/support/certificates.ts";
import { runGateway, temporaryFolder, until } from "#tests/support/gateway-from-text.ts";
import { lacks } from "#tests/support/tools.ts";
import { ask, openSession } from "#tests/e2e/http2/client.ts";
import { listenHttp } from "#tests/support/listen-http.ts";

const certificates = [
  "    - { cert: first.crt, key: first.key }",
  "    - { cert: wild.crt, key: wild.key }",
  "    - { cert: named.crt, key: named.key, hosts: [named.test, '*.listed.test'] }",
].join("\n");

async function start(context: TestContext, more = "", listen = "") {
  const folder = temporaryFolder(context);
  const authority = makeAuthority(folder, "authority");
  issueCertificate(folder, "first", authority, ["DNS:localhost", "IP:127.0.0.1"]);
  issueCertificate(folder, "wild", authority, ["DNS:*.wild.test", "DNS:exact.test"]);
  issueCertificate(folder, "named", authority, ["DNS:other.test"]);
  const url = await listenHttp(context, (request, response) => {
    response.setHeader("x-seen", JSON.stringify(request.headers));
    if (request.url === "/slow") setTimeout(() => response.end("slow"), 300);
    else request.pipe(response);
  });
  const text =
    `listen:\n${listen}  tls:\n    minVersion: TLSv1.2\n    certificates:\n` +
    `${certificates.replaceAll(/^/gm, "  ")}\n` +
    `services:\n  web:\n    instances: ["${url}"]\n${more}`;
  const running = await runGateway(context, folder, text);
  const ca = readFileSync(authority.certFile);
  return { folder, authority, text, ca, ...running };
}

function shakeHands(
  port: number,
  options: tls.ConnectionOptions,
): Promise<{ name: string; protocol: string | false | null; version: string | null }> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ...options });
    socket.on("error", reject);
    socket.on("secureConnect", () => {
      const { subject } = socket.getPeerCertificate();
      const { alpnProtocol } = socket;
      resolve({ name: String(subject.CN), protocol: alpnProtocol, version: socket.getProtocol() });
      socket.destroy();
    });
  });
}

test("the certificate follows from the server name", async (context) => {
  const { port } = await start(context);
  for (const [servername, expected] of [
    ["", "first"],
    ["localhost", "first"],
    ["unknown.test", "first"],
    ["a.wild.test", "wild"],
    ["A.WILD.test", "wild"],
    ["exact.test", "wild"],
    ["wild.test", "first"],
    ["a.b.wild.test", "first"],
    ["named.test", "named"],
    ["x.listed.test", "named"],
    ["other.test", "first"],
  ] as const) {
    assert.equal((await shakeHands(port, { servername })).name, expected, servername);
  }
});

test("ALPN offers h2 and http/1.1, and only the latter when HTTP/2 is off", async (context) => {
  const { port } = await start(context);
  const protocolOf = async (at: number, offered: string[]) =>
    (await shakeHands(at, { ALPNProtocols: offered })).protocol;
  assert.equal(await protocolOf(port, ["http/1.1", "h2"]), "h2");
  assert.equal(await protocolOf(port, ["http/1.1"]), "http/1.1");
  assert.equal((await shakeHands(port, {})).protocol, false);
  const off = await start(context, "", "  http2: false\n");
  assert.equal(await protocolOf(off.port, ["h2", "http/1.1"]), "http/1.1");
  await assert.rejects(protocolOf(off.port, ["h2"]), /alert|ECONNRESET/i);
});

test("the oldest version is held to", async (context) => {
  const { port, text, take } = await start(context);
  const old = { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" } as const;
  assert.equal((await shakeHands(port, old)).version, "TLSv1.2");
  take(text.replace("TLSv1.2", "TLSv1.3"));
  await assert.rejects(shakeHands(port, old), /version|alert|ECONNRESET/i);
  await assert.rejects(shakeHands(port, { ...old, servername: "exact.test" }));
  assert.equal((await shakeHands(port, {})).version, "TLSv1.3");
});

test("1.5 MiB go both ways over HTTP/1.1 and HTTP/2 under TLS", async (context) => {
  const { port, ca } = await start(context);
  const body = randomBytes(1_500_000);
  const agent = new https.Agent({ keepAlive: true, ca });
  context.after(() => agent.destroy());
  for (let count = 0; count < 3; count++) {
    const request = https.request({
      port,
      host: "localhost",
      path: "/web/x",
      method: "POST",
      agent,
    });
    request.end(body);
    const [response] = (await new Promise((resolve, reject) => {
      request.on("response", (seen) => resolve([seen]));
      request.on("error", reject);
    })) as [http.IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    assert.ok(Buffer.concat(chunks).equals(body));
    const seen = JSON.parse(String(response.headers["x-seen"])) as Record<string, string>;
    assert.equal(seen["x-forwarded-proto"], "https");
    assert.equal(seen["x-forwarded-for"], "127.0.0.1");
  }
  const session = openSession(context, port, { scheme: "https", ca });
  const answers = await Promise.all([1, 2, 3].map(() => ask(session, "/web/x", { body })));
  for (const answer of answers) assert.ok(answer.body.equals(body));
});

test("undici and curl choose HTTP/2 by ALPN", { skip: lacks("curl") }, async (context) => {
  const { port, ca, authority } = await start(context);
  const url = `https://localhost:${port}/web/x`;
  const options = ["-s", "--http2", "--cacert", authority.certFile, "-w", "%{http_version}"];
  const { stdout } = await promisify(execFile)("curl", [...options, "-d", "from curl ", url]);
  assert.equal(stdout, "from curl 2");
  const dispatcher = new Agent({ allowH2: true, connect: { ca } });
  context.after(() => dispatcher.destroy());
  const answer = await undiciRequest(url, { method: "POST", body: "from undici", dispatcher });
  assert.equal(await answer.body.text(), "from undici");
  assert.equal(JSON.parse(String(answer.headers["x-seen"]))["via"], "2 parlance");
});

test("a renewed certificate comes into use without a dropped connection", async (context) => {
  const { port, ca, folder, authority, text, take, done } = await start(context);
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca });
  context.after(() => agent.destroy());
  const get = (path: string): Promise<{ text: string; port: number }> =>
    new Promise((resolve, reject) => {
      https
        .get({ port, host: "localhost", path, agent }, async (response) => {
          const localPort = response.socket.localPort ?? 0;
          let body = "";
          for await (const chunk of response) body += String(chunk);
          resolve({ text: body, port: localPort });
        })
        .on("error", reject);
    });
  const first = await get("/web/x");
  const session = openSession(context, port, { scheme: "https", ca });
  await ask(session, "/web/x");
  const slow = get("/web/slow");
  await until(() => done.length === 2, "the slow one is under way");
  issueCertificate(folder, "renewed", authority, ["DNS:localhost"]);
  copyFileSync(join(folder, "renewed.crt"), join(folder, "first.crt"));
  copyFileSync(join(folder, "renewed.key"), join(folder, "first.key"));
  take(text);
  assert.equal((await shakeHands(port, {})).name, "renewed");
  assert.equal((await slow).text, "slow");
  assert.equal((await get("/web/x")).port, first.port);
  assert.equal((await ask(session, "/web/x")).status, 200);
});

test("a faulty renewed certificate is refused by name, and the old one stays", async (context) => {
  const { port, folder, gateway, text, take } = await start(context);
  const keep = readFileSync(join(folder, "first.crt"));
  copyFileSync(join(folder, "named.crt"), join(folder, "first.crt"));
  assert.throws(() => take(text), /first\.key.*is not the private key/s);
  writeFileSync(join(folder, "first.crt"), "no certificate");
  assert.throws(() => take(text), /first\.crt/);
  writeFileSync(join(folder, "first.crt"), keep);
  take(text);
  // The files may also turn bad after the configuration was checked.
  const { configuration } = revisionFor(port, folder);
  assert.throws(
    () => gateway.take({ id: "0".repeat(16), configuration, contracts: new Map() }),
    /certificate .*missing/,
  );
  assert.equal((await shakeHands(port, {})).name, "first");
});

function revisionFor(port: number, folder: string) {
  const certFile = join(folder, "missing.crt");
  writeFileSync(certFile, "no certificate");
  const certificate = { certFile, keyFile: join(folder, "first.key"), hosts: [] };
  const tlsOptions = { certificates: [certificate], minVersion: "TLSv1.2" as const };
  const listen = {
    ...{ host: "127.0.0.1", port, adminHost: "127.0.0.1", adminPort: 0, workers: 1 },
    ...{ tls: tlsOptions, http2: true, proxyProtocol: false, trustedProxies: [] },
  };
  const log = { level: "error", exchanges: "none" } as const;
  return {
    configuration: {
      limits: defaultLimits,
      timeouts: defaultTimeouts,
      listen,
      services: [],
      policies: [],
      ledger: undefined,
      callers: "open" as const,
      log,
    },
  };
}

test("a handshake that does not come to an end has headMs and counts as a connection", async (context) => {
  const limits = "timeouts: { headMs: 1500 }\nlimits: { connectionsMax: 3 }\n";
  const { port } = await start(context, limits);
  const silent = await Promise.all([1, 2, 3].map(() => openPlain(context, port)));
  silent[1]?.socket.write(Buffer.from([0x16, 3, 1, 2]));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const fourth = await openPlain(context, port);
  await until(() => fourth.closed(), "one too many is turned away", 1_000);
  await until(() => silent.every(({ closed }) => closed()), "the others are closed", 4_000);
  assert.equal((await shakeHands(port, {})).name, "first");
});

test("what is no handshake closes the connection and nothing else", async (context) => {
  const { port, gateway } = await start(context);
  for (const bytes of [
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\0",
  ]) {
    const caller = await openPlain(context, port);
    caller.socket.write(bytes);
    if (bytes === "\0") caller.socket.end();
    await until(() => caller.closed(), JSON.stringify(bytes));
    assert.doesNotMatch(caller.received(), /HTTP/);
  }
  for (let count = 0; count < 20; count++) {
    const { socket } = await openPlain(context, port);
    socket.write(randomBytes(200));
    if (count % 2 === 0) socket.resetAndDestroy();
  }
  assert.equal((await shakeHands(port, {})).name, "first");
  await until(() => gateway.connectionCount === 0, "nothing is left");
});

test("a caller that closes in the middle of its TLS connection leaves nothing", async (context) => {
  const { port, gateway, done } = await start(context);
  for (const ALPNProtocols of [["http/1.1"], ["h2"]]) {
    const socket = tls.connect({
      port,
      host: "127.0.0.1",
      rejectUnauthorized: false,
      ALPNProtocols,
    });
    socket.on("error", () => undefined);
    await new Promise((resolve) => socket.once("secureConnect", resolve));
    if (ALPNProtocols[0] === "http/1.1") socket.write("GET /web/slow HTTP/1.1\r\nHost: a\r\n\r\n");
    await until(() => gateway.connectionCount === 1, "connected");
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await until(() => gateway.connectionCount === 0, "forgotten");
  }
  assert.equal(done[0]?.aborted, true);
});

test("the preface of HTTP/2 does not stand in for ALPN", async (context) => {
  const { port } = await start(context);
  const socket = tls.connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
  let text = "";
  socket.on("data", (bytes: Buffer) => (text += String(bytes)));
  socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  await new Promise((resolve) => socket.once("close", resolve));
  assert.match(text, /^HTTP\/1\.1 505 /);
});

interface PlainCaller {
  readonly socket: net.Socket;
  readonly closed: () => boolean;
  readonly received: () => string;
}

async function openPlain(context: TestContext, port: number): Promise<PlainCaller> {
  const socket = net.connect({ port, host: "127.0.0.1" });
  let closed = false;
  let received = "";
  socket.on("data", (bytes: Buffer) => (received += bytes.toString("latin1")));
  socket.on("error", () => undefined);
  socket.on("close", () => (closed = true));
  context.after(() => socket.destroy());
  await new Promise((resolve) => socket.once("connect", resolve));
  return { socket, closed: () => closed, received: () => received };
}
