/** Tokens of a real OpenID provider: discovery, keys that change, introspection, failures. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { client, startOidcProvider } from "#tests/support/oidc-provider.ts";
import { startProving } from "#tests/support/proving-service.ts";

const api = "urn:parlance:tests";
const callers = {
  batch: { token: { issuer: "main", claims: { client_id: client.id } }, may: ["*"] },
};

async function start(context: TestContext, more: Readonly<Record<string, unknown>> = {}) {
  const provider = await startOidcProvider(context);
  const main = { issuer: provider.url, audience: [api], ...more };
  const service = await startProving(context, callers, { token: { issuers: { main } } });
  const ask = (token: string) => service.ask({ authorization: `Bearer ${token}` });
  return { provider, ask, jwksAsked: () => provider.asked.get("/jwks") ?? 0 };
}

test("by discovery, a token of the provider's lets its client pass", async (context) => {
  const { provider, ask, jwksAsked } = await start(context);
  const token = await provider.issueToken("orders:read", api);
  for (let count = 0; count < 3; count++) assert.equal((await ask(token)).status, 200);
  assert.equal((await ask(await provider.issueToken("orders:write", api))).status, 200);
  assert.equal(jwksAsked(), 1);
  const other = await ask(await provider.issueToken("orders:read", "urn:another:api"));
  assert.deepEqual([other.status, other.code], [401, "token-claims"]);
  assert.equal(other.challenge, 'Bearer realm="parlance", error="invalid_token"');
  assert.equal(other.detail, "its `aud` is not what issuer main is configured with");
});

test("many tokens at once fetch the keys once", async (context) => {
  const { provider, ask, jwksAsked } = await start(context);
  const tokens = await Promise.all(
    Array.from({ length: 20 }, () => provider.issueToken("orders:read", api)),
  );
  const answers = await Promise.all(tokens.map(ask));
  assert.ok(answers.every(({ status }) => status === 200));
  assert.equal(jwksAsked(), 1);
});

test("a key that is new is fetched when the first token comes that it has signed", async (context) => {
  const { provider, ask, jwksAsked } = await start(context, { cooldownMs: 0 });
  assert.equal((await ask(await provider.issueToken("orders:read", api))).status, 200);
  await provider.rotate("second", true);
  assert.equal((await ask(await provider.issueToken("orders:read", api))).status, 200);
  assert.equal(jwksAsked(), 2);
});

test("within the cooldown a key id that is not known fetches nothing", async (context) => {
  const { provider, ask, jwksAsked } = await start(context);
  assert.equal((await ask(await provider.issueToken("orders:read", api))).status, 200);
  await provider.rotate("second", false);
  for (let count = 0; count < 10; count++) {
    const { status, code } = await ask(await provider.issueToken("orders:read", api));
    assert.deepEqual([status, code], [401, "token-unknown-key"]);
  }
  assert.equal(jwksAsked(), 1);
});

test("a flood of key ids that nobody knows asks the provider once", async (context) => {
  const { provider, ask, jwksAsked } = await start(context);
  assert.equal((await ask(await provider.issueToken("orders:read", api))).status, 200);
  const body = Buffer.from(JSON.stringify({ iss: provider.url, aud: api })).toString("base64url");
  const told = await Promise.all(
    Array.from({ length: 100 }, (_, index) => {
      const head = JSON.stringify({ alg: "RS256", kid: `unknown-${index}` });
      return ask(`${Buffer.from(head).toString("base64url")}.${body}.AAAA`);
    }),
  );
  assert.ok(told.every(({ code }) => code === "token-unknown-key"));
  // The first time, and once for what may be a key that is new.
  assert.ok(jwksAsked() <= 2, `asked ${jwksAsked()} times`);
  assert.equal((await ask(await provider.issueToken("orders:write", api))).status, 200);
});

test("while the provider is away it is 503, and afterwards it goes on", async (context) => {
  const { provider, ask } = await start(context);
  const token = await provider.issueToken("orders:read", api);
  provider.fail(true);
  const { status, code, detail } = await ask(token);
  assert.deepEqual([status, code], [503, "issuer-unavailable"]);
  assert.equal(detail, "the keys of issuer main cannot be had");
  provider.fail(false);
  let last = 0;
  for (let tries = 0; tries < 60 && last !== 200; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    last = (await ask(token)).status;
  }
  assert.equal(last, 200);
});

test("keys that are there go on being used while the provider is away", async (context) => {
  const { provider, ask } = await start(context);
  const tokens = [1, 2].map(() => provider.issueToken("orders:read", api));
  const [first = "", second = ""] = await Promise.all(tokens);
  assert.equal((await ask(first)).status, 200);
  provider.fail(true);
  assert.equal((await ask(second)).status, 200);
});

test("opaque tokens are asked about at the provider, and count until they are taken back", async (context) => {
  const provider = await startOidcProvider(context);
  const introspection = {
    uri: `${provider.url}/token/introspection`,
    clientId: client.id,
    clientSecret: client.secret,
    cacheMs: 0,
  };
  const main = { issuer: provider.url, audience: [api], introspection };
  const key = "key-of-shop-0123456789";
  const service = await startProving(
    context,
    { ...callers, shop: { key, may: ["*"] } },
    { token: { issuers: { main } } },
  );
  const ask = (token: string) => service.ask({ authorization: `Bearer ${token}` });
  const asked = () => provider.asked.get("/token/introspection") ?? 0;
  const token = await provider.issueToken("orders:read");
  assert.equal((await ask(token)).status, 200);
  assert.equal(service.got().headers.authorization, undefined);
  await provider.revoke(token);
  const { status, code, detail } = await ask(token);
  assert.deepEqual([status, code], [401, "token-inactive"]);
  assert.equal(detail, "issuer main says so");
  const before = asked();
  assert.equal((await ask(token)).code, "token-inactive");
  assert.equal((await ask(key)).status, 200);
  assert.equal(asked(), before);
  provider.fail(true);
  assert.equal((await ask("anything-else")).code, "issuer-unavailable");
});

/** An issuer that answers as its token says, with a status or with yes. */
async function startTalkative(
  context: TestContext,
  before: Readonly<Record<string, unknown>> = {},
) {
  const { createServer } = await import("node:http");
  let asked = 0;
  const server = createServer((incoming, outgoing) => {
    let body = "";
    incoming.on("data", (chunk) => (body += String(chunk)));
    incoming.on("end", () => {
      asked++;
      const status = Number(/token=status-(\d+)/.exec(body)?.[1] ?? 200);
      outgoing.writeHead(status, { "content-type": "application/json" });
      const times = body.includes("token=text") ? { exp: "1" } : { exp: null };
      const active = !body.includes("token=none");
      outgoing.end(JSON.stringify({ active, client_id: client.id, ...times }));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { readonly port: number };
  const uri = `http://127.0.0.1:${port}/`;
  const introspection = { uri, clientId: "gateway", clientSecret: "secret", cacheMs: 0 };
  const main = { issuer: "https://issuer.example", audience: [api], introspection };
  const issuers = { ...before, main };
  const service = await startProving(context, callers, { token: { issuers } });
  const ask = (token: string) => service.ask({ authorization: `Bearer ${token}` });
  return { ask, asked: () => asked };
}

test("an issuer that is away keeps no tokens of another one out", async (context) => {
  const uri = "http://127.0.0.1:1/";
  const introspection = { uri, clientId: "gateway", clientSecret: "secret" };
  const away = { issuer: "https://away.example", audience: [api], introspection };
  const { ask } = await startTalkative(context, { away });
  for (const token of ["one", "two"]) assert.equal((await ask(token)).status, 200);
  // Of whom nobody knows whether it is the one's that is away.
  assert.equal((await ask("none")).code, "issuer-unavailable");
});

test("an answer whose times cannot be read does not count for ever", async (context) => {
  const { ask } = await startTalkative(context);
  const { status, code, detail } = await ask("text");
  assert.deepEqual([status, code], [401, "token-claims"]);
  assert.equal(detail, "its `exp` is no number, by the word of issuer main");
  assert.equal((await ask("null")).status, 200);
});

test("a token that the issuer does not want to hear of keeps nobody else out", async (context) => {
  const { ask } = await startTalkative(context);
  for (const status of [400, 413, 414, 422]) {
    assert.equal((await ask(`status-${status}`)).code, "issuer-unavailable");
    assert.equal((await ask(`fine-${status}`)).status, 200, String(status));
  }
  assert.equal((await ask("status-500")).code, "issuer-unavailable");
  assert.equal((await ask("fine")).code, "issuer-unavailable");
});

test("what no issuer can have given is asked about nowhere", async (context) => {
  const { ask, asked } = await startTalkative(context);
  for (const token of ["a b", "a,b", 'a"b', "a%00", "=", "\u00e9\u00e9", "(a)", "a=b"]) {
    const { status, code } = await ask(token);
    assert.deepEqual([status, code], [401, "token-malformed"], token);
  }
  assert.equal(asked(), 0);
});
