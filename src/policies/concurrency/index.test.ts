import assert from "node:assert/strict";
import { once } from "node:events";
import type { RequestListener } from "node:http";
import { connect } from "node:net";
import test from "node:test";
import { startPoliced } from "#tests/support/policed-service.ts";
import { concurrency } from "./index.ts";

const noisyKey = "key-of-noisy-0123456789";
const quietKey = "key-of-quiet-0123456789";
const callers = {
  noisy: { key: noisyKey, may: ["*"] },
  quiet: { key: quietKey, may: ["*"] },
};

function slowly(ms: number): { readonly listener: RequestListener; readonly peak: () => number } {
  let now = 0;
  let peak = 0;
  const listener: RequestListener = (_incoming, outgoing) => {
    peak = Math.max(peak, ++now);
    setTimeout(() => {
      now--;
      outgoing.end("done");
    }, ms);
  };
  return { listener, peak: () => peak };
}

test("no more than the bound are under way, the others wait their turn and all are answered", async (context) => {
  const { listener, peak } = slowly(20);
  const policies = [{ concurrency: { max: 3, queueMax: 50, waitMs: 10_000 } }];
  const { url } = await startPoliced(context, policies, [listener]);
  const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(url)));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  assert.equal(peak(), 3);
});

test("beyond the queue, and after the wait, it is 503 before anything is sent", async (context) => {
  const { listener } = slowly(300);
  const policies = [{ concurrency: { max: 1, queueMax: 1, waitMs: 50 } }];
  const { url, asked } = await startPoliced(context, policies, [listener]);
  const first = fetch(url);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const [waits, full] = await Promise.all([fetch(url), fetch(url)]);
  assert.deepEqual([waits.status, full.status], [503, 503]);
  assert.equal(waits.headers.get("retry-after"), "1");
  const body = (await waits.json()) as { code: string; detail: string };
  assert.equal(body.code, "too-many-at-once");
  assert.match(body.detail, /at most 1 requests .*concurrency/);
  assert.equal((await first).status, 200);
  assert.equal(asked(), 1);
});

test("one caller with very many requests does not keep another one out", async (context) => {
  const { listener } = slowly(10);
  const policies = [{ concurrency: { max: 2, queueMax: 20, waitMs: 5_000 } }];
  const { url } = await startPoliced(context, policies, [listener], { callers });
  const ask = (key: string) => fetch(url, { headers: { "x-api-key": key } });
  const noisy = Array.from({ length: 60 }, () => ask(noisyKey));
  await new Promise((resolve) => setTimeout(resolve, 20));
  const statuses: number[] = [];
  for (let count = 0; count < 5; count++) statuses.push((await ask(quietKey)).status);
  assert.deepEqual(statuses, [200, 200, 200, 200, 200]);
  const refused = (await Promise.all(noisy)).filter(({ status }) => status === 503).length;
  assert.ok(refused > 0, `${refused}`);
});

test("nor does one address of callers that are not known keep out another one", async (context) => {
  const { listener } = slowly(300);
  const policies = [{ concurrency: { max: 1, queueMax: 4, waitMs: 10_000 } }];
  const { url } = await startPoliced(context, policies, [listener], {
    callers: { anonymous: { may: ["*"] } },
    listen: { trustedProxies: ["127.0.0.1"], workers: 1 },
  });
  const ask = async (address: string): Promise<number> =>
    (await fetch(url, { headers: { "x-forwarded-for": address } })).status;
  let refused = 0;
  const isFull = Promise.withResolvers<void>();
  const noisy = Array.from({ length: 10 }, async () => {
    const status = await ask("192.0.2.1");
    if (status === 503 && ++refused === 5) isFull.resolve();
    return status;
  });
  await isFull.promise;
  assert.equal(await ask("192.0.2.2"), 200);
  const answered = (await Promise.all(noisy)).filter((status) => status === 200);
  assert.equal(answered.length, 4);
});

test("however many addresses have come before, those that are under way are told apart", async (context) => {
  const goOn: (() => void)[] = [];
  const slow: RequestListener = ({ headers }, outgoing) => {
    if (headers["x-slow"] === undefined) outgoing.end("fine");
    else goOn.push(() => outgoing.end("late"));
  };
  const policies = [{ concurrency: { per: "address", max: 1, queueMax: 0 } }];
  const { gatewayUrl, url } = await startPoliced(context, policies, [slow], {
    callers: "open",
    listen: { trustedProxies: ["127.0.0.1"], workers: 1 },
  });
  const ask = async (address: string, headers: Readonly<Record<string, string>> = {}) =>
    (await fetch(url, { headers: { "x-forwarded-for": address, ...headers } })).status;
  const slowOnes = [ask("192.0.2.1", { "x-slow": "1" })];
  // As many as are told apart at once, each over before the next.
  const socket = connect(Number(new URL(gatewayUrl).port), "127.0.0.1").resume();
  const count = 10_000;
  for (let number = 0; number < count; number++) {
    const address = `10.0.${number >> 8}.${number & 255}`;
    const last = number === count - 1 ? "Connection: close\r\n" : "";
    socket.write(`GET /up/ HTTP/1.1\r\nHost: h\r\n${last}X-Forwarded-For: ${address}\r\n\r\n`);
  }
  await once(socket, "close");
  slowOnes.push(ask("192.0.2.2", { "x-slow": "1" }));
  while (goOn.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual([await ask("192.0.2.3"), await ask("192.0.2.1")], [200, 503]);
  for (const one of goOn) one();
  assert.deepEqual(await Promise.all(slowOnes), [200, 200]);
});

test("who goes away while it waits leaves its place", async (context) => {
  const { listener } = slowly(1_500);
  const policies = [{ concurrency: { max: 1, queueMax: 1, waitMs: 5_000 } }];
  const { url } = await startPoliced(context, policies, [listener]);
  const first = fetch(url);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await assert.rejects(fetch(url, { signal: AbortSignal.timeout(20) }));
  // A caller that only half closes may still wait: that it is gone is found out by a probe.
  await new Promise((resolve) => setTimeout(resolve, 800));
  assert.equal((await fetch(url)).status, 200);
  assert.equal((await first).status, 200);
});

test("neither a bound nor how to find it, or both, is told", () => {
  const site = { serviceName: undefined, contract: undefined, callers: undefined };
  const rest = { per: "service", queueMax: 0, waitMs: 1, weights: {}, shared: false } as const;
  const adaptive = { min: 2, max: 1 };
  const counts = [rest, { ...rest, max: 1, adaptive }, { ...rest, adaptive }, { ...rest, max: 1 }];
  assert.deepEqual(
    counts.map((options) => concurrency.check?.(options, site).length),
    [1, 1, 1, 0],
  );
});

test("what cannot be shared is told", () => {
  const site = { serviceName: undefined, contract: undefined, callers: undefined };
  const rest = { per: "service", queueMax: 0, waitMs: 1, weights: {}, shared: true } as const;
  const told = (options: object, hasStore: boolean) =>
    concurrency.check?.({ ...rest, ...options }, { ...site, hasStore })[0]?.message;
  assert.equal(told({ max: 1 }, true), undefined);
  assert.match(told({ max: 1 }, false) ?? "", /no store .*; expected a `limitStore`/);
  assert.match(told({ adaptive: { min: 1, max: 2 } }, true) ?? "", /only a `max` can be shared/);
});
