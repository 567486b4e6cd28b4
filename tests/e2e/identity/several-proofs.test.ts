/** A request that proves in several ways who calls: what each of them says counts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startPoliced } from "#tests/support/policed-service.ts";
import { audience, createTokenIssuer, issuerUrl } from "#tests/support/token-issuer.ts";

const key = "key-of-shop-0123456789";

for (const order of [
  ["key", "token"],
  ["token", "key"],
]) {
  test(`by ${order.join(" and ")}: subject and scopes of the token hold`, async (context) => {
    const { sign, jwksFile } = await createTokenIssuer(context);
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
        callers: {
          shop: {
            ...{ key, token: { issuer: "main" } },
            may: [{ operations: "up.*", scopes: ["read"] }],
          },
        },
        identity: {
          order,
          token: { issuers: { main: { issuer: issuerUrl, audience: [audience], jwksFile } } },
        },
      },
    );
    const ask = async (claims: Readonly<Record<string, unknown>>): Promise<string> => {
      const authorization = `Bearer ${await sign(claims)}`;
      const answer = await fetch(url, { headers: { authorization, "x-api-key": key } });
      return answer.ok ? answer.text() : String(answer.status);
    };
    assert.equal(await ask({ sub: "ann", scope: "read" }), "answer 1");
    assert.equal(await ask({ sub: "bob", scope: "read" }), "answer 2");
    assert.equal(await ask({ sub: "ann", scope: "read" }), "answer 1");
    assert.equal(await ask({ sub: "ann", scope: "write" }), "403");
  });
}
