/** What every benchmark's command does around its measuring: arguments, tools, figures. */
import { readArguments, usageOf, type Arguments } from "./arguments.ts";
import { describeMachine, missingTools, type Machine } from "./machine.ts";
import { saveResult } from "./results.ts";

interface Bench {
  /** As in `npm run bench:kind`. */
  readonly kind: string;
  /** Of one run, unless said otherwise. */
  readonly seconds: number;
  /** What `--only` may name. */
  readonly names: readonly string[];
  /** Words for what else is missing, if anything is. */
  readonly missing?: () => string | undefined;
  readonly measure: (options: Arguments) => Promise<Outcome>;
}

export interface Outcome {
  /** What the JSON has beside machine and options. */
  readonly figures: object;
  readonly print: (machine: Machine) => string;
  /** Whether anything went wrong that no machine excuses. */
  readonly hasDefect: boolean;
}

/** Sets the exit code: 1 a defect, 2 wrong arguments, 3 a program is missing. */
export async function runBench(bench: Bench): Promise<void> {
  process.exitCode = await exitCodeOf(bench);
}

async function exitCodeOf({ kind, seconds, names, missing, measure }: Bench): Promise<number> {
  const defaults = { name: `bench:${kind}`, rounds: 5, seconds, names };
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
  const lacking = missingTools() ?? missing?.();
  if (lacking !== undefined) {
    console.error(lacking);
    return 3;
  }
  const { figures, print, hasDefect } = await measure(options);
  const machine = describeMachine();
  const { rounds, connections } = options;
  const result = { kind, machine, rounds, seconds: options.seconds, connections, ...figures };
  if (!options.tiny) saveResult(kind, result);
  console.log(options.json ? JSON.stringify(result, undefined, 2) : print(machine));
  return hasDefect ? 1 : 0;
}
