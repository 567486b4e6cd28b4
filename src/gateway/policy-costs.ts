/**
 * What policies cost: every so often a whole exchange runs through steps that are timed. All others
 * run through the plain ones, so that measuring costs them nothing but a counter.
 */
import type { Clock } from "#base/platform.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import type { CompiledPolicy, PolicyChain } from "./policies.ts";

/** Where times are noted, by policy and route. */
export interface PolicyCosts {
  /** @param policy its name. Resolved once for each route. */
  cellOf(route: CompiledRoute, policy: string): CostCell;
}

export interface CostCell {
  /** One more exchange is timed. */
  begin(): void;
  /** What one of its steps took. */
  add(ms: number): void;
}

/** One exchange in so many is timed, and the first. */
const sampledOneIn = 64;

/** The chain that the next exchange of a route is to take. */
export type NextChain = () => PolicyChain;

export function sampleChain(
  chain: PolicyChain,
  route: CompiledRoute,
  costs: PolicyCosts,
  { monotonicMs }: Pick<Clock, "monotonicMs">,
): NextChain {
  let timed: PolicyChain | undefined;
  let cells: readonly CostCell[] = [];
  let count = 0;
  return () => {
    if ((count++ & (sampledOneIn - 1)) !== 0) return chain;
    if (timed === undefined) {
      cells = chain.policies.map(({ use }) => costs.cellOf(route, use.name));
      const policies = chain.policies.map((policy, index) =>
        timedPolicy(policy, cells[index] as CostCell, monotonicMs),
      );
      timed = { ...chain, policies };
    }
    for (const cell of cells) cell.begin();
    return timed;
  };
}

function timedPolicy(policy: CompiledPolicy, cell: CostCell, nowMs: () => number): CompiledPolicy {
  const steps: Record<string, unknown> = {};
  for (const [name, step] of Object.entries(policy.steps) as [string, unknown][]) {
    // What is waited for is no cost: only the time in which nothing else runs is.
    steps[name] =
      typeof step !== "function" || untimed.has(name)
        ? step
        : (...given: readonly unknown[]): unknown => {
            const startedMs = nowMs();
            try {
              return Reflect.apply(step, policy.steps, given);
            } finally {
              cell.add(nowMs() - startedMs);
            }
          };
  }
  return { ...policy, steps };
}

const untimed: ReadonlySet<string> = new Set(["publishedKeys", "close"]);
