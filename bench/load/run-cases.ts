/** Runs the chosen cases one after the other; one that breaks does not hide the others. */
import type { Arguments } from "#bench/rig/arguments.ts";
import type { Rig } from "#bench/rig/rig.ts";
import type { Outcome } from "#bench/rig/run-bench.ts";
import { figure, printMarkdown, printPlain, type Table } from "#bench/rig/table.ts";
import { startGateway, type Gateway, type GatewayPlan } from "./gateway.ts";
import type { Finding, LoadCase, LoadSite } from "./load-case.ts";

export interface CaseResult {
  readonly id: string;
  readonly title: string;
  readonly findings: readonly Finding[];
  /** Why there are no findings. */
  readonly broken?: string;
}

/** Those of the cases that the options name, all without names; closes the rig. */
export async function measureCases(
  cases: readonly LoadCase[],
  rig: Rig,
  options: Arguments,
): Promise<Outcome> {
  const { only } = options;
  const chosen = only.length === 0 ? cases : cases.filter((one) => only.includes(one.id));
  const site = { ...options, rig, start: startGateway.bind(undefined, rig) };
  const results = await runCases(chosen, site);
  await rig.close();
  return {
    figures: { cases: results },
    print: () => printResults(results, options.markdown),
    hasDefect: hasDefect(results),
  };
}

async function runCases(
  chosen: readonly LoadCase[],
  site: LoadSite,
): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  for (const { id, title, run } of chosen) {
    console.error(title);
    const gateways: Gateway[] = [];
    const start = async (plan: GatewayPlan): Promise<Gateway> => {
      const gateway = await site.start(plan);
      gateways.push(gateway);
      return gateway;
    };
    try {
      results.push({ id, title, findings: await run({ ...site, start }) });
    } catch (error) {
      const broken = error instanceof Error ? error.message : String(error);
      results.push({ id, title, findings: [], broken });
    } finally {
      await Promise.all(gateways.map((gateway) => gateway.stop()));
    }
  }
  return results;
}

function hasDefect(results: readonly CaseResult[]): boolean {
  return results.some(
    (result) =>
      result.broken !== undefined ||
      result.findings.some((finding) => finding.strict === true && finding.held === false),
  );
}

function printResults(results: readonly CaseResult[], markdown: boolean): string {
  const print = markdown ? printMarkdown : printPlain;
  const part = (result: CaseResult): string => {
    const title = markdown ? `### ${result.title}` : result.title;
    const body = result.broken === undefined ? print(tableOf(result.findings)) : result.broken;
    return `${title}\n\n${body}`;
  };
  return results.map(part).join("\n\n");
}

function tableOf(findings: readonly Finding[]): Table {
  return {
    head: ["figure", "value", "unit", "to reach", ""],
    rows: findings.map((finding) => [
      finding.name,
      Number.isInteger(finding.value)
        ? finding.value.toLocaleString("en-GB")
        : figure(finding.value),
      finding.unit,
      finding.reach ?? "",
      finding.held === undefined ? "" : finding.held ? "reached" : "MISSED",
    ]),
  };
}
