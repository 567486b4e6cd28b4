/** A request that proves in several ways who calls: what each of them says counts. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createSigner, httpbis } from "http-message-signatures";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { startPoliced } from "#tests/support/policed-service.ts";
import { audience, createTokenIssuer, issuerUrl } from "#tests/support/token-issuer.ts";

const key = "key-of-shop-0123456789";

type Headers = Readonly<Record<string, string>>;
type Ask = (claims: Readonly<Record<string, unknown>>) => Promise<string>;

/** @param proofs of the caller, beside its token. @param order of `identity`. */
async function start(
  context: TestContext,
  proofs: object,
  order: readonly string[] | undefined,
  prove: (url: string) => Headers | Promise<Headers>,
): Promise<Ask> {
  const { sign, jwksFile } = await createTokenIssuer(context);
  const issuers = { main: { issuer: issuerUrl, audience: [audience], jwksFile } };
  const token = { issuer: "main" };
  const may = [{ operations: "up.*", scopes: ["read"] }];
  let count = 0;
  const { url } = await startPoliced(
    context,
    [{ cache: {} }],
    [
      (_incoming, outgoing) => {
        outgoing.writeHead(200, { "cache-control": "max-age=60, public" });
        outgoing.end(`answer ${++count}`);
      },
    ],
    {
      callers: { shop: { ...proofs, token, may } },
      identity: { ...(order && { order }), token: { issuers } },
    },
  );
  return async (claims) => {
    const authorization = `Bearer ${await sign(claims)}`;
    const answer = await fetch(url, { headers: { authorization, ...(await prove(url)) } });
    return answer.ok ? answer.text() : String(answer.status);
  };
}

async function subjectAndScopesHold(ask: Ask): Promise<void> {
  assert.equal(await ask({ sub: "ann", scope: "read" }), "answer 1");
  assert.equal(await ask({ sub: "bob", scope: "read" }), "answer 2");
  assert.equal(await ask({ sub: "ann", scope: "read" }), "answer 1");
  assert.equal(await ask({ sub: "ann", scope: "write" }), "403");
}

for (const order of [
  ["key", "token"],
  ["token", "key"],
]) {
  test(`by ${order.join(" and ")}: subject and scopes of the token hold`, async (context) => {
    await subjectAndScopesHold(await start(context, { key }, order, () => ({ "x-api-key": key })));
  });
}

for (const order of [undefined, ["token", "signature"]]) {
  const how = order?.join(" and ") ?? "signature and token";
  test(`by ${how}, which has a subject, too: that of the token holds`, async (context) => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const file = join(temporaryFolder(context), "shop.pem");
    writeFileSync(file, publicKey.export({ type: "spki", format: "pem" }));
    const pem = privateKey.export({ type: "pkcs8", format: "pem" });
    const signer = createSigner(pem, "ed25519", "s1");
    const prove = async (url: string): Promise<Headers> => {
      const fields = ["@method", "@authority", "@path", "@query"];
      const params = { params: ["created", "keyid"], paramValues: { created: new Date() } };
      const request = { method: "GET", url: new URL(url), headers: {} };
      const signed = await httpbis.signMessage({ key: signer, fields, ...params }, request);
      return signed.headers;
    };
    const signature = { keyId: "s1", algorithm: "ed25519", publicKey: file };
    await subjectAndScopesHold(await start(context, { signature }, order, prove));
  });
}
