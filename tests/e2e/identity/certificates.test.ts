/** Callers that show certificates: whose they are, which do not hold, and what is on record. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import tls from "node:tls";
import { ask as askHttp2, openSession } from "#tests/e2e/http2/client.ts";
import { ledgerFolder, readLedger } from "#tests/e2e/ledger/read-ledger.ts";
import { configurationOf, runGateway, runService } from "#tests/e2e/running/run-gateway.ts";
import { issueCertificate, makeAuthority, readPair } from "#tests/support/certificates.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { startLoadedGateway } from "#tests/support/gateway-under-test.ts";

const key = "key-of-somebody-else-0123";

function issueAll(folder: string) {
  const authority = makeAuthority(folder, "authority");
  const stranger = makeAuthority(folder, "stranger");
  const issue = (name: string, names: string[], by = authority) =>
    readPair(issueCertificate(folder, name, by, names));
  issueCertificate(folder, "server", authority, ["DNS:localhost", "IP:127.0.0.1"]);
  const clients = {
    billing: issue("billing", ["URI:spiffe://example.test/billing"]),
    batch: issue("batch", ["URI:spiffe://example.test/batch/7"]),
    pinned: issue("pinned", ["DNS:pinned.test"]),
    nobody: issue("nobody", ["DNS:nobody.test"]),
    two: issue("two", ["URI:spiffe://example.test/billing", "URI:spiffe://example.test/x"]),
    forged: issue("forged", ["URI:spiffe://example.test/billing"], stranger),
  };
  return { ca: readPair(authority).cert, authority, clients };
}

async function start(context: TestContext, required = false) {
  const folder = temporaryFolder(context);
  const { ca, authority, clients } = issueAll(folder);
  const instance = createServer((_incoming, outgoing) => void outgoing.end("fine"));
  instance.listen(0, "127.0.0.1");
  await once(instance, "listening");
  const { fingerprint256 } = new X509Certificate(clients.pinned.cert);
  const callers = {
    billing: { certificate: { spiffe: "spiffe://example.test/billing" }, may: ["*"] },
    batch: { certificate: { spiffe: "spiffe://example.test/batch/*" }, may: [] },
    pinned: { certificate: { sha256: fingerprint256, commonName: "pinned" }, may: ["*"] },
    other: { key, may: ["*"] },
  };
  const gateway = await startLoadedGateway({
    listen: {
      tls: {
        certificates: [{ cert: `${folder}/server.crt`, key: `${folder}/server.key` }],
        clientCertificates: { ca: authority.certFile, required },
      },
    },
    services: {
      up: { instances: [`http://127.0.0.1:${(instance.address() as AddressInfo).port}`] },
    },
    callers,
    ledger: "off",
    timeouts: { drainMs: 1 },
  });
  context.after(async () => {
    await gateway.close();
    instance.closeAllConnections();
    instance.close();
  });
  const { port } = gateway;
  const ask = async (options: https.RequestOptions = {}) => {
    const asked = { port, host: "localhost", path: "/up/", ca, agent: false, ...options };
    const [answer] = (await once(https.get(asked), "response")) as [IncomingMessage];
    let text = "";
    for await (const chunk of answer) text += String(chunk);
    const told = answer.statusCode === 200 ? {} : (JSON.parse(text) as Record<string, unknown>);
    return { status: answer.statusCode, code: told["code"], detail: String(told["detail"]) };
  };
  return { port, ca, clients, ask };
}

test("a certificate tells who calls, by SPIFFE id or by its digest", async (context) => {
  const { ask, clients } = await start(context);
  assert.equal((await ask(clients.billing)).status, 200);
  assert.equal((await ask(clients.pinned)).status, 200);
  const { status, detail } = await ask(clients.batch);
  assert.equal(status, 403);
  assert.match(detail, /^caller batch may not call/);
});

test("one that is of no caller, or has two URIs, is nobody's", async (context) => {
  const { ask, clients } = await start(context);
  for (const pair of [clients.nobody, clients.two]) {
    const { status, code, detail } = await ask(pair);
    assert.deepEqual([status, code], [401, "caller-unknown"]);
    assert.equal(detail, "the client's certificate is of no caller");
    assert.equal((await ask({ ...pair, headers: { "x-api-key": key } })).status, 200);
  }
});

test("one of another authority ends the connection, whether or not one is required", async (context) => {
  for (const required of [false, true]) {
    const { ask, clients } = await start(context, required);
    await assert.rejects(ask(clients.forged), /ECONNRESET|hang up|alert/i);
  }
});

test("without one it is 401 where it is not required, and no connection where it is", async (context) => {
  const optional = await start(context);
  assert.equal((await optional.ask()).status, 401);
  assert.equal((await optional.ask({ headers: { "x-api-key": key } })).status, 200);
  const required = await start(context, true);
  await assert.rejects(required.ask({ headers: { "x-api-key": key } }), /alert|ECONNRESET/i);
});

test("a certificate of one caller with a key of another is a conflict", async (context) => {
  const { ask, clients } = await start(context);
  const answer = await ask({ ...clients.billing, headers: { "x-api-key": key } });
  assert.deepEqual([answer.status, answer.code], [401, "credentials-conflict"]);
  assert.equal(answer.detail, "the certificate is that of billing, and the key that of other");
});

test("it counts on HTTP/2 and on resumed sessions", async (context) => {
  const { port, ca, clients } = await start(context);
  const session = openSession(context, port, { scheme: "https", ca, ...clients.billing });
  assert.equal((await askHttp2(session, "/up/")).status, 200);
  let ticket: Buffer | undefined;
  for (const isResumed of [false, true]) {
    const socket = tls.connect({
      ...{ port, host: "localhost", ca, ...clients.billing },
      ...(ticket === undefined ? {} : { session: ticket }),
    });
    socket.on("session", (fresh) => (ticket = fresh));
    await once(socket, "secureConnect");
    assert.equal(socket.isSessionReused(), isResumed);
    socket.write("GET /up/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let text = "";
    for await (const chunk of socket) text += String(chunk);
    assert.match(text, /^HTTP\/1\.1 200 /);
  }
});

test("the ledger has the certificate's digest and how the caller was known", async (context) => {
  const folder = temporaryFolder(context);
  const { ca, authority, clients } = issueAll(folder);
  const service = await runService(context);
  const ledger = ledgerFolder(context);
  const server = `{ cert: ${folder}/server.crt, key: ${folder}/server.key }`;
  const clientsOf = `{ ca: ${authority.certFile} }`;
  const listen = `, tls: { certificates: [${server}], clientCertificates: ${clientsOf} }`;
  const more = `${ledger.text()}  `.trimEnd();
  const text = configurationOf(service.url, { more, listen }).replace(
    "callers: open",
    'callers: { billing: { certificate: { commonName: billing }, may: ["*"] } }',
  );
  const gateway = await runGateway(context, text);
  const { port } = new URL(gateway.url);
  const asked = { port, host: "localhost", path: "/echo/x", ca, agent: false, ...clients.billing };
  const [answer] = (await once(https.get(asked), "response")) as [IncomingMessage];
  for await (const chunk of answer) assert.ok(chunk);
  assert.equal(answer.statusCode, 200);
  const id = String(answer.headers["parlance-exchange"]);
  const { fingerprint256 } = new X509Certificate(clients.billing.cert);
  assert.partialDeepStrictEqual(readLedger(ledger.path).exchange(id), {
    caller: "billing",
    authentication: "certificate",
    certificate: fingerprint256.replaceAll(":", "").toLowerCase(),
  });
});
