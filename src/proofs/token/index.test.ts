import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import { test, type TestContext } from "node:test";
import { startPoliced, type PolicedService } from "#tests/support/policed-service.ts";
import {
  audience,
  createTokenIssuer,
  issuerUrl,
  type TokenIssuer,
} from "#tests/support/token-issuer.ts";

interface Stand extends PolicedService {
  readonly issuer: TokenIssuer;
  /** What the instance got last. */
  readonly got: () => IncomingHttpHeaders;
  readonly ask: (token: string, more?: Readonly<Record<string, string>>) => Promise<Answer>;
}

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly detail: string | undefined;
  readonly challenge: string | null;
}

async function start(
  context: TestContext,
  callers: Readonly<Record<string, unknown>> = { ann: { token: { issuer: "main" }, may: ["*"] } },
  more: Readonly<Record<string, unknown>> = {},
): Promise<Stand> {
  const issuer = await createTokenIssuer(context);
  const { jwksFile } = issuer;
  const main = { issuer: issuerUrl, audience: [audience], jwksFile, clockSkewMs: 5_000, ...more };
  let got: IncomingHttpHeaders = {};
  const service = await startPoliced(
    context,
    [],
    [
      (incoming, outgoing) => {
        got = incoming.headers;
        outgoing.end("fine");
      },
    ],
    { callers, identity: { token: { issuers: { main } } } },
  );
  const ask: Stand["ask"] = async (token, headers = {}) => {
    const authorization = `Bearer ${token}`;
    const answer = await fetch(service.url, { headers: { authorization, ...headers } });
    const body = await answer.text();
    const problem = answer.status === 200 ? {} : (JSON.parse(body) as Partial<Answer>);
    return {
      status: answer.status,
      code: problem.code,
      detail: problem.detail,
      challenge: answer.headers.get("www-authenticate"),
    };
  };
  return { ...service, issuer, got: () => got, ask };
}

test("a token of the issuer's lets its caller pass, again and again, and stays here", async (context) => {
  const { ask, issuer, got } = await start(context);
  const token = await issuer.sign();
  for (let count = 0; count < 3; count++) assert.equal((await ask(token)).status, 200);
  assert.equal(got().authorization, undefined);
});

test("without a token nobody is known, and the answer says what is expected", async (context) => {
  const { url } = await start(context);
  const answer = await fetch(url);
  assert.equal(answer.status, 401);
  assert.equal(answer.headers.get("www-authenticate"), 'Bearer realm="parlance"');
  const { code, detail } = (await answer.json()) as { code: string; detail: string };
  assert.equal(code, "caller-unknown");
  assert.equal(detail, "no proof of who calls was sent; expected one of: token, key");
});
