import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import test from "node:test";
import { startPoliced } from "#tests/support/policed-service.ts";

const name = "parlance-timeout-ms";

test("a call that takes longer is 504, and the limit is named", async (context) => {
  const seen: (string | undefined)[] = [];
  const policies = [{ timeout: { totalMs: 300 } }];
  const { url } = await startPoliced(context, policies, [
    (incoming) => void seen.push(incoming.headers[name] as string | undefined),
  ]);
  const answer = await fetch(url);
  assert.equal(answer.status, 504);
  const { code, detail } = (await answer.json()) as { code: string; detail: string };
  assert.equal(code, "exchange-timeout");
  assert.match(detail, /within 300 ms, which a policy allows \(timeout, totalMs\)/);
  assert.ok(Number(seen[0]) > 0 && Number(seen[0]) <= 300, `${seen[0]}`);
});

test("the shortest of several times counts, that of the caller too", async (context) => {
  const seen: number[] = [];
  const policies = [
    { timeout: { totalMs: 60_000 } },
    { timeout: { totalMs: 20_000, only: { callers: ["hasty"] } } },
  ];
  const callers = {
    hasty: { key: "key-of-hasty-0123456789", may: ["*"] },
    patient: { key: "key-of-patient-0123456789", may: ["*"] },
  };
  const instance: RequestListener = (incoming, outgoing) => {
    seen.push(Number(incoming.headers[name]));
    outgoing.end();
  };
  const more = { callers, timeouts: { totalMs: 100_000 } };
  const { url } = await startPoliced(context, policies, [instance], more);
  for (const [caller, given] of [
    ["patient", undefined],
    ["hasty", undefined],
    ["hasty", "5000"],
  ] as const) {
    const headers: Record<string, string> = { "x-api-key": `key-of-${caller}-0123456789` };
    if (given !== undefined) headers[name] = given;
    assert.equal((await fetch(url, { headers })).status, 200);
  }
  const limits = [60_000, 20_000, 5_000];
  for (const [place, limit] of limits.entries()) {
    const left = seen[place] ?? NaN;
    assert.ok(left <= limit && left > limit - 2_000, `${left} of ${limit}`);
  }
});
