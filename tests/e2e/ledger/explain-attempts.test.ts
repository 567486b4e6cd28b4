/** `parlance explain EXCHANGE` of one that needed several attempts: what became of each. */
import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { runGateway } from "../running/run-gateway.ts";
import { ledgerFolder } from "./read-ledger.ts";

interface Phase {
  readonly phase: string;
  readonly what: string;
  readonly atMs?: number;
}

async function instance(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What became of the first request for which an answer says so. */
async function happenedAt(
  t: TestContext,
  instances: readonly string[],
  policies: string,
  isIt: (phases: readonly Phase[]) => boolean,
): Promise<readonly Phase[]> {
  const gateway = await runGateway(
    t,
    `version: 1
listen: { host: 127.0.0.1, port: 0, adminPort: 0, workers: 1 }
services:
  up: { instances: ${JSON.stringify(instances)}, policies: ${policies} }
callers: open
${ledgerFolder(t).text()}`,
  );
  for (let count = 0; count < 4; count++) {
    const answer = await fetch(`${gateway.url}/up/`);
    await answer.text();
    const id = answer.headers.get("parlance-exchange") ?? "";
    const told = await fetch(`${gateway.adminUrl}/api/v1/explain/${id}`);
    const { happened } = (await told.json()) as { happened: readonly Phase[] };
    if (isIt(happened)) return happened;
  }
  throw new Error("there was none");
}

const hasTried = (phases: readonly Phase[]): boolean =>
  phases.some(({ phase }) => phase === "tried");
const fine: RequestListener = (_incoming, outgoing) => void outgoing.end("fine");
const gone = "http://127.0.0.1:9";

test("an instance that was not reached, and that which was asked instead", async (t) => {
  const well = await instance(t, fine);
  const phases = await happenedAt(t, [gone, well], "[]", hasTried);
  const [tried, sent] = phases.filter(({ phase }) => phase === "tried" || phase === "sent");
  assert.match(tried?.what ?? "", /^http:\/\/127\.0\.0\.1:9 could not be reached after [\d.]+ ms$/);
  assert.ok((tried?.atMs ?? -1) >= 0);
  assert.equal(sent?.what, `to ${well}, attempt 2`);
});

test("answers that were not good enough, and the one that was", async (t) => {
  const busy = await instance(t, (_incoming, outgoing) => void outgoing.writeHead(503).end());
  const well = await instance(t, fine);
  const phases = await happenedAt(t, [busy, well], "[{ retry: { backoffMs: 1 } }]", hasTried);
  const tried = phases.filter(({ phase }) => phase === "tried");
  assert.equal(tried.length, 1);
  assert.match(tried[0]?.what ?? "", new RegExp(`^${busy} answered 503 after [\\d.]+ ms$`));
});

test("the slower one of two that were asked", async (t) => {
  const slow = await instance(t, (_incoming, outgoing) => {
    setTimeout(() => outgoing.end("late"), 2_000);
  });
  const well = await instance(t, fine);
  const phases = await happenedAt(t, [slow, well], "[{ hedge: { afterMs: 30 } }]", hasTried);
  const [tried, sent] = phases.filter(({ phase }) => phase === "tried" || phase === "sent");
  assert.match(tried?.what ?? "", new RegExp(`^${slow} was slower than another one.* after \\d`));
  assert.ok((sent?.atMs ?? 0) >= 25, `sent after ${sent?.atMs} ms`);
});

test("where there was no connection, nothing was sent", async (t) => {
  const phases = await happenedAt(t, [gone], "[{ retry: { backoffMs: 1 } }]", () => true);
  const sent = phases.find(({ phase }) => phase === "sent");
  assert.equal(sent?.what, `nothing to ${gone}: no connection was had, attempt 3`);
  assert.equal(phases.filter(({ phase }) => phase === "tried").length, 2);
});

test("an answer that a policy gave instead of a problem, or of the instance's, and that problem", async (t) => {
  let isBroken = false;
  let asked = 0;
  const upstream = await instance(t, (_incoming, outgoing) => {
    asked++;
    const fields = { "cache-control": "max-age=0, stale-if-error=600", etag: '"a"' };
    outgoing.writeHead(isBroken ? 500 : 200, isBroken ? {} : fields).end("fine");
    isBroken = true;
  });
  const policies = "[{ cache: {} }, { breaker: { requestsMin: 1 } }]";
  const isEnded = (text: string) => (phases: readonly Phase[]) =>
    phases.some(({ phase, what }) => phase === "ended" && what.startsWith(text));
  const stale = await happenedAt(t, [upstream], policies, hasTried);
  assert.ok(asked > 0);
  assert.ok(stale.some(({ what }) => what.startsWith(`${upstream} answered 500 after`)));
  assert.ok(isEnded("forwarded, status 200 by the policy cache")(stale));
  isBroken = false;
  const words = "answered, status 200 by the policy cache instead of circuit-open (unavailable)";
  assert.ok(isEnded(words)(await happenedAt(t, [upstream], policies, isEnded("answered"))));
});
