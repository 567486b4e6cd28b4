/** Reads the arguments of a command; whatever is wrong is a `UsageError` that names it. */
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { didYouMean } from "#base/nearest.ts";
import { commonOptions, UsageError, type Command, type CommandInput } from "./command.ts";

export interface ReadArguments extends CommandInput {
  readonly help: boolean;
}

export function readArguments(command: Command, args: readonly string[]): ReadArguments {
  const options = { ...command.options, ...commonOptions };
  const config: ParseArgsOptionsConfig = {};
  for (const [name, { value, short, isRepeatable }] of Object.entries(options)) {
    config[name] = {
      type: value === undefined ? "boolean" : "string",
      multiple: isRepeatable === true,
      ...(short === undefined ? {} : { short }),
    };
  }
  // Not strict, so that the messages are ours; the tokens say what stood where.
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: config,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (option === undefined) {
      const known = Object.keys(options).map((one) => `--${one}`);
      throw new UsageError(`unknown option ${rawName}`, didYouMean(rawName, known));
    }
    if (option.value === undefined && value !== undefined) {
      throw new UsageError(`option ${rawName} takes no value`);
    }
    // `--config --json` means a forgotten value more often than a file called --json.
    const isForgotten = value === undefined || (!token.inlineValue && value.startsWith("-"));
    if (option.value !== undefined && isForgotten) {
      throw new UsageError(`option ${rawName} needs a value: ${rawName} ${option.value}`);
    }
    if (seen.has(name) && option.isRepeatable !== true && option.value !== undefined) {
      throw new UsageError(`option ${rawName} is given twice`);
    }
    seen.add(name);
  }
  const help = values["help"] === true;
  if (!help) checkPositionals(command, positionals);
  return {
    help,
    json: values["json"] === true,
    positionals,
    flag: (name) => values[name] === true,
    text: (name) => textsOf(values[name])[0],
    texts: (name) => textsOf(values[name]),
  };
}

function textsOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((one) => typeof one === "string");
}

function checkPositionals(command: Command, given: readonly string[]): void {
  const wanted = command.positionals;
  const extra = given[wanted.length];
  if (extra !== undefined) {
    const takes = wanted.length === 0 ? "none" : wanted.map(({ name }) => name).join(" ");
    throw new UsageError(`unexpected argument ${JSON.stringify(extra)}; expected ${takes}`);
  }
  const missing = wanted.find(({ isRequired }, index) => isRequired && given[index] === undefined);
  if (missing !== undefined) {
    throw new UsageError(`${missing.name} is missing: ${missing.description}`);
  }
}
