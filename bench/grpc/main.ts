/** npm run bench:grpc: gRPC that passes as it is. See docs/internals/performance.md. */
import { measureCases } from "#bench/load/run-cases.ts";
import { createRig } from "#bench/rig/rig.ts";
import { runBench } from "#bench/rig/run-bench.ts";
import { findTool } from "#tests/support/tools.ts";
import { cases } from "./cases.ts";

await runBench({
  kind: "grpc",
  seconds: 2,
  names: cases.map((one) => one.id),
  missing: () =>
    findTool("h2load") === undefined
      ? "h2load not found; run scripts/install-bench-tools.sh"
      : undefined,
  measure: async (options) => measureCases(cases, await createRig(), options),
});
