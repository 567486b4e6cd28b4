/** npm run bench:ledger: what records cost. See docs/internals/performance.md. */
import { startGateway } from "#bench/load/gateway.ts";
import { hasDefect, printResults, runCases } from "#bench/load/run-cases.ts";
import { readArguments, usageOf, type Arguments } from "#bench/rig/arguments.ts";
import { describeMachine, missingTools } from "#bench/rig/machine.ts";
import { saveResult } from "#bench/rig/results.ts";
import { createRig } from "#bench/rig/rig.ts";
import { cases } from "./cases.ts";

const defaults = {
  name: "bench:ledger",
  rounds: 5,
  seconds: 3,
  names: cases.map((one) => one.id),
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
  const { only, rounds, seconds } = options;
  const rig = await createRig();
  const chosen = only.length === 0 ? cases : cases.filter((one) => only.includes(one.id));
  const start = startGateway.bind(undefined, rig);
  const results = await runCases(chosen, { ...options, rig, start });
  await rig.close();
  const result = { kind: "ledger", machine: describeMachine(), rounds, seconds, cases: results };
  if (!options.tiny) saveResult("ledger", result);
  if (options.json) console.log(JSON.stringify(result, undefined, 2));
  else console.log(printResults(results, options.markdown));
  return hasDefect(results) ? 1 : 0;
}
