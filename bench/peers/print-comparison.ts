/** The comparison as tables, one for each workload. */
import { figure, mebibytes, printMarkdown, printPlain, type Table } from "#bench/rig/table.ts";
import type { Machine } from "#bench/rig/machine.ts";
import type { Comparison, Plan, Row } from "./compare.ts";

const head = [
  "proxy",
  "µs CPU per exchange",
  "x nginx (tuned)",
  "min-max",
  "requests/s",
  "p50 ms",
  "p99 ms",
  "RSS MiB",
];

export function printComparison(
  comparison: Comparison,
  plan: Plan,
  machine: Machine,
  markdown: boolean,
): string {
  const print = markdown ? printMarkdown : printPlain;
  const parts = [
    `${machine.cores} cores of ${machine.processor}, Linux ${machine.kernel}, ` +
      `Node ${machine.node}; ${plan.connections} connections, ` +
      `medians of ${plan.rounds} interleaved rounds of ${plan.seconds} s.`,
  ];
  for (const workload of plan.workloads) {
    const rows = comparison.rows.filter((row) => row.workload === workload.id);
    const title = markdown ? `### ${workload.name}` : workload.name;
    parts.push(title, print(tableOf(rows)), ...summaryOf(rows));
  }
  const notes = notesOf(comparison).map((note) => `- ${note}`);
  if (notes.length > 0) parts.push(notes.join("\n"));
  return parts.join("\n\n");
}

function tableOf(rows: readonly Row[]): Table {
  return {
    head,
    rows: rows.map((row) => [
      `${row.name} ${row.version}${row.faults.length > 0 ? " (!)" : ""}`,
      figure(row.cpuUsPerExchange.median),
      figure(row.ratio?.median),
      row.ratio === undefined ? "-" : `${figure(row.ratio.min)}-${figure(row.ratio.max)}`,
      figure(row.requestsPerSecond),
      figure(row.p50Ms),
      figure(row.p99Ms),
      figure(mebibytes(row.residentBytes)),
    ]),
  };
}

/** The two figures that Parlance is built to; nothing when it did not run. */
function summaryOf(rows: readonly Row[]): readonly string[] {
  const own = rows.find((row) => row.peer === "parlance");
  const [best] = rows
    .filter((row) => row.onNode)
    .toSorted((a, b) => a.cpuUsPerExchange.median - b.cpuUsPerExchange.median);
  if (own === undefined || best === undefined) return [];
  const toBest = own.cpuUsPerExchange.median / best.cpuUsPerExchange.median;
  return [
    `Parlance takes ${figure(own.ratio?.median)} of the CPU of nginx (tuned buffers) and ` +
      `${figure(toBest)} of that of the best Node peer, ${best.name}.`,
  ];
}

function notesOf(comparison: Comparison): readonly string[] {
  const notes = new Set<string>();
  for (const row of comparison.rows)
    if (row.note !== undefined) notes.add(`${row.name}: ${row.note}.`);
  for (const { name, reason } of comparison.skipped) notes.add(`${name} skipped: ${reason}.`);
  for (const row of comparison.rows) {
    for (const fault of row.faults) notes.add(`(!) ${row.name}, ${row.workload}: ${fault}.`);
  }
  return [...notes];
}
