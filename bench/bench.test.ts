/** Runs the benchmarks, tiny: that they work and what they say, never how fast anything was. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { cases } from "#bench/load/cases.ts";
import type { CaseResult } from "#bench/load/run-cases.ts";
import type { Comparison } from "#bench/peers/compare.ts";
import { findParlance } from "#bench/peers/parlance.ts";
import { peers, referenceId } from "#bench/peers/peers.ts";
import { cases as records } from "#bench/ledger/cases.ts";
import { cases as calls } from "#bench/grpc/cases.ts";
import { cases as translations } from "#bench/translate/cases.ts";
import { lacks } from "#tests/support/tools.ts";

const skip = lacks("nginx", "wrk", "taskset", "openssl");
const grpcSkip = lacks("nginx", "wrk", "taskset", "openssl", "h2load");

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(script: string, ...args: readonly string[]): Promise<Ended> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [path, ...args], (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

test(
  "bench:peers measures every proxy that is here, and says why it skips another",
  { skip },
  async () => {
    const chosen = ["get-1k", "tls-get-1k"];
    const ended = await run("./peers/main.ts", "--tiny", "--json", "--only", chosen.join(","));
    assert.equal(ended.code, 0, ended.stderr);
    const { rows, skipped } = JSON.parse(ended.stdout) as Comparison;
    for (const peer of peers) {
      const here = "version" in peer.find();
      const measured = rows.filter((row) => row.peer === peer.id).map((row) => row.workload);
      assert.deepEqual(measured, here ? chosen : [], `${peer.name}: ${ended.stderr}`);
      if (!here) assert.ok(skipped.some((one) => one.peer === peer.id && one.reason !== ""));
    }
    assert.ok(rows.some((row) => row.peer === referenceId));
    for (const row of rows) {
      assert.ok(row.requests > 0 && row.cpuUsPerExchange.median >= 0, row.peer);
      assert.ok(row.residentBytes > 0 && row.p99Ms >= row.p50Ms && row.p50Ms > 0, row.peer);
      assert.ok(row.upstreamConnections <= row.requests, row.peer);
    }
  },
);

test("bench:load answers every question with figures, and loses no request", { skip }, async () => {
  const ended = await run("./load/main.ts", "--tiny", "--json");
  const found = findParlance();
  if ("missing" in found) {
    assert.equal(ended.code, 3);
    assert.equal(ended.stderr.trim(), found.missing);
    return;
  }
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  const results = (JSON.parse(ended.stdout) as { readonly cases: readonly CaseResult[] }).cases;
  assert.deepEqual(
    results.map((result) => result.id),
    cases.map((one) => one.id),
  );
  for (const { id, findings } of results) {
    assert.ok(findings.length > 0, id);
    for (const finding of findings) assert.equal(typeof finding.value, "number", finding.name);
  }
});

test(
  "bench:translate measures every way, and each gets its whole right answer",
  { skip },
  async () => {
    const ended = await run("./translate/main.ts", "--tiny", "--json");
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    const results = (JSON.parse(ended.stdout) as { readonly cases: readonly CaseResult[] }).cases;
    assert.deepEqual(
      results.map((result) => [result.id, result.broken]),
      translations.map((one) => [one.id, undefined]),
    );
    for (const { id, findings } of results) {
      const cpu = findings.find(({ name }) => name === "CPU for each exchange");
      assert.equal(typeof cpu?.value, "number", id);
    }
  },
);

test("bench:ledger tells what records cost, and loses no request", { skip }, async () => {
  const ended = await run("./ledger/main.ts", "--tiny", "--json");
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  const results = (JSON.parse(ended.stdout) as { readonly cases: readonly CaseResult[] }).cases;
  assert.deepEqual(
    results.map((result) => [result.id, result.broken]),
    records.map((one) => [one.id, undefined]),
  );
  const ring = results.find(({ id }) => id === "ring");
  const durable = ring?.findings.find(({ name }) => name === "durable entries a second");
  assert.ok((durable?.value ?? 0) > 0);
});

test("bench:grpc measures every proxy, and loses no call", { skip: grpcSkip }, async () => {
  const ended = await run("./grpc/main.ts", "--tiny", "--json");
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  const results = (JSON.parse(ended.stdout) as { readonly cases: readonly CaseResult[] }).cases;
  assert.deepEqual(
    results.map((result) => [result.id, result.broken]),
    calls.map((one) => [one.id, undefined]),
  );
});

const scripts = [
  "./peers/main.ts",
  "./load/main.ts",
  "./translate/main.ts",
  "./ledger/main.ts",
  "./grpc/main.ts",
];
for (const script of scripts) {
  test(`${script} refuses what it does not know and says what there is`, async () => {
    const ended = await run(script, "--only", "nonsense");
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /--only: no nonsense; there are .+\n\nnpm run bench:/);
  });
}
