import assert from "node:assert/strict";
import test from "node:test";
import { startPoliced } from "#tests/support/policed-service.ts";
import { cors } from "./index.ts";

const page = "https://shop.example.org";
const callers = { one: { key: "key-of-one-0123456789", may: ["*"] } };
const key = "key-of-one-0123456789";
const routes = [{ id: "get", path: "/up/*", methods: ["GET"], stripPrefix: "/up" }];

test("a preflight is answered without a key and without an instance", async (context) => {
  const policies = [{ cors: { origins: [page], methods: ["GET", "PUT"], credentials: true } }];
  const { url, asked } = await startPoliced(context, policies, undefined, { callers });
  const headers = { origin: page, "access-control-request-method": "PUT" };
  const answer = await fetch(url, { method: "OPTIONS", headers });
  assert.equal(answer.status, 204);
  assert.equal(answer.headers.get("access-control-allow-origin"), page);
  assert.equal(answer.headers.get("access-control-allow-credentials"), "true");
  assert.equal(answer.headers.get("access-control-allow-methods"), "GET, PUT");
  assert.match(answer.headers.get("access-control-allow-headers") ?? "", /X-Api-Key/);
  assert.equal(answer.headers.get("vary"), "Origin");
  assert.equal(asked(), 0);
});

test("pages with cookies may set any field where any may be set", async (context) => {
  const policies = [{ cors: { origins: [page], credentials: true } }];
  const { url } = await startPoliced(context, policies, undefined, { callers });
  const allowed = async (asked: string): Promise<string | null> => {
    const method = { "access-control-request-method": "PUT" };
    const headers = { origin: page, ...method, "access-control-request-headers": asked };
    const answer = await fetch(url, { method: "OPTIONS", headers });
    assert.equal(answer.status, 204);
    return answer.headers.get("access-control-allow-headers");
  };
  assert.equal(await allowed("idempotency-key, x-csrf"), "idempotency-key, x-csrf");
  assert.equal(await allowed("if-match"), "if-match");
  for (const hostile of ["a b", "x:y", "a,,b", Array(200).fill("a").join(",")]) {
    assert.equal(await allowed(hostile), "Content-Type, Authorization, X-Api-Key", hostile);
  }
});

test("a route need not have OPTIONS for its preflight, and has none but that", async (context) => {
  const services = { up: { instances: ["http://127.0.0.1:1"], routes } };
  const { url } = await startPoliced(context, [{ cors: { origins: [page] } }], [], { services });
  const ask = async (headers: Record<string, string>): Promise<number> =>
    (await fetch(url, { method: "OPTIONS", headers: { origin: page, ...headers } })).status;
  assert.equal(await ask({ "access-control-request-method": "GET" }), 204);
  assert.equal(await ask({ "access-control-request-method": "DELETE" }), 405);
  assert.equal(await ask({}), 405);
});

test("a page reads answers and refusals, and none of what the instance said of origins", async (context) => {
  const { url } = await startPoliced(
    context,
    [{ cors: { origins: ["https://*.example.org"] } }],
    [(_incoming, outgoing) => void outgoing.setHeader("access-control-allow-origin", "*").end()],
    { callers },
  );
  for (const headers of [{ "x-api-key": key }, {}]) {
    const answer = await fetch(url, { headers: { origin: page, ...headers } });
    assert.equal(answer.status, "x-api-key" in headers ? 200 : 401);
    assert.equal(answer.headers.get("access-control-allow-origin"), page);
    assert.match(answer.headers.get("access-control-expose-headers") ?? "", /Parlance-Exchange/);
  }
});

test("other origins are refused, before and after the preflight", async (context) => {
  const policies = [{ cors: { origins: ["https://*.example.org"] } }];
  const { url, asked } = await startPoliced(context, policies);
  const others = [
    "https://example.org",
    "http://shop.example.org",
    "https://shop.example.org.evil.org",
    "https://evil.org/.example.org",
    "null",
  ];
  for (const origin of others) {
    assert.equal((await fetch(url, { headers: { origin } })).status, 403, origin);
    const headers = { origin, "access-control-request-method": "GET" };
    assert.equal((await fetch(url, { method: "OPTIONS", headers })).status, 403, origin);
  }
  assert.equal(asked(), 0);
  assert.equal((await fetch(url)).status, 200);
});

test("credentials for every page, and what is no origin, are told", () => {
  const site = { serviceName: undefined, contract: undefined, callers: undefined };
  const rest = { methods: [], requestFields: [], answerFields: [], maxAgeS: 0 };
  const origins = ["*", "https://a.org/", "a.org", "https://*.b.org", "https://c.org:8443"];
  const findings = cors.check?.({ ...rest, origins, credentials: true }, site);
  assert.deepEqual(
    findings?.map(({ path }) => path),
    [["origins", 1], ["origins", 2], ["credentials"]],
  );
  const readable = { ...rest, origins: [page], answerFields: ["*"] };
  assert.deepEqual(
    cors.check?.({ ...readable, credentials: true }, site).map(({ path }) => path),
    [["answerFields"]],
  );
  assert.deepEqual(cors.check?.({ ...readable, credentials: false }, site), []);
});
