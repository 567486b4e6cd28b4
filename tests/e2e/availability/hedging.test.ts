/** A second attempt besides a slow one: between dialects, over HTTP/2, signed, on record. */
import assert from "node:assert/strict";
import { createHash, KeyObject } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createHttp2, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { createVerifier, httpbis } from "http-message-signatures";
import { importJWK, type CryptoKey, type JWK } from "jose";
import { ledgerFolder, readLedger } from "#tests/e2e/ledger/read-ledger.ts";
import { runGateway } from "#tests/e2e/running/run-gateway.ts";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { temporaryFolder, until } from "#tests/support/gateway-from-text.ts";
import { startLoadedGateway } from "#tests/support/gateway-under-test.ts";

async function listen(context: TestContext, server: Server) {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", () => resolve()));
  context.after(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Two instances, of which the one that is asked first says nothing. */
async function startPair(context: TestContext, answer: RequestListener) {
  const asked: { readonly url: string; readonly incoming: IncomingMessage }[] = [];
  let cancelled = 0;
  const start = async (): Promise<string> => {
    const server = createServer((incoming, outgoing) => {
      outgoing.on("close", () => void (outgoing.writableFinished || cancelled++));
      if (asked.push({ url, incoming }) > 1) answer(incoming, outgoing);
    });
    const url = await listen(context, server);
    context.after(() => server.closeAllConnections());
    return url;
  };
  return { urls: [await start(), await start()], asked, cancelled: () => cancelled };
}

const policies = [{ hedge: { afterMs: 30 } }];

test("a call between dialects is answered by the second instance", async (context) => {
  const { urls, asked, cancelled } = await startPair(context, (_incoming, outgoing) =>
    outgoing.writeHead(200, { "content-type": "application/json" }).end('{"id":"n1"}'),
  );
  const { url } = await startTranslating(context, {
    text:
      `services:\n  shop:\n    contract: shop.yaml\n    instances: ${JSON.stringify(urls)}\n` +
      `    policies: ${JSON.stringify(policies)}\n`,
    files: { "shop.yaml": shopOpenApi },
  });
  const call = { jsonrpc: "2.0", id: 1, method: "getOrder", params: { id: "7" } };
  const headers = { "content-type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(call) };
  const answer = await (await fetch(`${url}/rpc/shop`, init)).json();
  assert.deepEqual(answer, { jsonrpc: "2.0", id: 1, result: { id: "n1" } });
  assert.equal(asked.length, 2);
  assert.deepEqual(
    asked.map(({ incoming }) => incoming.url),
    ["/orders/7", "/orders/7"],
  );
  await until(() => cancelled() === 1, "the first attempt is cancelled");
});

test("over HTTP/2 the stream that lost is reset, and its session carries the next", async (context) => {
  let sessions = 0;
  let resets = 0;
  const asked: string[] = [];
  const start = async (): Promise<string> => {
    const server = createHttp2();
    server.on("session", () => void sessions++);
    server.on("stream", (stream: ServerHttp2Stream, headers) => {
      asked.push(headers[":authority"] ?? "");
      stream.on("error", () => undefined);
      stream.on("aborted", () => void resets++);
      // Of each pair the first says nothing.
      if (asked.length % 2 === 1) return;
      stream.respond({ ":status": 200 });
      stream.end("second");
    });
    return listen(context, server);
  };
  const instances = [await start(), await start()];
  const gateway = await startLoadedGateway({
    services: { up: { instances, http2: true } },
    policies,
    ledger: "off",
    timeouts: { drainMs: 1 },
  });
  context.after(() => gateway.close());
  for (let count = 1; count <= 3; count++) {
    const answer = await fetch(`http://127.0.0.1:${gateway.port}/up/`);
    assert.equal(await answer.text(), "second");
    await until(() => resets === count, "the first attempt is reset");
  }
  assert.equal(asked.length, 6);
  assert.equal(sessions, 2);
});

test("the second attempt is signed for the instance that gets it", async (context) => {
  const { urls, asked } = await startPair(context, (_incoming, outgoing) => outgoing.end("second"));
  const gateway = await startLoadedGateway({
    services: { up: { instances: urls } },
    policies: [{ sign: { keys: join(temporaryFolder(context), "signing") } }, ...policies],
    ledger: "off",
    timeouts: { drainMs: 1 },
  });
  context.after(() => gateway.close());
  const url = `http://127.0.0.1:${gateway.port}`;
  const init = { method: "PUT", body: "document" };
  assert.equal(await (await fetch(`${url}/up/a?b=c`, init)).text(), "second");
  const directory = await fetch(`${url}/.well-known/http-message-signatures-directory`);
  const { keys } = (await directory.json()) as { readonly keys: readonly JWK[] };
  const key = KeyObject.from((await importJWK(keys[0] as JWK, "EdDSA")) as CryptoKey);
  const digest = createHash("sha256").update("document").digest("base64");
  for (const { url: instance, incoming } of asked) {
    const { method = "", url: target = "", headers } = incoming;
    assert.equal(headers.host, new URL(instance).host);
    assert.equal(headers["content-digest"], `sha-256=:${digest}:`);
    const verified = await httpbis.verifyMessage(
      { keyLookup: async () => ({ verify: createVerifier(key, "ed25519") }) },
      { method, url: instance + target, headers: headers as Record<string, string> },
    );
    assert.equal(verified, true);
  }
  assert.equal(asked.length, 2);
});

test("the ledger has two attempts, and the instance that answered", async (context) => {
  const { urls, asked } = await startPair(context, (_incoming, outgoing) => outgoing.end("second"));
  const ledger = ledgerFolder(context);
  const gateway = await runGateway(
    context,
    `version: 1\nlisten: { host: 127.0.0.1, port: 0, adminPort: 0, workers: 1 }\n` +
      `services:\n  up: { instances: ${JSON.stringify(urls)} }\ncallers: open\n` +
      `policies: ${JSON.stringify(policies)}\n${ledger.text()}`,
  );
  const answer = await fetch(`${gateway.url}/up/x`);
  assert.equal(await answer.text(), "second");
  const id = answer.headers.get("parlance-exchange") ?? "";
  const { attempts, instance, status, verdict } = readLedger(ledger.path).exchange(id);
  assert.deepEqual(
    { attempts, instance, status, verdict },
    { attempts: 2, instance: asked[1]?.url, status: 200, verdict: "forwarded" },
  );
});
