/** Help of the program and of its commands, as text and as JSON. */
import { commonOptions, exitCode, type Command, type Option } from "./command.ts";

const exitCodeMeanings: Readonly<Record<keyof typeof exitCode, string>> = {
  fine: "fine",
  findings: "something was found that should be looked at",
  usage: "the command was used in a wrong way",
  refused: "the world refused: a file, a port, a network",
};

export function usageOf(command: Command): string {
  const positionals = command.positionals.map(({ name, isRequired }) =>
    isRequired ? name : `[${name}]`,
  );
  return ["parlance", command.name, ...positionals, "[options]"].join(" ");
}

/** `-H, --header 'NAME: VALUE'`. */
export function spellingOf(name: string, { short, value, isRepeatable }: Option): string {
  const first = short === undefined ? "" : `-${short}, `;
  const last = value === undefined ? "" : ` ${value}`;
  return `${first}--${name}${last}${isRepeatable === true ? " ..." : ""}`;
}

export function exitCodesOf(command: Command): readonly (readonly [code: number, string])[] {
  const names = Object.keys(exitCode) as (keyof typeof exitCode)[];
  return names.map((name) => [exitCode[name], command.exitCodes?.[name] ?? exitCodeMeanings[name]]);
}

export function commandHelp(command: Command): string {
  const options = Object.entries({ ...command.options, ...commonOptions });
  const sections: string[] = [
    `${command.summary}\n\nUsage: ${usageOf(command)}`,
    ...(command.description ?? []),
    table(
      "Arguments",
      command.positionals.map(({ name, description }) => [name, description]),
    ),
    table(
      "Options",
      options.map(([name, option]) => [spellingOf(name, option), option.description]),
    ),
    table(
      "Exit codes",
      exitCodesOf(command).map(([code, meaning]) => [String(code), meaning]),
    ),
    command.examples.length === 0 ? "" : `Examples:\n  ${command.examples.join("\n  ")}`,
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

export function overview(commands: readonly Command[]): string {
  return `Parlance stands between front ends and services: it mediates, translates and records.

Usage: parlance COMMAND [options]

${table(
  "Commands",
  commands.map(({ name, summary }) => [name, summary]),
)}

Run "parlance COMMAND --help" for its options. "parlance --version" shows the version.
`;
}

/** What `--help --json` prints. */
export function commandSpec(command: Command): object {
  const { name, summary, positionals, options, examples } = command;
  return {
    name,
    summary,
    usage: usageOf(command),
    positionals,
    options: { ...options, ...commonOptions },
    exitCodes: Object.fromEntries(exitCodesOf(command)),
    examples,
  };
}

function table(title: string, rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return "";
  const width = Math.max(...rows.map(([left]) => left.length));
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
  return [`${title}:`, ...lines].join("\n");
}
