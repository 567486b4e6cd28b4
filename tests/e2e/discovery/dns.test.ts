/** Instances that are found by DNS, at a gateway of its own with two workers. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import test, { type TestContext } from "node:test";
import { runGateway, type RunningGateway } from "#tests/e2e/running/run-gateway.ts";
import { runDns, type DnsRecord, type DnsServer } from "#tests/support/dns-server.ts";

/** One that says which address it was asked at, and under which name. */
async function runAt(context: TestContext, address: string, port = 0): Promise<number> {
  const server = createServer(({ headers }, response) => {
    response.end(`${address}:${port} as ${headers.host?.replace(/:\d+$/, "")}`);
  });
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function start(
  context: TestContext,
  dns: DnsServer,
  discover: string,
  more = "",
): Promise<RunningGateway> {
  return runGateway(
    context,
    `version: 1
listen: { host: 127.0.0.1, port: 0, adminPort: 0, workers: 2 }
callers: open
ledger: off
services:
  up:
    discover:
      ${discover}
      resolver: { servers: ["${dns.address}"], everyMs: 1000${more} }
`,
  );
}

/** Who has answered, each once, in order; a status where there was no answer. */
async function askMany({ url }: RunningGateway, count = 16): Promise<readonly string[]> {
  const seen = new Set<string>();
  for (let at = 0; at < count; at++) {
    const answer = await fetch(`${url}/up/`, { headers: { connection: "close" } });
    const text = await answer.text();
    seen.add(answer.status === 200 ? text : `${answer.status}`);
  }
  return [...seen].toSorted();
}

const a = (...addresses: readonly string[]): readonly DnsRecord[] =>
  addresses.map((address) => ({ type: "A", address, ttlS: 1 }));

test("each address is an instance, and others are taken when the name leads there", async (context) => {
  const dns = await runDns(context);
  const port = await runAt(context, "127.0.0.1");
  for (const address of ["127.0.0.2", "127.0.0.3"]) await runAt(context, address, port);
  dns.zone.set("orders.test", a("127.0.0.1", "127.0.0.2"));
  const gateway = await start(context, dns, `dns: "http://orders.test:${port}"`);
  assert.deepEqual(await askMany(gateway), [
    "127.0.0.1:0 as orders.test",
    `127.0.0.2:${port} as orders.test`,
  ]);
  dns.zone.set("orders.test", a("127.0.0.3"));
  await gateway.seen("instances-changed", ({ message }) => message.includes("1 more, 2 gone"));
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.deepEqual(await askMany(gateway), [`127.0.0.3:${port} as orders.test`]);
});

for (const [mode, reason] of [
  ["nothing", /the name has no such record/],
  ["no name", /there is no such name/],
  ["fail", /the DNS server failed/],
  ["garbage", /addresses of orders.test/],
] as const) {
  test(`while DNS says ${mode}, the last instances stay, and are given up in time`, async (context) => {
    const dns = await runDns(context);
    const port = await runAt(context, "127.0.0.1");
    dns.zone.set("orders.test", a("127.0.0.1"));
    const gateway = await start(
      context,
      dns,
      `dns: "http://orders.test:${port}"`,
      ", keepMs: 2500",
    );
    if (mode === "nothing") dns.zone.set("orders.test", []);
    else if (mode === "no name") dns.zone.clear();
    else dns.mode = mode;
    const failed = await gateway.seen("discovery-failed");
    assert.match(failed.message, reason);
    assert.match(failed.message, /the 1 instances found before stay for 2.5 s/);
    assert.deepEqual(await askMany(gateway), ["127.0.0.1:0 as orders.test"]);
    await gateway.seen("discovery-given-up");
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual(await askMany(gateway), ["502"]);
    dns.mode = "answer";
    dns.zone.set("orders.test", a("127.0.0.1"));
    await gateway.seen("discovery-recovered");
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual(await askMany(gateway), ["127.0.0.1:0 as orders.test"]);
  });
}

test("a gateway starts though DNS is silent, and finds instances when it speaks", async (context) => {
  const dns = await runDns(context);
  const port = await runAt(context, "127.0.0.1");
  dns.mode = "silent";
  const gateway = await start(context, dns, `dns: "http://orders.test:${port}"`);
  const answer = await fetch(`${gateway.url}/up/`);
  assert.equal(answer.status, 502);
  const { code, detail } = (await answer.json()) as { code: string; detail: string };
  assert.equal(code, "instance-unreachable");
  assert.match(detail, /service up has no instance that can be asked/);
  dns.mode = "answer";
  dns.zone.set("orders.test", a("127.0.0.1"));
  await gateway.seen("instances-changed");
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.deepEqual(await askMany(gateway), ["127.0.0.1:0 as orders.test"]);
});

test("SRV records tell ports, weights, and whom to ask only when there is nobody else", async (context) => {
  const dns = await runDns(context);
  const [one, two, spare] = [
    await runAt(context, "127.0.0.1"),
    await runAt(context, "127.0.0.2"),
    await runAt(context, "127.0.0.3"),
  ];
  const srv = (name: string, port: number, priority: number): DnsRecord => ({
    type: "SRV",
    service: { name, port, priority, weight: 10 },
    ttlS: 1,
  });
  dns.zone.set("one.test", a("127.0.0.1")).set("two.test", a("127.0.0.2"));
  dns.zone.set("spare.test", a("127.0.0.3"));
  const all = [srv("one.test", one, 1), srv("two.test", two, 1), srv("spare.test", spare, 2)];
  dns.zone.set("_orders._tcp.test", all);
  const gateway = await start(context, dns, `srv: "http://_orders._tcp.test"`);
  assert.deepEqual(await askMany(gateway), ["127.0.0.1:0 as one.test", "127.0.0.2:0 as two.test"]);
  dns.zone.set("_orders._tcp.test", [srv("gone.test", one, 1), srv("spare.test", spare, 2)]);
  await gateway.seen("instances-changed", ({ message }) => message.includes("2 gone"));
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.deepEqual(await askMany(gateway), ["127.0.0.3:0 as spare.test"]);
});

test("a name that flaps is asked once a second at most, and costs nobody an answer", async (context) => {
  const dns = await runDns(context);
  const port = await runAt(context, "127.0.0.1");
  await runAt(context, "127.0.0.2", port);
  dns.zone.set("orders.test", a("127.0.0.1"));
  const gateway = await start(context, dns, `dns: "http://orders.test:${port}"`);
  const before = dns.asked();
  let isFirst = false;
  const flap = setInterval(() => {
    isFirst = !isFirst;
    dns.zone.set("orders.test", isFirst ? a("127.0.0.1") : a("127.0.0.2"));
  }, 100);
  context.after(() => clearInterval(flap));
  const statuses = new Set<string>();
  for (let round = 0; round < 40; round++) {
    for (const who of await askMany(gateway, 5)) statuses.add(who.replace(/^.*:\d+ /, ""));
    await new Promise((resolve) => setTimeout(resolve, 80));
  }
  assert.deepEqual([...statuses], ["as orders.test"]);
  // Both families each time.
  assert.ok(dns.asked() - before <= 2 * 12, `${dns.asked() - before} questions`);
});
