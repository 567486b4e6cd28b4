/** Runs the chosen cases one after the other; one that breaks does not hide the others. */
import { figure, printMarkdown, printPlain, type Table } from "#bench/rig/table.ts";
import type { Gateway, GatewayPlan } from "./gateway.ts";
import type { Finding, LoadCase, LoadSite } from "./load-case.ts";

export interface CaseResult {
  readonly id: string;
  readonly title: string;
  readonly findings: readonly Finding[];
  /** Why there are no findings. */
  readonly broken?: string;
}

export async function runCases(
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

/** Whether anything went wrong that no machine excuses. */
export function hasDefect(results: readonly CaseResult[]): boolean {
  return results.some(
    (result) =>
      result.broken !== undefined ||
      result.findings.some((finding) => finding.strict === true && finding.held === false),
  );
}

export function printResults(results: readonly CaseResult[], markdown: boolean): string {
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
