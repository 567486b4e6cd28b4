/** The program: finds the command, reads its arguments and turns its end into an exit code. */
import { fileURLToPath } from "node:url";
import { nodePlatform } from "#base/platform.ts";
import { readArguments } from "./arguments.ts";
import { exitCode, UsageError, type Command } from "./command.ts";
import { commands } from "./commands.ts";
import { findCommand } from "./find-command.ts";
import { commandHelp, commandSpec, overview } from "./help.ts";
import { complain, print, printJson } from "./print.ts";

/** A bug in Parlance (EX_SOFTWARE of sysexits.h): none of the codes that a command promises. */
const exitCodeOfBug = 70;

async function run(args: readonly string[]): Promise<number> {
  const [name = "", ...rest] = args;
  const json = args.includes("--json");
  if (["--version", "-V", "version"].includes(name)) return printVersion(json);
  if (["--help", "-h", "help"].includes(name)) {
    const wanted = rest.filter((arg) => !arg.startsWith("-"));
    if (wanted.length === 0) return printOverview(json);
    return run([...wanted.slice(0, 2), "--help", ...(json ? ["--json"] : [])]);
  }
  if (args.every((arg) => arg === "--json")) {
    complain(overview(commands));
    return exitCode.usage;
  }
  let command: Command | undefined;
  try {
    const found = findCommand(commands, args);
    if (found.kind === "group") return printGroup(found.commands, args);
    command = found.command;
    const input = readArguments(command, found.rest);
    if (!input.help) return await command.run(input);
    if (input.json) printJson(commandSpec(command));
    else print(commandHelp(command));
    return exitCode.fine;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const { message, suggestion } = error;
    if (json) printJson({ error: { code: "usage", message, suggestion } });
    const hint = suggestion === undefined ? "" : ` (${suggestion})`;
    const own = command === undefined ? "parlance" : `parlance ${command.name}`;
    complain(`${own}: ${message}${hint}\nRun "${own} --help" for its use.`);
    return exitCode.usage;
  }
}

/** Without the second word it is wrong use, and with `--help` it is not. */
function printGroup(group: readonly Command[], args: readonly string[]): number {
  if (args.some((arg) => ["--help", "-h"].includes(arg))) {
    if (args.includes("--json")) printJson(group.map(commandSpec));
    else print(overview(group));
    return exitCode.fine;
  }
  complain(overview(group));
  return exitCode.usage;
}

function printOverview(json: boolean): number {
  if (json) printJson(commands.map(commandSpec));
  else print(overview(commands));
  return exitCode.fine;
}

function printVersion(json: boolean): number {
  const path = fileURLToPath(new URL("../../package.json", import.meta.url));
  const { version } = JSON.parse(nodePlatform.files.read(path).toString("utf8")) as {
    readonly version: string;
  };
  if (json) printJson({ parlance: version, node: process.versions.node });
  else print(`parlance ${version} (Node ${process.versions.node})`);
  return exitCode.fine;
}

// Whoever reads only the first lines of an answer (`| head`) has closed the pipe: no fault of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // What the command has found holds nonetheless.
  if (error.code === "EPIPE") process.exit(process.exitCode ?? exitCode.fine);
  complain(`parlance: cannot write the output: ${error.message}`);
  process.exit(exitCode.refused);
});
// A gateway whose log nobody reads any more has callers nonetheless.
process.stderr.on("error", () => undefined);

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  complain(`parlance: this is a bug in Parlance: ${trace}`);
  process.exitCode = exitCodeOfBug;
}
