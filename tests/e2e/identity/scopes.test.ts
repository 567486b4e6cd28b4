/** What callers may call by some methods, and with some scopes only: in each dialect the same. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { checkConfiguration } from "#app/check-configuration.ts";
import { explainedKinds } from "#app/explained-kinds.ts";
import { nodePlatform } from "#base/platform.ts";
import { explainRoute, type Explanation } from "#gateway/explain.ts";
import { statelessRequest } from "#tests/e2e/mcp/shop.ts";
import { billingWsdl } from "#protocols/soap/billing-fixture.ts";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { envelopeOf } from "#tests/e2e/translate/soap-messages.ts";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { startProving } from "#tests/support/proving-service.ts";
import { audience, createTokenIssuer, issuerUrl } from "#tests/support/token-issuer.ts";

const key = "key-of-shop-0123456789";
const lacksScope = 'Bearer realm="parlance", error="insufficient_scope", scope="orders:write"';

interface Told {
  readonly status: number;
  readonly challenge: string | null;
  readonly text: string;
}

interface Stand {
  readonly url: string;
  readonly asked: () => number;
  /** With a token that has these scopes. */
  readonly ask: (
    scope: string,
    path: string,
    body?: string,
    type?: string,
    more?: Readonly<Record<string, string>>,
  ) => Promise<Told>;
}

function configurationText(may: string, instance: string, callers = ""): string {
  return `identity:
  token: { issuers: { main: { issuer: "${issuerUrl}", audience: [${audience}], jwksFile: jwks.json } } }
callers:
  ann: { token: { issuer: main }, may: ${may} }
${callers}services:
  shop: { contract: shop.yaml, instances: ["${instance}"], mcp: ["*"] }
  bills: { contract: bills.wsdl, instances: ["${instance}/bills"] }
`;
}

async function start(context: TestContext, may: string): Promise<Stand> {
  const issuer = await createTokenIssuer(context);
  const service = await startStandIn(context, () => ({
    headers: { "content-type": "application/json" },
    body: '{"id":"7"}',
  }));
  const { url } = await startTranslating(context, {
    text: configurationText(may, service.url),
    files: {
      "jwks.json": readFileSync(issuer.jwksFile, "utf8"),
      "shop.yaml": shopOpenApi,
      "bills.wsdl": billingWsdl,
    },
  });
  return {
    url,
    asked: () => service.requests.length,
    async ask(scope, path, body, type = "application/json", more = {}) {
      const authorization = `Bearer ${await issuer.sign({ scope })}`;
      const typed = body !== undefined && { "content-type": type };
      const headers = { ...more, authorization, ...typed };
      const method = body === undefined ? "GET" : "POST";
      const sent = { method, headers, ...(body !== undefined && { body }) };
      const answer = await fetch(url + path, sent);
      const challenge = answer.headers.get("www-authenticate");
      return { status: answer.status, challenge, text: await answer.text() };
    },
  };
}

const readAlways = '[{ operations: "shop.*", methods: [GET] }, ';
const writeByScope = '{ operations: shop.placeOrder, scopes: ["orders:write"] }]';
const order = { customer: "Ann", lines: [] };

test("a route without a contract may be called by some methods, HEAD with GET", async (context) => {
  const may = [{ operations: "up.*", methods: ["GET", "PUT"] }];
  const { url, asked } = await startProving(context, { shop: { key, may } });
  const statuses: Record<string, number> = {};
  for (const method of ["GET", "HEAD", "PUT", "POST", "DELETE", "get"]) {
    const answer = await fetch(url, { method, headers: { "x-api-key": key } });
    // fetch writes `get` in upper case.
    statuses[method] = answer.status;
    if (answer.ok) await answer.text();
    if (method !== "HEAD" && answer.status !== 200) {
      assert.equal(((await answer.json()) as { code: string }).code, "caller-not-permitted");
      assert.equal(answer.headers.get("www-authenticate"), null);
    }
  }
  assert.deepEqual(statuses, { GET: 200, HEAD: 200, PUT: 200, POST: 403, DELETE: 403, get: 200 });
  assert.equal(asked(), 4);
});

test("where a scope alone is missing the refusal names it, as RFC 6750 says", async (context) => {
  const { ask, asked } = await start(context, readAlways + writeByScope);
  const body = JSON.stringify(order);
  assert.equal((await ask("", "/shop/orders/7")).status, 200);
  assert.equal((await ask("orders:write more", "/shop/orders", body)).status, 200);
  const before = asked();
  for (const scope of ["", "orders", "orders:writ", "ORDERS:WRITE", "orders:write2"]) {
    const refused = await ask(scope, "/shop/orders", body);
    assert.equal(refused.status, 403, scope);
    assert.equal(refused.challenge, lacksScope);
    const { code, detail } = JSON.parse(refused.text) as { code: string; detail: string };
    assert.equal(code, "scope-missing");
    assert.equal(
      detail,
      "caller ann may call shop.placeOrder with scope orders:write, which its proof lacks",
    );
  }
  assert.equal(asked(), before);
});

test("all scopes of a grant have to be there, and one grant is enough", async (context) => {
  const may =
    '[{ operations: shop.getOrder, scopes: [a, b] }, { operations: "*", methods: [GET], scopes: [c] }]';
  const { ask } = await start(context, may);
  const statusOf = async (scope: string) => (await ask(scope, "/shop/orders/7")).status;
  assert.deepEqual(
    await Promise.all(["a", "b", "a b", "c", ""].map(statusOf)),
    [403, 403, 200, 200, 403],
  );
  const posted = await ask("a b c", "/shop/orders", JSON.stringify(order));
  assert.equal(posted.status, 403);
  assert.equal((JSON.parse(posted.text) as { code: string }).code, "caller-not-permitted");
});

test("in SOAP the operation of the message counts, not that it is posted", async (context) => {
  const { ask, asked } = await start(context, readAlways + writeByScope);
  const get = envelopeOf("<x:getOrder xmlns:x='urn:parlance:shop'><id>7</id></x:getOrder>");
  const wsdl = (await ask("", "/soap/shop?wsdl")).text;
  const namespace = /targetNamespace="([^"]+)"/.exec(wsdl)?.[1] ?? "";
  const inShop = (text: string) => text.replace("urn:parlance:shop", namespace);
  const place = envelopeOf(
    "<x:placeOrder xmlns:x='urn:parlance:shop'><customer>Ann</customer></x:placeOrder>",
  );
  const got = await ask("", "/soap/shop", inShop(get), "text/xml");
  assert.equal(got.status, 200, got.text);
  const before = asked();
  const refused = await ask("", "/soap/shop", inShop(place), "text/xml");
  assert.match(refused.text, /scope-missing|with scope orders:write/);
  assert.equal(refused.challenge, lacksScope);
  assert.equal(asked(), before);
});

test("a SOAP service whose operations need different scopes reads which one is called", async (context) => {
  const may =
    '[{ operations: bills.getInvoice, scopes: [a] }, { operations: "bills.*", scopes: [all] }]';
  const { ask, asked } = await start(context, may);
  const message = envelopeOf('<x:ping xmlns:x="urn:example:billing"/>');
  for (const scope of ["", "a"]) {
    const refused = await ask(scope, "/soap/bills", message, "text/xml");
    assert.match(refused.text, /may call bills\.\S+ with scope/);
    assert.match(refused.challenge ?? "", /error="insufficient_scope", scope="(?:a|all)"/);
  }
  assert.equal(asked(), 0);
  // Whoever may call everything is not read.
  const sent = await ask("all", "/soap/bills", "no envelope", "text/xml");
  assert.deepEqual([sent.status, asked()], [200, 1]);
});

test("GraphQL, JSON-RPC and MCP show and call what the scopes of a token allow", async (context) => {
  const { ask, asked } = await start(context, readAlways + writeByScope);
  const post = async (scope: string, path: string, message: object) =>
    (await ask(scope, path, JSON.stringify(message))).text;
  const query = "{ __schema { mutationType { fields { name } } queryType { fields { name } } } }";
  // Twice, so that what one caller's token may see is not shown to the other.
  for (let times = 0; times < 2; times++) {
    const some = await post("", "/graphql/shop", { query });
    const all = await post("orders:write", "/graphql/shop", { query });
    assert.deepEqual([/getOrder/.test(some), /placeOrder/.test(some)], [true, false], some);
    assert.deepEqual([/getOrder/.test(all), /placeOrder/.test(all)], [true, true], all);
  }
  const before = asked();
  const mutation = 'mutation { placeOrder(customer: "Ann", lines: []) { id } }';
  assert.match(await post("", "/graphql/shop", { query: mutation }), /errors/);
  const call = { jsonrpc: "2.0", id: 1, method: "placeOrder", params: { body: order } };
  assert.match(await post("", "/rpc/shop", call), /"error"/);
  assert.equal(asked(), before);
  assert.match(await post("orders:write", "/graphql/shop", { query: mutation }), /"id":"7"/);
  assert.equal(asked(), before + 1);
  const discover = { jsonrpc: "2.0", id: 1, method: "rpc.discover" };
  assert.doesNotMatch(await post("", "/rpc/shop", discover), /placeOrder/);
  assert.match(await post("orders:write", "/rpc/shop", discover), /placeOrder/);
  const tools = async (scope: string) => {
    const { headers, body } = statelessRequest("tools/list");
    return (await ask(scope, "/mcp/shop", body, "application/json", headers)).text;
  };
  assert.match(await tools(""), /getOrder/);
  assert.doesNotMatch(await tools(""), /placeOrder/);
  assert.match(await tools("orders:write"), /placeOrder/);
});

async function load(context: TestContext, may: string) {
  const issuer = await createTokenIssuer(context);
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, "jwks.json"), readFileSync(issuer.jwksFile));
  writeFileSync(join(folder, "shop.yaml"), shopOpenApi);
  writeFileSync(join(folder, "bills.wsdl"), billingWsdl);
  const path = join(folder, "parlance.yaml");
  const more = `  anonymous: { may: ["shop.getOrder"] }\n  bob: { key: ${key}, may: [] }\n`;
  writeFileSync(path, `version: 1\n${configurationText(may, "http://127.0.0.1:1", more)}`);
  const { revision, diagnostics } = await checkConfiguration(
    { path },
    nodePlatform.files,
    () => {},
  );
  assert.ok(revision, JSON.stringify(diagnostics));
  return { issuer, revision };
}

test("explain reads proofs without verifying them, and tells the scope that is missing", async (context) => {
  const { issuer, revision } = await load(context, readAlways + writeByScope);
  const { configuration, contracts } = revision;
  const explain = (method: string, headers: Readonly<Record<string, string>>, caller?: string) =>
    explainRoute(
      configuration,
      { method, url: method === "GET" ? "/shop/orders/7" : "/shop/orders", headers, caller },
      contracts,
      explainedKinds(nodePlatform.clock),
    );
  const bearer = async (claims: object) => ({
    authorization: `Bearer ${await issuer.sign({ ...claims })}`,
  });
  const said = ({ outcome, steps }: Explanation) => ({
    end: outcome.kind === "refused" ? outcome.status : outcome.kind,
    lines: steps
      .filter(({ step }) => step === "caller" || step === "permission")
      .map(({ verdict, what, why }) => `${verdict} ${what}: ${why}`),
  });
  const holds = "of issuer main, if its signature holds, which is not looked at here";
  const may = "shop.* by GET, shop.placeOrder with scope orders:write";
  const noKey = "not matched key: what was sent is the key of no caller";
  assert.deepEqual(said(explain("POST", await bearer({ scope: "orders:read" }))), {
    end: 403,
    lines: [
      `info token: ${holds}`,
      noKey,
      "matched ann: by its token",
      `refused shop.placeOrder: caller ann may call ${may}; ` +
        "for shop.placeOrder its proof lacks scope orders:write",
    ],
  });
  const allowed = said(explain("POST", await bearer({ scope: "orders:write" })));
  assert.equal(allowed.end, "forwarded");
  assert.equal(
    allowed.lines.at(-1),
    "matched shop.placeOrder: caller ann may call shop.placeOrder with scope orders:write",
  );
  const named = said(explain("POST", {}, "ann"));
  assert.equal(named.end, "forwarded");
  assert.match(named.lines.at(-1) ?? "", /orders:write, if its token has it$/);
  // A proof that does not hold is not the same as none.
  const late = said(explain("GET", await bearer({ exp: 1_000 })));
  assert.equal(late.end, 401);
  assert.equal(late.lines.at(-1), "refused token: of issuer main: it is over");
  assert.equal(said(explain("GET", {})).lines.at(-2), "matched anonymous: no key was sent");
  const both = { ...(await bearer({})), "x-api-key": key };
  const conflict = said(explain("GET", both));
  assert.equal(conflict.end, 401);
  assert.match(conflict.lines.at(-1) ?? "", /its token is that of ann, and its key that of bob/);
  assert.equal(said(explain("GET", { "x-api-key": "of-nobody-0123456789" })).end, 401);
});
