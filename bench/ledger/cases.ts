/** All questions of bench:ledger, in the order of the answers. */
import type { LoadCase } from "#bench/load/load-case.ts";
import { cost } from "./cost.ts";
import { latency } from "./latency.ts";
import { million } from "./million.ts";
import { ring } from "./ring.ts";

export const cases: readonly LoadCase[] = [
  cost("cost-20k", "What strict records cost at 20,000 exchanges a second", 20_000, {
    whole: 10,
    worker: 4,
  }),
  cost("cost-1k", "What strict records cost at 1,000 exchanges a second", 1_000, { whole: 120 }),
  latency,
  ring,
  million,
];
