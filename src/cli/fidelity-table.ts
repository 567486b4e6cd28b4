/** The fidelity report as text: how many operations have which grade, and what gets lost. */
import { grades, worse, type FidelityReport, type Finding } from "#contract/fidelity.ts";
import { count } from "./print.ts";

/** Lines; none without contracts. */
export function fidelityTable(report: FidelityReport): readonly string[] {
  const { operations, findings, cutByTime } = report;
  if (operations.length === 0) return [];
  const rows = new Map<string, string[]>();
  for (const { service, face } of operations) {
    const key = `${service} ${face}`;
    if (rows.has(key)) continue;
    const own = operations.filter((one) => one.service === service && one.face === face);
    const counts = grades.map(
      (grade) =>
        own.filter(({ request, answer = "L0" }) => worse(request, answer) === grade).length,
    );
    // What is not offered needs no test.
    const untested = own.filter(
      ({ evidence, request }) => evidence === "untested" && request !== "L3",
    ).length;
    const cells = [...counts, untested].map((number) => (number === 0 ? "." : String(number)));
    rows.set(key, [service, face, ...cells]);
  }
  const table = [["service", "face", ...grades, "untested"], ...rows.values()];
  return [
    ...aligned(table),
    ...groupFindings(findings).map(lineOf),
    ...(cutByTime === 0
      ? []
      : [`${count(cutByTime, "operation")} not tested by messages: the time for it was up`]),
  ];
}

function aligned(table: readonly (readonly string[])[]): readonly string[] {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => (row[column] ?? "").length)),
  );
  return table.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column < 2 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd(),
  );
}

/** Of the same loss at several operations the first stands for all. */
function groupFindings(findings: readonly Finding[]): readonly (readonly Finding[])[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { service, face, grade, code, direction } = finding;
    const key = `${service} ${face} ${grade} ${code} ${direction}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [finding]);
    else known.push(finding);
  }
  return [...groups.values()].toSorted(([a], [b]) => {
    if (a === undefined || b === undefined || a.grade === b.grade) return 0;
    return a.grade < b.grade ? 1 : -1;
  });
}

function lineOf(group: readonly Finding[]): string {
  const [first] = group;
  if (first === undefined) return "";
  const { service, face, grade, code, direction, operation, message, knob } = first;
  const others = group.length === 1 ? "" : ` (and ${count(group.length - 1, "other operation")})`;
  return (
    `${grade} ${code}: ${service} as ${face}, ${direction}: ${operation}${others}: ${message}; ` +
    knob
  );
}
