/** Keys in cookies and query parameters, which stay with the gateway; several proofs at once. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import { ask as askHttp2, openSession } from "#tests/e2e/http2/client.ts";
import { startProving } from "#tests/support/proving-service.ts";

const one = "key-of-one-0123456789";
const two = "key-of-two-0123456789";
const callers = { one: { key: one, may: ["*"] }, two: { key: two, may: ["*"] } };
const identity = { key: { cookie: "session", query: "api_key" } };

test("a key in a cookie or in the query counts, and does not reach the service", async (context) => {
  const { ask, got } = await startProving(context, callers, identity);
  const cookie = `a=1; session=${one}; b="2"`;
  assert.equal((await ask({ cookie }, "x?y=1")).status, 200);
  assert.equal(got().headers.cookie, 'a=1; b="2"');
  assert.equal((await ask({}, `x?y=1&api_key=${one}&z=%20`)).status, 200);
  assert.equal(got().url, "/x?y=1&z=%20");
  assert.equal((await ask({}, `x?api_key=${encodeURIComponent(one)}`)).status, 200);
  assert.equal(got().url, "/x");
  assert.equal((await ask({ cookie: `session=${one}` })).status, 200);
  assert.equal(got().headers.cookie, undefined);
});

test("over HTTP/2 a key is cut out of cookies, too", async (context) => {
  const { gatewayUrl, got } = await startProving(context, callers, identity);
  const session = openSession(context, Number(new URL(gatewayUrl).port));
  const fields = { cookie: ["a=1", `session=${one}`, "b=2"] };
  assert.equal((await askHttp2(session, `/up/x?api_key=${one}`, { fields })).status, 400);
  assert.equal((await askHttp2(session, "/up/x", { fields })).status, 200);
  assert.equal(got().headers.cookie, "a=1; b=2");
});

test("where they are not configured, cookies and queries are the service's", async (context) => {
  const { ask, got } = await startProving(context, callers);
  const path = `x?api_key=${two}`;
  assert.equal((await ask({ "x-api-key": one, cookie: `session=${two}` }, path)).status, 200);
  assert.deepEqual([got().headers.cookie, got().url], [`session=${two}`, `/x?api_key=${two}`]);
});

test("keys that contradict each other, or come twice, are refused without being shown", async (context) => {
  const { ask } = await startProving(context, callers, identity);
  const cases = [
    [{ "x-api-key": one, cookie: `session=${two}` }, "", 401, "credentials-conflict"],
    [{ cookie: `session=${one}` }, `?api_key=${two}`, 400, "credentials-duplicate"],
    [{ cookie: `session=${one}; session=${two}` }, "", 400, "credentials-duplicate"],
    [{}, `?api_key=${one}&api_key=${one}`, 400, "credentials-duplicate"],
    [{}, "?api_key=of-nobody-0123456789", 401, "caller-unknown"],
    [{ cookie: "session=" }, "", 401, "caller-unknown"],
    [{ "x-api-key": one, authorization: "Bearer of-nobody-0123456789" }, "", 200, undefined],
    [{ "x-api-key": one, authorization: `Bearer ${two}` }, "", 401, "credentials-conflict"],
  ] as const;
  for (const [headers, path, status, code] of cases) {
    const answer = await ask(headers, path);
    assert.deepEqual([answer.status, answer.code], [status, code], JSON.stringify([headers, path]));
    assert.doesNotMatch(String(answer.detail), /0123456789/);
  }
});

for (const [where, places] of [
  ["in headers alone", undefined],
  ["in other places, too", identity],
] as const) {
  test(`of keys ${where} no second one reaches a service`, async (context) => {
    const { ask, got } = await startProving(context, callers, places);
    const both = (key: string) => ask({ "x-api-key": one, authorization: `Bearer ${key}` });
    assert.equal((await both(one)).status, 200);
    assert.deepEqual(
      [got().headers["x-api-key"], got().headers.authorization],
      [undefined, undefined],
    );
    const { status, code } = await both(two);
    assert.deepEqual([status, code], [401, "credentials-conflict"]);
    assert.equal((await both("of-the-service")).status, 200);
    assert.equal(got().headers.authorization, "Bearer of-the-service");
  });

  test(`a field that comes twice is refused, with keys ${where}`, async (context) => {
    const { gatewayUrl, asked } = await startProving(context, callers, places);
    await refusesTwice(gatewayUrl);
    assert.equal(asked(), 0);
  });
}

async function refusesTwice(gatewayUrl: string): Promise<void> {
  for (const name of ["x-api-key", "authorization"]) {
    const status = await new Promise((resolve, reject) => {
      const options = { headers: ["Host", "a", name, one, name, one] };
      const sent = request(`${gatewayUrl}/up/`, options as never, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.on("error", reject).end();
    });
    assert.equal(status, 400, name);
  }
}

test("huge cookies and queries are read within the limits of heads", async (context) => {
  const { ask } = await startProving(context, callers, identity);
  const many = Array.from({ length: 1_500 }, (_one, index) => `c${index}=v`).join("; ");
  assert.equal((await ask({ cookie: `${many}; session=${one}` })).status, 200);
  const { status } = await ask({ cookie: `session=${one}; x=${"y".repeat(100_000)}` });
  assert.equal(status, 431);
});
