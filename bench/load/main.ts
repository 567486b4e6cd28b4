/** npm run bench:load: Parlance alone under load. See docs/internals/performance.md. */
import { findParlance } from "#bench/peers/parlance.ts";
import { readArguments, usageOf, type Arguments } from "#bench/rig/arguments.ts";
import { describeMachine, missingTools } from "#bench/rig/machine.ts";
import { saveResult } from "#bench/rig/results.ts";
import { createRig } from "#bench/rig/rig.ts";
import { cases } from "./cases.ts";
import { startGateway } from "./gateway.ts";
import { largeBodyBytes, largeBodyBytesTiny } from "./large-body.ts";
import { hasDefect, printResults, runCases } from "./run-cases.ts";

const defaults = {
  name: "bench:load",
  rounds: 5,
  seconds: 2,
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
  const found = findParlance();
  const missing = missingTools() ?? ("missing" in found ? found.missing : undefined);
  if (missing !== undefined) {
    console.error(missing);
    return 3;
  }
  const { only, rounds, seconds, connections } = options;
  const rig = await createRig({ largeBytes: options.tiny ? largeBodyBytesTiny : largeBodyBytes });
  const chosen = only.length === 0 ? cases : cases.filter((one) => only.includes(one.id));
  const site = { ...options, rig, start: startGateway.bind(undefined, rig) };
  const results = await runCases(chosen, site);
  await rig.close();
  const machine = describeMachine();
  const result = { kind: "load", machine, rounds, seconds, connections, cases: results };
  if (!options.tiny) saveResult("load", result);
  if (options.json) console.log(JSON.stringify(result, undefined, 2));
  else console.log(printResults(results, options.markdown));
  return hasDefect(results) ? 1 : 0;
}
