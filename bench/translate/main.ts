/** npm run bench:translate: exchanges between dialects. See docs/internals/performance.md. */
import { measureCases } from "#bench/load/run-cases.ts";
import { runBench } from "#bench/rig/run-bench.ts";
import { cases } from "./cases.ts";
import { createTranslateRig } from "./site.ts";

await runBench({
  kind: "translate",
  seconds: 2,
  names: cases.map((one) => one.id),
  measure: async (options) =>
    measureCases(cases, await createTranslateRig(options.tiny ? 1 : 10), options),
});
