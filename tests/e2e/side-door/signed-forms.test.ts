/** Signed requests in each form in which they leave: HTTP/2, Unix sockets, translated. */
import assert from "node:assert/strict";
import { createHash, createPublicKey } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import http2 from "node:http2";
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { throughGateway, bodyFits } from "#examples/no-side-door/through-gateway.ts";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { envelopeOf, types } from "#tests/e2e/translate/soap-messages.ts";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { startLoadedGateway } from "#tests/support/gateway-under-test.ts";
import { startProving } from "#tests/support/proving-service.ts";

const key = "key-of-shop-0123456789";
const callers = { shop: { key, may: ["*"] } };
const headers = { "x-api-key": key };

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** Notes what it gets, and answers as an order service. */
function noting(seen: Seen[]): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "" } = request;
      seen.push({ method, url, headers: request.headers, body: Buffer.concat(chunks) });
      response.setHeader("content-type", "application/json");
      response.statusCode = method === "POST" ? 201 : 200;
      response.end('{"id":"7"}');
    });
  };
}

async function listening(context: TestContext, server: Server, where?: string): Promise<number> {
  await new Promise<void>((resolve) => {
    if (where === undefined) server.listen(0, "127.0.0.1", resolve);
    else server.listen(where, resolve);
  });
  context.after(() => server.close());
  return where === undefined ? (server.address() as AddressInfo).port : 0;
}

async function start(context: TestContext, instance: unknown) {
  const keys = join(temporaryFolder(context), "signing");
  const gateway = await startLoadedGateway({
    services: { up: { instances: [instance], policies: [{ sign: { keys } }] } },
    callers,
    ledger: "off",
    timeouts: { drainMs: 1 },
  });
  context.after(() => gateway.close());
  return `http://127.0.0.1:${gateway.port}`;
}

async function isSigned(gateway: string, seen: Seen | undefined): Promise<boolean> {
  assert.ok(seen);
  const message = { method: seen.method, url: seen.url, headers: { ...seen.headers } };
  return (
    (await throughGateway(gateway)(message as IncomingMessage)) && bodyFits(message, seen.body)
  );
}

test("a request over HTTP/2 is signed as the instance sees it", async (context) => {
  const seen: Seen[] = [];
  const server = http2.createServer((request, response) => {
    const { method, url, authority } = request;
    seen.push({
      method,
      url,
      headers: { ...request.headers, host: authority },
      body: Buffer.alloc(0),
    });
    response.end();
  });
  const port = await listening(context, server);
  const url = await start(context, { url: `http://127.0.0.1:${port}/base`, http2: true });
  assert.equal((await fetch(`${url}/up/a?x=1`, { headers })).status, 200);
  assert.equal(await isSigned(url, seen[0]), true);
  assert.equal(seen[0]?.headers["parlance-caller"], "shop");
});

test("a request to a Unix socket is signed", async (context) => {
  const seen: Seen[] = [];
  const path = join(temporaryFolder(context), "up.sock");
  await listening(context, createServer(noting(seen)), path);
  const url = await start(context, `unix:${path}:/base`);
  assert.equal(
    (await fetch(`${url}/up/a`, { method: "POST", body: "hello", headers })).status,
    201,
  );
  assert.equal(seen[0]?.url, "/base/a");
  assert.equal(await isSigned(url, seen[0]), true);
});

test("a translated call is signed as it was translated, in SOAP and in GraphQL", async (context) => {
  const seen: Seen[] = [];
  const port = await listening(context, createServer(noting(seen)));
  const keys = join(temporaryFolder(context), "signing");
  const { url } = await startTranslating(context, {
    text: `services:
  shop: { contract: shop.yaml, instances: ["http://127.0.0.1:${port}"], policies: [{ sign: { keys: ${keys} } }] }
callers: { shop: { key: ${key}, may: ["*"] } }
`,
    files: { "shop.yaml": shopOpenApi },
  });
  const order =
    '<t:placeOrder xmlns:t="urn:parlance:shop"><customer>Ann</customer><lines><sku>a</sku><quantity>1</quantity></lines></t:placeOrder>';
  const soap = { ...headers, "content-type": types["1.1"] };
  await fetch(`${url}/soap/shop`, { method: "POST", headers: soap, body: envelopeOf(order) });
  const query = 'mutation { placeOrder(customer: "Ann", lines: []) { id } }';
  const json = { ...headers, "content-type": "application/json" };
  const body = JSON.stringify({ query });
  await fetch(`${url}/graphql/shop`, { method: "POST", headers: json, body });
  assert.equal(seen.length, 2);
  for (const one of seen) {
    assert.ok(one.body.length > 0);
    assert.equal(one.headers["parlance-caller"], "shop");
    const digest = createHash("sha256").update(one.body).digest("base64");
    assert.equal(one.headers["content-digest"], `sha-256=:${digest}:`);
    assert.equal(await isSigned(url, one), true);
  }
});

test("a gateway behind another knows it by its signature", async (context) => {
  const folder = temporaryFolder(context);
  const keys = join(folder, "signing");
  const front = await startLoadedGateway({
    services: { up: { instances: ["http://127.0.0.1:9"], policies: [{ sign: { keys } }] } },
    callers,
    ledger: "off",
    timeouts: { drainMs: 1 },
  });
  context.after(() => front.close());
  const url = `http://127.0.0.1:${front.port}`;
  const published = await fetch(`${url}/.well-known/http-message-signatures-directory`);
  const { keys: found } = (await published.json()) as { readonly keys: readonly { kid: string }[] };
  const publicKey = join(folder, "front.pem");
  const pem = readFileSync(join(keys, "0001.pem"));
  writeFileSync(publicKey, createPublicKey(pem).export({ type: "spki", format: "pem" }));
  const signature = { keyId: found[0]?.kid, algorithm: "ed25519", publicKey };
  const behind = await startProving(
    context,
    { front: { signature, may: ["*"] } },
    { signature: { nonce: true } },
  );
  const through = behind.url.replace(/\/$/, "");
  front.take({
    services: { up: { instances: [through], policies: [{ sign: { keys } }] } },
    callers,
    ledger: "off",
    timeouts: { drainMs: 1 },
  });
  assert.equal((await behind.ask()).status, 401);
  for (const body of [undefined, "hello"]) {
    const method = body === undefined ? "GET" : "POST";
    const sent = { method, headers, ...(body === undefined ? {} : { body }) };
    const answer = await fetch(`${url}/up/a?b=1`, sent);
    assert.equal(answer.status, 200, await answer.text());
  }
});
