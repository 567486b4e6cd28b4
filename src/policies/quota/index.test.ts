import assert from "node:assert/strict";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { startPoliced } from "#tests/support/policed-service.ts";
import { quota } from "./index.ts";

interface Started {
  readonly url: string;
  readonly close: () => Promise<void>;
}

async function start(
  context: TestContext,
  folder: string,
  options: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Started> {
  const state = { path: folder };
  return startPoliced(context, [{ quota: options }], undefined, { state, ...more });
}

async function statuses(url: string, count: number): Promise<readonly number[]> {
  const answers = Array.from({ length: count }, async () => {
    const answer = await fetch(url);
    await answer.arrayBuffer();
    return answer.status;
  });
  return (await Promise.all(answers)).toSorted((a, b) => a - b);
}

test("beyond the quota it is 429 until the next day", async (context) => {
  const { url } = await start(context, temporaryFolder(context), { requests: 2 });
  const first = await fetch(url);
  assert.equal(first.headers.get("ratelimit-policy"), '"day";q=2;w=86400');
  const [, left, seconds] =
    /^"day";r=(\d+);t=(\d+)$/.exec(first.headers.get("ratelimit") ?? "") ?? [];
  assert.equal(left, "1");
  const midnightMs = new Date().setUTCHours(24, 0, 0, 0);
  assert.ok(Math.abs(Number(seconds) - (midnightMs - Date.now()) / 1_000) < 30);
  assert.match((await fetch(url)).headers.get("ratelimit") ?? "", /^"day";r=0;/);
  const third = await fetch(url);
  assert.equal(third.status, 429);
  assert.ok(Number(third.headers.get("retry-after")) > 0);
  assert.equal(third.headers.get("parlance-fault"), "policy");
  const { code, detail } = (await third.json()) as { code: string; detail: string };
  assert.equal(code, "quota-used-up");
  assert.match(detail, /^the 2 requests that quota day allows for each caller in the day 2\d{3}-/);
});

test("of requests at once exactly as many pass as the quota allows", async (context) => {
  const { url } = await start(context, temporaryFolder(context), { requests: 25, period: "month" });
  const found = await statuses(url, 60);
  assert.equal(found.filter((status) => status === 200).length, 25);
  assert.equal(found.filter((status) => status === 429).length, 35);
});

test("a gateway that is stopped and started again counts on", async (context) => {
  const folder = temporaryFolder(context);
  // So large that blocks are taken from the disk, and given back.
  const options = { requests: 5_000, name: "monthly", period: "month" };
  const first = await start(context, folder, options);
  assert.deepEqual(await statuses(first.url, 3), [200, 200, 200]);
  await first.close();
  const second = await start(context, folder, options);
  const answer = await fetch(second.url);
  assert.match(answer.headers.get("ratelimit") ?? "", /^"monthly";r=4996;t=\d+$/);
});

test("operations, callers and addresses are counted apart as asked for", async (context) => {
  const callers = {
    one: { key: "key-of-one-0123456789", may: ["*"] },
    two: { key: "key-of-two-0123456789", may: ["*"] },
  };
  const { url } = await start(context, temporaryFolder(context), { requests: 1 }, { callers });
  const found: number[] = [];
  for (const key of ["key-of-one-0123456789", "key-of-two-0123456789"]) {
    for (let count = 0; count < 2; count++) {
      found.push((await fetch(url, { headers: { "x-api-key": key } })).status);
    }
  }
  assert.deepEqual(found, [200, 429, 200, 429]);
});

test("without a store requests are refused, or pass where that is asked for", async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, "records.sqlite"), "this is no database, and long enough".repeat(40));
  const refusing = await start(context, folder, { requests: 5 });
  const answer = await fetch(refusing.url);
  assert.equal(answer.status, 503);
  assert.equal(((await answer.json()) as { code: string }).code, "quota-unavailable");
  const allowing = await start(context, folder, { requests: 5, withoutState: "allow" });
  assert.equal((await fetch(allowing.url)).status, 200);
});

test("a folder that cannot be made fails the load, and says so", async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, "file"), "");
  const starting = start(context, join(folder, "file", "state"), { requests: 5 });
  await assert.rejects(starting, /^Error: policy quota cannot be made: ENOTDIR: .*\/file\/state/);
  chmodSync(folder, 0o700);
  rmSync(join(folder, "file"));
});

test("a time zone that does not exist is told with what was expected", () => {
  const site = { serviceName: undefined, contract: undefined, callers: undefined };
  const options = { per: "caller", requests: 1, period: "day", withoutState: "refuse" } as const;
  const findings = quota.check?.({ ...options, timeZone: "Mars/Olympus" }, site);
  assert.deepEqual(
    findings?.map(({ path, severity }) => [path, severity]),
    [[["timeZone"], "error"]],
  );
  assert.match(findings?.[0]?.message ?? "", /"Mars\/Olympus"; expected UTC or a name of the IANA/);
});
