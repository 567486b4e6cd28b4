import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { createServer as createSocketServer, type AddressInfo } from "node:net";
import test from "node:test";
import { startLoadedGateway } from "#tests/support/gateway-under-test.ts";
import { startPoliced } from "#tests/support/policed-service.ts";

const busy: RequestListener = (_incoming, outgoing) => void outgoing.writeHead(503).end("busy");
const fine: RequestListener = (_incoming, outgoing) => void outgoing.end("fine");
const breaks: RequestListener = (incoming) => void incoming.socket.destroy();
const fast = { backoffMs: 1, backoffMaxMs: 2 };

async function freePort(): Promise<number> {
  const holder = createSocketServer();
  await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
  const { port } = holder.address() as AddressInfo;
  await new Promise((resolve) => holder.close(resolve));
  return port;
}

test("another instance is asked when one is busy, and the caller sees only the good answer", async (context) => {
  const { url, asked } = await startPoliced(context, [{ retry: fast }], [busy, fine]);
  for (let count = 0; count < 4; count++) assert.equal(await (await fetch(url)).text(), "fine");
  assert.ok(asked() > 4);
});

test("what may do its work twice is not repeated, unless it has a key or that is allowed", async (context) => {
  const { url, asked } = await startPoliced(context, [{ retry: fast }], [busy]);
  assert.equal((await fetch(url, { method: "POST", body: "x" })).status, 503);
  assert.equal(asked(), 1);
  const headers = { "idempotency-key": '"k"' };
  assert.equal((await fetch(url, { method: "POST", body: "x", headers })).status, 503);
  assert.equal(asked(), 4);
  const loose = await startPoliced(context, [{ retry: { ...fast, unsafe: true } }], [busy, fine]);
  const answers = [1, 2].map(() => fetch(loose.url, { method: "POST", body: "x" }));
  assert.deepEqual(
    (await Promise.all(answers)).map(({ status }) => status),
    [200, 200],
  );
});

for (const method of ["GET", "POST"]) {
  test(`${method}: an only instance that was not reached is asked again: it may be restarting`, async (context) => {
    const server = createServer(fine);
    const port = await freePort();
    const gateway = await startLoadedGateway({
      services: { up: { instances: [`http://127.0.0.1:${port}`] } },
      policies: [{ retry: { attemptsMax: 5, backoffMs: 60 } }],
      ledger: "off",
      timeouts: { drainMs: 1 },
    });
    context.after(() => gateway.close());
    context.after(() => server.close());
    const coming = fetch(`http://127.0.0.1:${gateway.port}/up/`, { method });
    setTimeout(() => server.listen(port, "127.0.0.1"), 80);
    assert.equal(await (await coming).text(), "fine");
  });
}

test("when all instances were tried, the others are asked again before the last one", async (context) => {
  const asked: string[] = [];
  const busyAs =
    (name: string): RequestListener =>
    (incoming, outgoing) => {
      asked.push(name);
      busy(incoming, outgoing);
    };
  const policies = [{ retry: { ...fast, attemptsMax: 4 } }];
  const { url } = await startPoliced(context, policies, [busyAs("a"), busyAs("b")]);
  await fetch(url);
  assert.match(asked.join(""), /^(abab|baba)$/);
});

test("only the reasons that are listed count", async (context) => {
  const policies = [{ retry: { ...fast, on: ["broken"], unsafe: true } }];
  const { url, asked } = await startPoliced(context, policies, [busy]);
  assert.equal((await fetch(url)).status, 503);
  assert.equal(asked(), 1);
  const other = await startPoliced(context, policies, [breaks, fine]);
  const statuses = [1, 2].map(async () => (await fetch(other.url, { method: "POST" })).status);
  assert.deepEqual(await Promise.all(statuses), [200, 200]);
});

test("the last answer is passed on when all attempts are used up", async (context) => {
  const policies = [{ retry: { ...fast, attemptsMax: 4 } }];
  const { url, asked } = await startPoliced(context, policies, [busy]);
  const answer = await fetch(url);
  assert.equal(answer.status, 503);
  assert.equal(await answer.text(), "busy");
  assert.equal(asked(), 4);
});

test("an instance that wants more time than there is, is not asked again", async (context) => {
  const later: RequestListener = (_incoming, outgoing) =>
    void outgoing.writeHead(503, { "retry-after": "60" }).end();
  const { url, asked } = await startPoliced(context, [{ retry: fast }], [later]);
  assert.equal((await fetch(url)).headers.get("retry-after"), "60");
  assert.equal(asked(), 1);
});

test("a service that fails as a whole gets its share of retries, not three times the load", async (context) => {
  const policies = [{ retry: { ...fast, budgetPercent: 10 } }];
  const { url, asked } = await startPoliced(context, policies, [busy]);
  for (let count = 0; count < 100; count++) await (await fetch(url)).text();
  // 100 requests, a tenth of them and three a second of the last ten again.
  assert.ok(asked() <= 100 + 10 + 30, `${asked()}`);
});
