/** npm run bench:peers: CPU per exchange of Parlance beside other proxies. See docs/internals. */
import { readArguments, usageOf, type Arguments } from "#bench/rig/arguments.ts";
import { describeMachine, missingTools } from "#bench/rig/machine.ts";
import { saveResult } from "#bench/rig/results.ts";
import { createRig } from "#bench/rig/rig.ts";
import { compare, type Plan } from "./compare.ts";
import { peers, referenceId } from "./peers.ts";
import { printComparison } from "./print-comparison.ts";
import { workloads } from "./workloads.ts";

const defaults = {
  name: "bench:peers",
  rounds: 5,
  seconds: 2,
  names: [...peers.map((peer) => peer.id), ...workloads.map((workload) => workload.id)],
};

process.exitCode = await main();

async function main(): Promise<number> {
  let options: Arguments | "help";
  try {
    options = readArguments(process.argv.slice(2), defaults);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n`);
    console.error(usageOf(defaults));
    return 2;
  }
  if (options === "help") {
    console.log(usageOf(defaults));
    return 0;
  }
  const missing = missingTools();
  if (missing !== undefined) {
    console.error(missing);
    return 3;
  }
  const rig = await createRig();
  const plan = planOf(options);
  const comparison = await compare(rig, plan);
  await rig.close();
  const machine = describeMachine();
  const { rounds, seconds, connections } = plan;
  const result = { kind: "peers", machine, rounds, seconds, connections, ...comparison };
  if (!options.tiny) saveResult("peers", result);
  if (options.json) console.log(JSON.stringify(result, undefined, 2));
  else console.log(printComparison(comparison, plan, machine, options.markdown));
  return comparison.rows.some((row) => row.faults.length > 0) ? 1 : 0;
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
