/** Finds the command that the first words mean; some have two, as `ledger verify`. */
import { didYouMean } from "#base/nearest.ts";
import { UsageError, type Command } from "./command.ts";

export type Found =
  | { readonly kind: "command"; readonly command: Command; readonly rest: readonly string[] }
  /** The first of two words alone, or asked for help. */
  | { readonly kind: "group"; readonly name: string; readonly commands: readonly Command[] };

export function findCommand(commands: readonly Command[], args: readonly string[]): Found {
  const [name = "", second, ...others] = args;
  const group = commands.filter((one) => one.name.startsWith(`${name} `));
  if (group.length === 0) {
    const command = commands.find((one) => one.name === name);
    if (command !== undefined) return { kind: "command", command, rest: args.slice(1) };
    const first = commands.map((one) => one.name.split(" ")[0] as string);
    throw unknown(name, [...new Set(first)]);
  }
  if (second === undefined || ["--help", "-h", "--json"].includes(second)) {
    return { kind: "group", name, commands: group };
  }
  const command = group.find((one) => one.name === `${name} ${second}`);
  if (command !== undefined) return { kind: "command", command, rest: others };
  throw unknown(
    second,
    group.map((one) => one.name.slice(name.length + 1)),
    name,
  );
}

function unknown(name: string, known: readonly string[], group?: string): UsageError {
  const what = name.startsWith("-") ? "option" : "command";
  const whole = JSON.stringify(
    group === undefined || what === "option" ? name : `${group} ${name}`,
  );
  const suggestion = didYouMean(name, known) ?? `known are ${known.join(", ")}`;
  return new UsageError(`unknown ${what} ${whole}`, suggestion);
}
