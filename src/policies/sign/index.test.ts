import assert from "node:assert/strict";
import { createHash, KeyObject } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs";
import type { IncomingMessage, RequestListener } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { createVerifier, httpbis } from "http-message-signatures";
import { importJWK, type CryptoKey, type JWK } from "jose";
import { startPoliced, type PolicedService } from "#tests/support/policed-service.ts";

const key = "key-of-shop-0123456789";
const directory = "/.well-known/http-message-signatures-directory";
const required = ["@method", "@authority", "@path", "@query", "parlance-exchange"];

interface Seen {
  readonly request: IncomingMessage;
  readonly body: Buffer;
}

interface Signed extends PolicedService {
  readonly seen: () => Seen;
  readonly folder: string;
}

async function startSigned(context: TestContext, options = {}): Promise<Signed> {
  const folder = mkdtempSync(join(tmpdir(), "parlance-test-"));
  context.after(() => rmSync(folder, { recursive: true }));
  let seen: Seen | undefined;
  const note: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      seen = { request, body: Buffer.concat(chunks) };
      response.end("fine");
    });
  };
  const keys = join(folder, "signing");
  const callers = { shop: { key, may: ["*"] }, anonymous: { may: ["*"] } };
  const service = await startPoliced(context, [{ sign: { keys, ...options } }], [note], {
    callers,
  });
  return { ...service, folder: keys, seen: () => seen as Seen };
}

/** By a library that is not ours, with the keys as they are published. */
async function verify({ gatewayUrl }: Signed, { request }: Seen, fields = required) {
  const { keys } = (await (await fetch(gatewayUrl + directory)).json()) as {
    readonly keys: readonly JWK[];
  };
  const { method = "", headers, url = "" } = request;
  return httpbis.verifyMessage(
    {
      requiredFields: fields,
      requiredParams: ["created", "expires", "nonce", "keyid"],
      keyLookup: async ({ keyid }) => {
        const found = keys.find(({ kid }) => kid === keyid);
        if (found === undefined) return null;
        const made = KeyObject.from((await importJWK(found)) as CryptoKey);
        return { verify: createVerifier(made.export({ type: "spki", format: "pem" }), "ed25519") };
      },
    },
    { method, headers: headers as Record<string, string>, url: `http://${headers.host}${url}` },
  );
}

test("an implementation that is not ours verifies what instances get", async (context) => {
  const signed = await startSigned(context);
  await fetch(`${signed.url}a/b?x=%20y`, { headers: { "x-api-key": key } });
  const seen = signed.seen();
  assert.equal(await verify(signed, seen, [...required, "parlance-caller"]), true);
  assert.equal(seen.request.headers["parlance-caller"], "shop");
  seen.request.headers["parlance-caller"] = "admin";
  await assert.rejects(async () => {
    if ((await verify(signed, seen)) !== true) throw new Error("it does not verify");
  });
});

test("the digest of a body that is at hand is signed", async (context) => {
  const signed = await startSigned(context);
  const digest = "sha-256=:AAAA:";
  await fetch(signed.url, { method: "POST", body: "hello", headers: { "content-digest": digest } });
  const { request, body } = signed.seen();
  assert.equal(String(body), "hello");
  const expected = createHash("sha256").update("hello").digest("base64");
  assert.equal(request.headers["content-digest"], `sha-256=:${expected}:`);
  assert.equal(await verify(signed, signed.seen(), [...required, "content-digest"]), true);
});

test("a body that comes in pieces is waited for as far as is configured", async (context) => {
  const signed = await startSigned(context, { digestBytesMax: 10 });
  const { port } = new URL(signed.gatewayUrl);
  const send = async (body: string): Promise<string> => {
    const socket = connect(Number(port), "127.0.0.1");
    const head = `POST /up/ HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n`;
    socket.write(`${head}Connection: close\r\n\r\n${body.slice(0, 3)}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
    socket.write(body.slice(3));
    let text = "";
    for await (const chunk of socket) text += String(chunk);
    return text;
  };
  assert.match(await send("0123456789"), /^HTTP\/1\.1 200 /);
  assert.equal(String(signed.seen().body), "0123456789");
  assert.equal(await verify(signed, signed.seen(), [...required, "content-digest"]), true);
  assert.match(await send("0123456789a"), /^HTTP\/1\.1 200 /);
  assert.equal(String(signed.seen().body), "0123456789a");
  assert.equal(signed.seen().request.headers["content-digest"], undefined);
  assert.equal(await verify(signed, signed.seen()), true);
});

test("the digest that a caller sends with a body that streams is signed", async (context) => {
  const signed = await startSigned(context);
  const digest = `sha-256=:${createHash("sha256").update("ab").digest("base64")}:`;
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(Buffer.from("a"));
      await new Promise((resolve) => setTimeout(resolve, 30));
      controller.enqueue(Buffer.from("b"));
      controller.close();
    },
  });
  const headers = { "content-digest": digest };
  await fetch(signed.url, { method: "POST", body, headers, duplex: "half" } as RequestInit);
  assert.equal(signed.seen().request.headers["content-digest"], digest);
  assert.equal(await verify(signed, signed.seen(), [...required, "content-digest"]), true);
});

test("an attempt that is made again has a signature of its own", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "parlance-test-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const nonces: string[] = [];
  const instance: RequestListener = ({ headers }, response) => {
    const [, nonce = ""] = /nonce="([^"]+)"/.exec(String(headers["signature-input"])) ?? [];
    nonces.push(nonce);
    response.statusCode = nonces.length === 1 ? 503 : 200;
    response.end();
  };
  const policies = [
    { retry: { attemptsMax: 2, backoffMs: 1 } },
    { sign: { keys: join(folder, "k") } },
  ];
  const { url } = await startPoliced(context, policies, [instance]);
  assert.equal((await fetch(url)).status, 200);
  assert.equal(new Set(nonces).size, 2);
});

test("a folder of keys that others can use is told, and nothing runs with it", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "parlance-test-"));
  context.after(() => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o755);
  const policies = [{ sign: { keys: folder } }];
  await assert.rejects(startPoliced(context, policies), /its mode is 0755; expected 0700/);
});

test("what callers say under these names does not reach instances", async (context) => {
  const signed = await startSigned(context);
  // As services that read underscores as hyphens would take it.
  const disguised = await fetch(signed.url, { headers: { parlance_caller: "admin" } });
  assert.equal(disguised.status, 400);
  await fetch(signed.url, {
    headers: {
      "parlance-caller": "admin",
      "signature-input": 'parlance=("@method");created=1;keyid="x"',
      signature: "parlance=:AAAA:",
    },
  });
  const { headers } = signed.seen().request;
  assert.equal(headers["parlance-caller"], "anonymous");
  assert.equal(await verify(signed, signed.seen()), true);
});

test("keys are made for their owner alone, and published without what is private", async (context) => {
  const { folder, gatewayUrl } = await startSigned(context);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(join(folder, "0001.pem")).mode & 0o777, 0o600);
  const answer = await fetch(gatewayUrl + directory);
  const { keys } = (await answer.json()) as { readonly keys: readonly Record<string, string>[] };
  assert.equal(keys.length, 1);
  assert.deepEqual(Object.keys(keys[0] ?? {}).sort(), ["alg", "crv", "kid", "kty", "use", "x"]);
  assert.match(answer.headers.get("content-type") ?? "", /directory\+json/);
});
