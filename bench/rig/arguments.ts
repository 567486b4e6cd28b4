/** The command line that all benchmarks share. */
import { parseArgs } from "node:util";

export interface Arguments {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  /** Empty: everything. */
  readonly only: readonly string[];
  readonly json: boolean;
  readonly markdown: boolean;
  /** A few seconds in all: shows that it works, its figures mean nothing. */
  readonly tiny: boolean;
  readonly long: boolean;
}

export interface Defaults {
  readonly name: string;
  readonly rounds: number;
  readonly seconds: number;
  /** What `--only` may name. */
  readonly names: readonly string[];
}

export function usageOf(defaults: Defaults): string {
  return `npm run ${defaults.name} -- [options]
  --rounds N     runs of each, interleaved; default ${defaults.rounds}
  --seconds N    length of one run; default ${defaults.seconds}
  --only A,B     of: ${defaults.names.join(", ")}
  --json         prints JSON instead of tables
  --markdown     prints tables for a Markdown page
  --long         the long form, where there is one
  --tiny         everything once and briefly: shows that it works, the figures mean nothing`;
}

/** Throws with words for the user. */
export function readArguments(args: readonly string[], defaults: Defaults): Arguments | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string" },
      seconds: { type: "string" },
      only: { type: "string" },
      json: { type: "boolean", default: false },
      markdown: { type: "boolean", default: false },
      long: { type: "boolean", default: false },
      tiny: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const only = values.only?.split(",") ?? [];
  const unknown = only.filter((name) => !defaults.names.includes(name));
  if (unknown.length > 0) {
    throw new Error(`--only: no ${unknown.join(", ")}; there are ${defaults.names.join(", ")}`);
  }
  const rounds = positive("--rounds", values.rounds, values.tiny ? 1 : defaults.rounds);
  if (!Number.isInteger(rounds)) throw new Error(`--rounds: ${rounds} is not a whole number`);
  return {
    rounds,
    seconds: positive("--seconds", values.seconds, values.tiny ? 0.2 : defaults.seconds),
    connections: values.tiny ? 8 : 64,
    only,
    json: values.json,
    markdown: values.markdown,
    tiny: values.tiny,
    long: values.long,
  };
}

function positive(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (!(number > 0 && number <= 3600)) {
    throw new Error(`${name}: "${text}" is not a number from above 0 to 3600`);
  }
  return number;
}
