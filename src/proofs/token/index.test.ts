import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { test, type TestContext } from "node:test";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { startProving, type Asked, type ProvingService } from "#tests/support/proving-service.ts";
import {
  audience,
  createTokenIssuer,
  issuerUrl,
  type TokenIssuer,
} from "#tests/support/token-issuer.ts";

interface Stand extends Pick<ProvingService, "got" | "url" | "asked"> {
  readonly issuer: TokenIssuer;
  readonly ask: (token: string, more?: Readonly<Record<string, string>>) => Promise<Asked>;
}

const ann = { token: { issuer: "main" }, may: ["*"] };
const key = "key-of-shop-0123456789";

async function start(
  context: TestContext,
  callers: Readonly<Record<string, unknown>> = { ann },
  more: Readonly<Record<string, unknown>> = {},
): Promise<Stand> {
  const issuer = await createTokenIssuer(context);
  const { jwksFile } = issuer;
  const main = { issuer: issuerUrl, audience: [audience], jwksFile, clockSkewMs: 5_000, ...more };
  const { ask, ...service } = await startProving(context, callers, {
    token: { issuers: { main } },
  });
  return {
    ...service,
    issuer,
    ask: (token, headers = {}) => ask({ authorization: `Bearer ${token}`, ...headers }),
  };
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

const nowS = (): number => Math.floor(Date.now() / 1_000);

test("a token of the issuer's lets its caller pass, again and again, and stays here", async (context) => {
  const { ask, issuer, got } = await start(context);
  const token = await issuer.sign();
  for (let count = 0; count < 3; count++) assert.equal((await ask(token)).status, 200);
  assert.equal(got().headers.authorization, undefined);
});

test("without a token nobody is known, and the answer says what is expected", async (context) => {
  const { url } = await start(context);
  const answer = await fetch(url);
  assert.equal(answer.status, 401);
  assert.equal(answer.headers.get("www-authenticate"), 'Bearer realm="parlance"');
  const { code, detail } = (await answer.json()) as Asked;
  assert.equal(code, "caller-unknown");
  assert.equal(detail, "no proof of who calls was sent; expected one of: token, key");
});

test("tokens that do not hold are refused, each for its own reason, without being shown", async (context) => {
  const { ask, issuer, asked } = await start(context);
  const { sign, jwks } = issuer;
  const good = await sign();
  const [head = "", body = "", signature = ""] = good.split(".");
  const claims = { iss: issuerUrl, aud: audience, sub: "mallory", exp: nowS() + 60 };
  const [publicKey] = jwks.keys;
  // What makes HS256 dangerous: everybody knows the public key.
  const confusedHead = part({ alg: "HS256", kid: "first" });
  const confused = `${confusedHead}.${part(claims)}`;
  const mac = createHmac("sha256", JSON.stringify(publicKey)).update(confused).digest("base64url");
  const own = await generateKeyPair("ES256", { extractable: true });
  const ownJwk = await exportJWK(own.publicKey);
  const forged = (header: Readonly<Record<string, unknown>>) =>
    new SignJWT(claims).setProtectedHeader({ alg: "ES256", ...header }).sign(own.privateKey);
  const rsa = await generateKeyPair("RS256");
  const withRsa = await new SignJWT(claims)
    .setProtectedHeader({ alg: "RS256", kid: "first" })
    .sign(rsa.privateKey);
  const cases: readonly (readonly [string, string, string])[] = [
    ["alg none", `${part({ alg: "none" })}.${part(claims)}.`, "token-algorithm"],
    ["alg None", `${part({ alg: "None" })}.${part(claims)}.${signature}`, "token-algorithm"],
    ["HS256 by the public key", `${confused}.${mac}`, "token-algorithm"],
    ["an algorithm that is not pinned", await sign({}, { alg: "ES256" }), ""],
    ["RS256 with the id of an EC key", withRsa, "token-unknown-key"],
    [
      "a key of its own in the header",
      await forged({ jwk: ownJwk, kid: "first" }),
      "token-signature",
    ],
    [
      "a key that is elsewhere",
      await forged({ jku: "http://127.0.0.1:1/", kid: "first" }),
      "token-signature",
    ],
    ["a key id that is a path", await forged({ kid: "../../dev/null" }), "token-unknown-key"],
    ["no signature", `${head}.${body}.`, "token-signature"],
    ["another's payload", `${head}.${part({ ...claims })}.${signature}`, "token-signature"],
    ["expired", await sign({ exp: nowS() - 6 }), "token-expired"],
    ["not yet valid", await sign({ nbf: nowS() + 30 }), "token-not-yet-valid"],
    ["without exp", await sign({ exp: undefined }), "token-claims"],
    [
      "exp that is text",
      `${head}.${part({ ...claims, exp: "never" })}.${signature}`,
      "token-signature",
    ],
    ["nbf that is text", await sign({ nbf: "0" }), "token-claims"],
    ["another audience", await sign({ aud: "others" }), "token-claims"],
    ["no audience", await sign({ aud: undefined }), "token-claims"],
    ["another issuer", await sign({ iss: "https://evil.example" }), "token-unknown-issuer"],
    ["an issuer that is a list", await sign({ iss: [issuerUrl] }), "token-unknown-issuer"],
    ["no issuer", await sign({ iss: undefined }), "token-unknown-issuer"],
    ["a subject that is a number", await sign({ sub: 12 }), "token-claims"],
    ["a subject that is null", await sign({ sub: null }), "token-claims"],
    [
      "a subject that is longer than names are",
      await sign({ sub: "x".repeat(257) }),
      "token-claims",
    ],
    ["too large", await sign({ more: "x".repeat(9_000) }), "token-too-large"],
    ["two parts", `${head}.${body}`, "token-malformed"],
    ["five parts, as if encrypted", `${head}.${body}.${body}.${body}.${body}`, "token-malformed"],
    ["a payload that is no JSON", `${head}.AAAA.${signature}`, "token-malformed"],
    ["a payload that is a list", `${head}.${part([])}.${signature}`, "token-malformed"],
    ["a header without alg", `${part({ typ: "JWT" })}.${body}.${signature}`, "token-malformed"],
    [
      "critical extensions",
      `${part({ alg: "ES256", kid: "first", crit: ["x"], x: 1 })}.${body}.${signature}`,
      "token-malformed",
    ],
    ["no token at all", "no-token-at-all", "caller-unknown"],
  ];
  for (const [what, token, expected] of cases) {
    const before = asked();
    const { status, code, detail, challenge } = await ask(token);
    if (expected === "") {
      assert.equal(status, 200, what);
      continue;
    }
    assert.deepEqual([status, code], [401, expected], what);
    assert.equal(asked(), before, what);
    const invalid = expected.startsWith("token-") ? ', error="invalid_token"' : "";
    assert.equal(challenge, `Bearer realm="parlance"${invalid}`, what);
    assert.doesNotMatch(String(detail), /mallory|evil|eyJ|dev\/null/, what);
  }
});

test("clocks may differ as far as is configured", async (context) => {
  const { ask, issuer } = await start(context);
  assert.equal((await ask(await issuer.sign({ exp: nowS() - 3 }))).status, 200);
  assert.equal((await ask(await issuer.sign({ nbf: nowS() + 3 }))).status, 200);
  const exact = await start(context, { ann }, { clockSkewMs: 0 });
  assert.equal(
    (await exact.ask(await exact.issuer.sign({ exp: nowS() - 1 }))).code,
    "token-expired",
  );
  const early = await exact.issuer.sign({ nbf: nowS() + 2 });
  assert.equal((await exact.ask(early)).code, "token-not-yet-valid");
});

test("nothing in a claim reaches a header, here or there", async (context) => {
  const { ask, issuer, got } = await start(context);
  const hostile = "x\r\nX-Injected: 1";
  const token = await issuer.sign({ sub: hostile, scope: hostile, name: hostile });
  assert.equal((await ask(token)).status, 200);
  assert.equal(got().headers["x-injected"], undefined);
  const refused = await ask(await issuer.sign({ sub: hostile, iss: hostile }));
  assert.equal(refused.challenge, 'Bearer realm="parlance", error="invalid_token"');
});

test("a caller is one subject, or all who have these claims; the exact one is preferred", async (context) => {
  const { ask, issuer } = await start(context, {
    everybody: { token: { issuer: "main" }, may: ["none.*"] },
    admins: { token: { issuer: "main", claims: { "realm_access.roles": "admin" } }, may: [] },
    level: { token: { issuer: "main", subject: "lee", claims: { level: 3 } }, may: ["*"] },
    ann: { token: { issuer: "main", subject: "ann" }, may: ["*"] },
    url: {
      token: { issuer: "main", subject: "u", claims: { "https://x.example/a": true } },
      may: ["*"],
    },
  });
  const who = async (claims: Readonly<Record<string, unknown>>): Promise<string> => {
    const { status, detail } = await ask(await issuer.sign(claims));
    return status === 200 ? "passed" : String(detail).split(" ").slice(0, 2).join(" ");
  };
  assert.equal(await who({ sub: "ann", realm_access: { roles: ["admin"] } }), "passed");
  assert.equal(await who({ sub: "bob" }), "caller everybody");
  assert.equal(await who({ sub: "lee", level: 3 }), "passed");
  assert.equal(await who({ sub: "lee", level: 2 }), "caller everybody");
  assert.equal(await who({ sub: "u", "https://x.example/a": true }), "passed");
  assert.equal(await who({ sub: "u", "https://x.example/a": false }), "caller everybody");
});

test("a token that counts and is of no caller is told so", async (context) => {
  const callers = { ann: { token: { issuer: "main", subject: "ann" }, may: ["*"] } };
  const { ask, issuer } = await start(context, callers);
  const { status, code, detail } = await ask(await issuer.sign({ sub: "bob" }));
  assert.deepEqual([status, code], [401, "caller-unknown"]);
  assert.equal(detail, "the token of issuer main counts, but subject and claims fit no caller");
});

test("a token of one caller with the key of another is a conflict, of the same it is none", async (context) => {
  const callers = { ann: { ...ann, key: "key-of-ann-0123456789" }, shop: { key, may: ["*"] } };
  const { ask, issuer, got } = await start(context, callers);
  const token = await issuer.sign();
  const { status, code, detail } = await ask(token, { "x-api-key": key });
  assert.deepEqual([status, code], [401, "credentials-conflict"]);
  assert.equal(detail, "the token is that of ann, and the key that of shop");
  assert.equal((await ask(token, { "x-api-key": "key-of-ann-0123456789" })).status, 200);
  assert.deepEqual(
    [got().headers.authorization, got().headers["x-api-key"]],
    [undefined, undefined],
  );
  const broken = await ask(`${token}x`, { "x-api-key": key });
  assert.equal(broken.code, "token-signature");
  const unknown = await ask(token, { "x-api-key": "of-nobody" });
  assert.equal(unknown.code, "caller-unknown");
});

test("keys as bearer tokens go on counting beside tokens", async (context) => {
  const { ask } = await start(context, { ann, shop: { key, may: ["*"] } });
  assert.equal((await ask(key)).status, 200);
});

test("a request whose body comes while keys are asked for keeps all of it", async (context) => {
  const { url, issuer } = await start(context);
  const body = "x".repeat(300_000);
  const authorization = `Bearer ${await issuer.sign()}`;
  const answer = await fetch(url, { method: "POST", headers: { authorization }, body });
  assert.equal(answer.status, 200);
});

test("a key that cannot be used does not keep out what another one of its set has made", async (context) => {
  const issuer = await createTokenIssuer(context, "RS256");
  const short = generateKeyPairSync("rsa", { modulusLength: 1_024 }).publicKey;
  const keys = [short.export({ format: "jwk" }), { ...issuer.jwks.keys[0], kid: undefined }];
  writeFileSync(issuer.jwksFile, JSON.stringify({ keys }));
  const { ask } = await start(context, { ann }, { jwksFile: issuer.jwksFile });
  assert.equal((await ask(await issuer.sign({}, { kid: undefined }))).status, 200);
});
