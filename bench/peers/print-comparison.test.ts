import assert from "node:assert/strict";
import test from "node:test";
import type { Comparison, Plan, Row } from "./compare.ts";
import { printComparison } from "./print-comparison.ts";
import { workloads } from "./workloads.ts";

const machine = { processor: "P", cores: 2, kernel: "6", node: "v26" };
const plan: Plan = {
  peers: [],
  workloads: workloads.slice(0, 1),
  referenceId: "nginx-tuned",
  rounds: 3,
  seconds: 2,
  connections: 64,
  warmUp: true,
  progress: () => {},
};

function row(peer: string, cpuUs: number, more: Partial<Row> = {}): Row {
  const spread = (median: number) => ({ median, min: median, max: median });
  return {
    peer,
    name: peer,
    version: "1.0",
    note: undefined,
    onNode: false,
    workload: "get-1k",
    cpuUsPerExchange: spread(cpuUs),
    ratio: spread(cpuUs / 20),
    requestsPerSecond: 40_000,
    p50Ms: 1,
    p99Ms: 2,
    residentBytes: 32 * 1024 ** 2,
    requests: 1,
    upstreamConnections: 64,
    faults: [],
    ...more,
  };
}

const comparison: Comparison = {
  rows: [
    row("nginx-tuned", 20),
    row("parlance", 22),
    row("slow", 200, { onNode: true, faults: ["upstream keep-alive not in use: 9 connections"] }),
    row("best", 88, { onNode: true, note: "a note" }),
  ],
  skipped: [{ peer: "caddy", name: "Caddy", reason: "caddy is not installed" }],
};

test("the Markdown table has one row for each proxy and as many cells as its head", () => {
  const lines = printComparison(comparison, plan, machine, true).split("\n");
  const table = lines.filter((line) => line.startsWith("|"));
  assert.equal(table.length, 2 + comparison.rows.length);
  for (const line of table) assert.equal(line.split("|").length, table[0]?.split("|").length);
  assert.ok(
    table.includes("| parlance 1.0 | 22.0 | 1.10 | 1.10-1.10 | 40,000 | 1.00 | 2.00 | 32.0 |"),
  );
});

test("Parlance is set beside nginx and the best of the Node peers", () => {
  const text = printComparison(comparison, plan, machine, false);
  assert.match(text, /takes 1\.10 of the CPU of nginx .* and 0\.25 of that of the best .* best\./);
});

test("faults, notes and what was skipped are said under the tables", () => {
  const text = printComparison(comparison, plan, machine, false);
  assert.match(text, /slow 1\.0 \(!\)/);
  assert.match(text, /\(!\) slow, get-1k: upstream keep-alive not in use: 9 connections\./);
  assert.match(text, /best: a note\./);
  assert.match(text, /Caddy skipped: caddy is not installed\./);
});
