/** npm run bench:ledger: what records cost. See docs/internals/performance.md. */
import { measureCases } from "#bench/load/run-cases.ts";
import { createRig } from "#bench/rig/rig.ts";
import { runBench } from "#bench/rig/run-bench.ts";
import { cases } from "./cases.ts";

await runBench({
  kind: "ledger",
  seconds: 3,
  names: cases.map((one) => one.id),
  measure: async (options) => measureCases(cases, await createRig(), options),
});
