/** Runs the command line as its user does: as a process, in a folder of its own. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bareEnvironment } from "#tests/support/bare-environment.ts";

const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Folder extends Disposable {
  readonly path: string;
  readonly write: (name: string, content: string, mode?: number) => string;
  readonly parlance: (args: readonly string[], env?: Readonly<Record<string, string>>) => Ended;
  /** The same with its output redirected, as a shell writes that. */
  readonly redirected: (args: readonly string[], redirection: string) => Ended;
}

/** Gone at the end of the block that has it by `using`. */
export function createFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), "parlance-cli-"));
  return {
    path,
    write(name, content, mode = 0o644) {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content, { mode });
      return file;
    },
    parlance: (args, env) => runProgram(process.execPath, [main, ...args], path, env),
    redirected(args, redirection) {
      // Its code alone goes to standard output, behind a pipe that would hide it.
      const script = `exec 3>&1; { "$@"; echo $? >&3; } ${redirection}`;
      const ended = runProgram("sh", ["-c", script, "sh", process.execPath, main, ...args], path);
      return { ...ended, code: Number(ended.out) };
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** With nothing in the environment but PATH and what the test gives. */
export function runProgram(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Ended {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    env: { ...bareEnvironment, ...env },
    encoding: "utf8",
    timeout: 60_000,
  });
  if (error !== undefined) throw error;
  return { code: status, out: stdout, err: stderr };
}
