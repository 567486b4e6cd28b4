import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import test, { type TestContext } from "node:test";
import type { PlainConfiguration } from "#tests/support/gateway-under-test.ts";
import { startPoliced } from "#tests/support/policed-service.ts";
import { until } from "#tests/support/gateway-from-text.ts";

type Does = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

interface Seen {
  readonly instance: number;
  readonly headers: IncomingMessage["headers"];
  readonly target: string | undefined;
  /** Whether the gateway has closed its connection before the answer was whole. */
  isCancelled: boolean;
  body: string;
}

/** Two instances. @param does what the first attempt meets, the second, and so on. */
async function startHedged(
  context: TestContext,
  does: readonly Does[],
  policies: readonly object[] = [{ hedge: { afterMs: 30 } }],
  more: PlainConfiguration = {},
) {
  const seen: Seen[] = [];
  const listenerOf =
    (instance: number) => (incoming: IncomingMessage, outgoing: ServerResponse) => {
      const { headers, url: target } = incoming;
      const one: Seen = { instance, headers, target, isCancelled: false, body: "" };
      const act = does[Math.min(seen.push(one), does.length) - 1] as Does;
      incoming.on("data", (chunk: Buffer) => (one.body += String(chunk)));
      outgoing.on("close", () => (one.isCancelled = !outgoing.writableFinished));
      act(incoming, outgoing);
    };
  const { url } = await startPoliced(context, policies, [listenerOf(0), listenerOf(1)], more);
  return { url, seen };
}

const says =
  (text: string, status = 200): Does =>
  (_incoming, outgoing) =>
    void outgoing.writeHead(status).end(text);
const later =
  (ms: number, does: Does): Does =>
  (incoming, outgoing) =>
    void setTimeout(() => does(incoming, outgoing), ms);
const silent: Does = () => undefined;
const breaks: Does = (incoming) => void incoming.socket.destroy();

test("a second instance answers when the first is silent, which is cancelled", async (context) => {
  const { url, seen } = await startHedged(context, [silent, says("second")]);
  const answer = await fetch(`${url}a?b=c`);
  assert.equal(await answer.text(), "second");
  await until(() => seen[0]?.isCancelled === true, "the first attempt is cancelled");
  assert.equal(seen.length, 2);
  assert.notEqual(seen[0]?.instance, seen[1]?.instance);
  assert.equal(seen[1]?.isCancelled, false);
});

test("no second instance is asked when the first answers in time", async (context) => {
  const { url, seen } = await startHedged(context, [says("first")]);
  for (let count = 0; count < 3; count++) assert.equal(await (await fetch(url)).text(), "first");
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.equal(seen.length, 3);
});

test("the first counts when it answers after the second was asked, which is cancelled", async (context) => {
  const { url, seen } = await startHedged(context, [later(80, says("first")), silent]);
  assert.equal(await (await fetch(url)).text(), "first");
  await until(() => seen[1]?.isCancelled === true, "the second attempt is cancelled");
  assert.equal(seen.length, 2);
  assert.equal(seen[0]?.isCancelled, false);
});

test("when both answer at about the same time exactly one answer arrives", async (context) => {
  const whole = "x".repeat(100_000);
  const { url, seen } = await startHedged(
    context,
    [later(31, says(whole)), says(whole)],
    [{ hedge: { afterMs: 30, budgetPercent: 100 } }],
  );
  for (let count = 0; count < 20; count++) {
    assert.equal((await (await fetch(url)).text()).length, whole.length);
    // The next pair begins with a slow one again.
    seen.length = 0;
  }
});

test("both are sent alike, with body, trace and the fields of policies", async (context) => {
  const { url, seen } = await startHedged(
    context,
    [silent, says("second")],
    [{ headers: { request: { set: { "x-by-policy": "yes" } } } }, { hedge: { afterMs: 30 } }],
  );
  const headers = { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` };
  const answer = await fetch(`${url}a?b=c`, { method: "PUT", body: "document", headers });
  assert.equal(await answer.text(), "second");
  const [first, second] = seen as [Seen, Seen];
  assert.equal(second.headers["x-by-policy"], "yes");
  assert.match(String(second.headers["traceparent"]), /^00-a{32}-/);
  assert.equal(second.body, "document");
  const without = ({ headers: { host: _host, ...others }, body, target }: Seen) => [
    others,
    body,
    target,
  ];
  assert.deepEqual(without(second), without(first));
});

test("what may do its work twice is not hedged, unless it has a key", async (context) => {
  const slow = later(80, says("slow"));
  const { url, seen } = await startHedged(context, [slow]);
  assert.equal(await (await fetch(url, { method: "POST", body: "x" })).text(), "slow");
  assert.equal(seen.length, 1);
  const headers = { "idempotency-key": '"k"' };
  assert.equal(await (await fetch(url, { method: "POST", body: "x", headers })).text(), "slow");
  assert.equal(seen.length, 3);
});

test("a body that does not come whole with its head is not sent twice", async (context) => {
  const { url, seen } = await startHedged(context, [later(80, says("slow"))]);
  const body = new ReadableStream({
    async start(controller) {
      controller.enqueue(Buffer.from("part"));
      // Asked by then, with what there was.
      await until(() => seen.length > 0, "an instance is asked");
      controller.close();
    },
  });
  const answer = await fetch(url, { method: "PUT", body, duplex: "half" } as RequestInit);
  assert.equal(await answer.text(), "slow");
  assert.equal(seen.length, 1);
});

test("when one fails the other is waited for, and when both do the caller hears of it", async (context) => {
  const first = await startHedged(context, [later(60, breaks), later(80, says("second"))]);
  assert.equal(await (await fetch(first.url)).text(), "second");
  const second = await startHedged(context, [later(90, says("first")), breaks]);
  assert.equal(await (await fetch(second.url)).text(), "first");
  assert.equal(second.seen.length, 2);
  const both = await startHedged(context, [later(60, breaks), later(60, breaks)]);
  assert.equal((await fetch(both.url)).status, 502);
  assert.equal(both.seen.length, 2);
});

test("retry goes on behind two that fail, and counts both", async (context) => {
  const does = [later(60, breaks), later(60, breaks), says("third")];
  const policies = [{ retry: { attemptsMax: 3, backoffMs: 1 } }, { hedge: { afterMs: 30 } }];
  const { url, seen } = await startHedged(context, does, policies);
  assert.equal(await (await fetch(url)).text(), "third");
  assert.equal(seen.length, 3);
});

test("the first answer counts whatever its status, and retry may ask again behind it", async (context) => {
  const { url } = await startHedged(context, [silent, says("no", 503)]);
  assert.equal((await fetch(url)).status, 503);
  const policies = [{ retry: { attemptsMax: 3, backoffMs: 1 } }, { hedge: { afterMs: 30 } }];
  const does = [silent, says("no", 503), says("third")];
  const retried = await startHedged(context, does, policies);
  assert.equal(await (await fetch(retried.url)).text(), "third");
});

test("both are cancelled when the caller goes away", async (context) => {
  const { url, seen } = await startHedged(context, [silent, silent]);
  const going = new AbortController();
  const answer = fetch(url, { signal: going.signal });
  await until(() => seen.length === 2, "both are asked");
  going.abort();
  await assert.rejects(answer);
  await until(() => seen.every(({ isCancelled }) => isCancelled), "both are cancelled");
});

test("both are cancelled when the time of the whole is over", async (context) => {
  const policies = [{ timeout: { totalMs: 150 } }, { hedge: { afterMs: 30 } }];
  const { url, seen } = await startHedged(context, [silent, silent], policies);
  assert.equal((await fetch(url)).status, 504);
  assert.equal(seen.length, 2);
  await until(() => seen.every(({ isCancelled }) => isCancelled), "both are cancelled");
});

test("a service that is slow as a whole gets no more than the budget", async (context) => {
  const policies = [{ hedge: { afterMs: 1, budgetPercent: 10 } }];
  const { url, seen } = await startHedged(context, [later(20, says("slow"))], policies);
  const answers = Array.from({ length: 100 }, async () => (await fetch(url)).text());
  await Promise.all(answers);
  // A tenth, and three a second of the last ten.
  assert.ok(seen.length > 100 && seen.length <= 100 + 10 + 30, `${seen.length}`);
});

test("an attempt that is cancelled is no failure for the breaker", async (context) => {
  const policies = [
    { breaker: { per: "service", requestsMin: 2, failurePercent: 50, windowMs: 10_000 } },
    { hedge: { afterMs: 20 } },
  ];
  const pair = [silent, says("second")];
  const { url } = await startHedged(context, [...pair, ...pair, ...pair, ...pair], policies);
  for (let count = 0; count < 4; count++) assert.equal(await (await fetch(url)).text(), "second");
});

test("the next requests on the same connection have nothing of the one before", async (context) => {
  const pair = [silent, says("second")];
  const { url, seen } = await startHedged(context, [...pair, says("third"), ...pair, says("last")]);
  for (const text of ["second", "third", "second", "last"]) {
    assert.equal(await (await fetch(url)).text(), text);
  }
  await until(() => seen.filter(({ isCancelled }) => isCancelled).length === 2, "two cancelled");
  assert.equal(seen.length, 6);
});

/** The instance whose turn is second is busy with its only connection for a while. */
async function startBusy(context: TestContext) {
  const does = [later(250, says("busy")), later(60, breaks), says("second")];
  const policies = [{ hedge: { afterMs: 30 } }];
  const more = { limits: { instanceConnectionsMax: 1 } };
  const started = await startHedged(context, does, policies, more);
  const busy = fetch(started.url, { method: "POST", body: "x" });
  await until(() => started.seen.length === 1, "one instance is busy");
  return { ...started, busy };
}

test("a second attempt that waits for a connection is gone on with when the first fails", async (context) => {
  const { url, seen, busy } = await startBusy(context);
  assert.equal(await (await fetch(url)).text(), "second");
  assert.equal(await (await busy).text(), "busy");
  assert.equal(seen[2]?.instance, seen[0]?.instance);
});

test("a second attempt that waits for a connection is forgotten with its caller", async (context) => {
  const { url, seen, busy } = await startBusy(context);
  const answer = fetch(url, { signal: AbortSignal.timeout(150) });
  await assert.rejects(answer);
  assert.equal(await (await busy).text(), "busy");
  const next = [1, 2].map(async () => (await fetch(url)).text());
  assert.deepEqual(await Promise.all(next), ["second", "second"]);
  assert.equal(seen.length, 4);
});
