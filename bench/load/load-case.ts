/** One question put to Parlance alone, and the figures that answer it. */
import type { Rig } from "#bench/rig/rig.ts";
import type { Gateway, GatewayPlan } from "./gateway.ts";

export interface LoadCase {
  /** As `--only` takes it. */
  readonly id: string;
  readonly title: string;
  readonly run: (site: LoadSite) => Promise<readonly Finding[]>;
}

export interface LoadSite {
  readonly rig: Rig;
  /** What a case starts is stopped when the case is over. */
  readonly start: (plan: GatewayPlan) => Promise<Gateway>;
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  readonly tiny: boolean;
  readonly long: boolean;
}

export interface Finding {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What is to be reached, in words; absent: the figure is for information. */
  readonly reach?: string;
  /** Whether it was reached; absent: not decided, as in a tiny run. */
  readonly held?: boolean;
  /** True: not reaching it is a defect whatever the machine, and fails the run. */
  readonly strict?: boolean;
}

/** @param decided whether it counts as held or missed; in a tiny run nothing does. */
type Bound = (
  name: string,
  value: number,
  limit: number,
  unit: string,
  decided?: boolean,
) => Finding;

export const atMost: Bound = bounded("<=", (value, limit) => value <= limit);

export const atLeast: Bound = bounded(">=", (value, limit) => value >= limit);

function bounded(sign: string, holds: (value: number, limit: number) => boolean): Bound {
  return (name, value, limit, unit, decided = true) => {
    const finding = { name, value, unit, reach: `${sign} ${limit.toLocaleString("en-GB")}` };
    return decided ? { ...finding, held: holds(value, limit) } : finding;
  };
}

/** Counts of failures: none is allowed, in a tiny run neither. */
export function none(name: string, count: number, unit: string): Finding {
  return { name, value: count, unit, reach: "0", held: count === 0, strict: true };
}
