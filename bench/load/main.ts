/** npm run bench:load: Parlance alone under load. See docs/internals/performance.md. */
import { findParlance } from "#bench/peers/parlance.ts";
import { createRig } from "#bench/rig/rig.ts";
import { runBench } from "#bench/rig/run-bench.ts";
import { cases } from "./cases.ts";
import { largeBodyBytes, largeBodyBytesTiny } from "./large-body.ts";
import { measureCases } from "./run-cases.ts";

await runBench({
  kind: "load",
  seconds: 2,
  names: cases.map((one) => one.id),
  missing: () => {
    const found = findParlance();
    return "missing" in found ? found.missing : undefined;
  },
  measure: async (options) => {
    const largeBytes = options.tiny ? largeBodyBytesTiny : largeBodyBytes;
    return measureCases(cases, await createRig({ largeBytes }), options);
  },
});
