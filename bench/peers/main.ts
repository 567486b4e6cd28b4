/** npm run bench:peers: CPU per exchange of Parlance beside other proxies. See docs/internals. */
import type { Arguments } from "#bench/rig/arguments.ts";
import { createRig } from "#bench/rig/rig.ts";
import { runBench, type Outcome } from "#bench/rig/run-bench.ts";
import { compare, type Plan } from "./compare.ts";
import { peers, referenceId } from "./peers.ts";
import { printComparison } from "./print-comparison.ts";
import { workloads } from "./workloads.ts";

await runBench({
  kind: "peers",
  seconds: 2,
  names: [...peers.map((peer) => peer.id), ...workloads.map((workload) => workload.id)],
  measure,
});

async function measure(options: Arguments): Promise<Outcome> {
  const rig = await createRig();
  const plan = planOf(options);
  const comparison = await compare(rig, plan);
  await rig.close();
  return {
    figures: comparison,
    print: (machine) => printComparison(comparison, plan, machine, options.markdown),
    hasDefect: comparison.rows.some((row) => row.faults.length > 0),
  };
}

/** The reference always runs: without it there is no ratio. */
function planOf(options: Arguments): Plan {
  const chosen = <T extends { readonly id: string }>(all: readonly T[]): readonly T[] => {
    const named = all.filter((one) => options.only.includes(one.id));
    return named.length === 0
      ? all
      : all.filter((one) => named.includes(one) || one.id === referenceId);
  };
  return {
    peers: chosen(peers),
    workloads: chosen(workloads),
    referenceId,
    rounds: options.rounds,
    seconds: options.seconds,
    connections: options.connections,
    warmUp: !options.tiny,
    progress: (message) => console.error(message),
  };
}
