/** One child process: its output is passed on, and when it dies it is started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Report } from "./report.ts";

/** A program that dies is started again at most once in this time. */
const restartMs = 1_000;
const guard = new URL("leave-with-parent.ts", import.meta.url).href;

export interface Supervised {
  readonly pid: () => number | undefined;
  /** How often it died without having been told to. */
  readonly deaths: () => number;
  /** How it ended last: `exit code 3`, `signal SIGSEGV`. */
  readonly lastEnd: () => string;
  /** SIGTERM, and SIGKILL when it takes longer than `graceMs`. */
  readonly stop: (graceMs: number) => Promise<void>;
  readonly kill: () => void;
}

export interface Program {
  readonly name: string;
  /** For node: script and arguments. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Whether its standard output is shown too; the error output always is. */
  readonly isTalkative: boolean;
}

export function supervise(program: Program, report: Report): Supervised {
  const { name, args, env } = program;
  let child: ChildProcess | undefined;
  let restart: NodeJS.Timeout | undefined;
  let isStopping = false;
  let deaths = 0;
  let lastEnd = "not started";
  let startedMs = 0;

  function start(): void {
    startedMs = performance.now();
    const born = spawn(process.execPath, ["--import", guard, ...args], {
      env: { ...process.env, ...env, DEMO_PID: String(process.pid) },
      stdio: ["ignore", program.isTalkative ? "pipe" : "ignore", "pipe", "ipc"],
      // A group of its own: Ctrl-C reaches the demo alone, which stops everything in order.
      detached: true,
    });
    child = born;
    for (const stream of [born.stdout, born.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on("line", (line) =>
        report({ event: "output", name, line }),
      );
    }
    let hasEnded = false;
    const ended = (how: string): void => {
      if (hasEnded) return;
      hasEnded = true;
      child = undefined;
      lastEnd = how;
      if (isStopping) return;
      deaths++;
      report({ event: "stopped", name, how: `stopped (${how})` });
      restart = setTimeout(start, Math.max(0, startedMs + restartMs - performance.now()));
    };
    born.once("error", (error) => ended(error.message));
    born.once("exit", (code, signal) =>
      ended(signal === null ? `exit code ${code}` : `signal ${signal}`),
    );
  }

  start();
  return {
    pid: () => child?.pid,
    deaths: () => deaths,
    lastEnd: () => lastEnd,
    stop: async (graceMs) => {
      isStopping = true;
      clearTimeout(restart);
      const last = child;
      if (last === undefined) return;
      const gone = new Promise<void>((resolve) => last.once("close", () => resolve()));
      last.kill("SIGTERM");
      const timer = setTimeout(() => last.kill("SIGKILL"), graceMs);
      await gone;
      clearTimeout(timer);
    },
    kill: () => {
      isStopping = true;
      clearTimeout(restart);
      child?.kill("SIGKILL");
    },
  };
}
