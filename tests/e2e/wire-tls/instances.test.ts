/** TLS to instances: whom we trust, what we show, and what is said when it does not fit. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { issueCertificate, makeAuthority, readPair } from "#tests/support/certificates.ts";
import { freePort } from "#tests/support/free-port.ts";
import { runGateway, temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { findTool, lacks } from "#tests/support/tools.ts";

const agent = new http.Agent({ keepAlive: true });

function ask(
  port: number,
  body?: Buffer,
  path = "/web/x",
): Promise<{ status: number; fields: http.IncomingHttpHeaders; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? "GET" : "POST";
    const request = http.request({ port, host: "127.0.0.1", path, method, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, fields: headers, body: Buffer.concat(chunks) });
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

function makeFiles(context: TestContext) {
  const folder = temporaryFolder(context);
  const authority = makeAuthority(folder, "authority");
  const other = makeAuthority(folder, "other");
  const own = issueCertificate(folder, "own", authority, ["DNS:localhost", "IP:127.0.0.1"]);
  issueCertificate(folder, "client", authority, ["DNS:gateway.test"]);
  issueCertificate(folder, "stranger", other, ["DNS:gateway.test"]);
  return { folder, authority, own };
}

async function startHttps(
  context: TestContext,
  options: https.ServerOptions,
): Promise<{ port: number; connections: () => number }> {
  let connections = 0;
  const server = https.createServer(options, (request, response) => {
    const socket = request.socket as import("node:tls").TLSSocket;
    response.setHeader("x-client", String(socket.getPeerCertificate().subject?.CN));
    response.setHeader("x-name", String((socket as { servername?: string }).servername));
    request.pipe(response);
  });
  server.on("secureConnection", () => connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

function service(url: string, tls: string): string {
  return `services:\n  web:\n    instances:\n      - url: "${url}"\n        tls: ${tls}\n`;
}

test("what a slow caller gets of a large answer is what the instance sent", async (context) => {
  const { folder, own } = makeFiles(context);
  const sent = randomBytes(32 * 1024 * 1024);
  const server = https.createServer(readPair(own), (_request, response) => void response.end(sent));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => server.close());
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;
  const text = service(url, "{ ca: authority.crt }");
  const { port } = await runGateway(context, folder, text);
  const request = http.get({ port, host: "127.0.0.1", path: "/web/x", agent: false });
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  const parts: Buffer[] = [];
  for await (const part of response) {
    parts.push(part as Buffer);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(Buffer.concat(parts).equals(sent), "the same octets");
});

test("2 MiB go both ways on one kept connection, by name and by address", async (context) => {
  const { folder, own } = makeFiles(context);
  const instance = await startHttps(context, readPair(own));
  const body = randomBytes(2 * 1024 * 1024);
  const byName = service(`https://localhost:${instance.port}`, "{ ca: authority.crt }");
  const { port, take } = await runGateway(context, folder, byName);
  for (let count = 0; count < 3; count++) {
    const answer = await ask(port, body);
    assert.ok(answer.body.equals(body));
    assert.equal(answer.fields["x-name"], "localhost");
  }
  assert.equal(instance.connections(), 1);
  take(service(`https://127.0.0.1:${instance.port}`, "{ ca: authority.crt }"));
  assert.ok((await ask(port, body)).body.equals(body));
});

test("many small answers at once", async (context) => {
  const { folder, own } = makeFiles(context);
  const instance = await startHttps(context, readPair(own));
  const text = service(`https://localhost:${instance.port}`, "{ ca: authority.crt }");
  const { port } = await runGateway(context, folder, text);
  for (let round = 0; round < 4; round++) {
    const answers = await Promise.all(
      Array.from({ length: 25 }, (_, index) => ask(port, Buffer.from(`${round} ${index}`))),
    );
    for (const [index, { body }] of answers.entries()) {
      assert.equal(String(body), `${round} ${index}`);
    }
  }
});

for (const [name, tls, code] of [
  ["another name", "{ ca: authority.crt, serverName: other.test }", "ERR_TLS_CERT_ALTNAME_INVALID"],
  [
    "another address",
    "{ ca: authority.crt, serverName: 10.0.0.1 }",
    "ERR_TLS_CERT_ALTNAME_INVALID",
  ],
  ["an authority that did not sign it", "{ ca: other.crt }", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
  ["only public authorities", "{ serverName: localhost }", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
] as const) {
  test(`a certificate is refused for ${name}, and the problem says so`, async (context) => {
    const { folder, own } = makeFiles(context);
    const instance = await startHttps(context, readPair(own));
    const url = `https://127.0.0.1:${instance.port}`;
    const { port, done } = await runGateway(context, folder, service(url, tls));
    const { status, body, fields } = await ask(port);
    assert.equal(status, 502);
    assert.equal(fields["parlance-fault"], "service");
    const problem = JSON.parse(String(body)) as { code: string; detail: string };
    assert.equal(problem.code, "instance-unreachable");
    assert.ok(problem.detail.includes(code), problem.detail);
    assert.ok(done[0]?.cause instanceof Error && done[0].cause.message.length > 10);
  });
}

test("an unverified certificate is taken only when asked for", async (context) => {
  const { folder, own } = makeFiles(context);
  const instance = await startHttps(context, readPair(own));
  const text = service(
    `https://127.0.0.1:${instance.port}`,
    "{ verify: false, serverName: any.test }",
  );
  const { port } = await runGateway(context, folder, text);
  assert.equal((await ask(port)).status, 200);
});

for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
  test(`${maxVersion}: an instance that wants a client certificate gets ours`, async (context) => {
    const { folder, own, authority } = makeFiles(context);
    const wanted = {
      requestCert: true,
      rejectUnauthorized: true,
      ca: readFileSync(authority.certFile),
    };
    const instance = await startHttps(context, { ...readPair(own), ...wanted, maxVersion });
    const url = `https://localhost:${instance.port}`;
    const shown = (name: string): string =>
      service(url, `{ ca: authority.crt, cert: ${name}.crt, key: ${name}.key }`);
    const { port, take, done } = await runGateway(context, folder, shown("client"));
    const answer = await ask(port, Buffer.from("abc"));
    assert.deepEqual([answer.status, answer.fields["x-client"]], [200, "client"]);
    take(service(url, "{ ca: authority.crt }"));
    assert.equal((await ask(port)).status, 502);
    assert.match(done.at(-1)?.problem ?? "", /\((ERR_SSL_[\w/]+|ECONNRESET|EPIPE)\)/);
    take(shown("stranger"));
    assert.equal((await ask(port)).status, 502);
  });
}

test("an instance without TLS is named as such", async (context) => {
  const { folder } = makeFiles(context);
  const plain = http.createServer((_request, response) => void response.end());
  await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
  context.after(() => plain.close());
  const url = `https://localhost:${(plain.address() as AddressInfo).port}`;
  const { port, done } = await runGateway(context, folder, service(url, "{ ca: authority.crt }"));
  assert.equal((await ask(port)).status, 502);
  assert.match(done[0]?.problem ?? "", /no connection \(ERR_SSL_\w+\)/);
});

test("nginx with a client certificate", { skip: lacks("nginx") }, async (context) => {
  const { folder } = makeFiles(context);
  mkdirSync(join(folder, "files"));
  const file = randomBytes(1_500_000);
  writeFileSync(join(folder, "files", "large"), file);
  const nginxPort = await freePort();
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; master_process off;
     events {} http { ${paths.join(" ")} access_log off;
       server { listen 127.0.0.1:${nginxPort} ssl; root ${folder}/files;
         ssl_certificate ${folder}/own.crt; ssl_certificate_key ${folder}/own.key;
         ssl_client_certificate ${folder}/authority.crt; ssl_verify_client on;
         location /who { return 200 "$ssl_client_s_dn $ssl_server_name"; } } }`,
  );
  const nginx = spawn(findTool("nginx") as string, ["-c", join(folder, "nginx.conf")]);
  context.after(() => nginx.kill());
  const url = `https://localhost:${nginxPort}`;
  const text = service(url, "{ ca: authority.crt, cert: client.crt, key: client.key }");
  const { port } = await runGateway(context, folder, text);
  let who = await ask(port, undefined, "/web/who");
  for (let left = 50; left > 0 && who.status !== 200; left--) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    who = await ask(port, undefined, "/web/who");
  }
  assert.equal(String(who.body), "CN=client localhost");
  assert.ok((await ask(port, undefined, "/web/large")).body.equals(file));
});
