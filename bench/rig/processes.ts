/**
 * Programs that a benchmark starts: pinned to cores, their output kept, ended with the benchmark.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Running {
  readonly pid: number;
  /** The last lines that it wrote, both streams. */
  readonly output: () => string;
  readonly ended: () => boolean;
  readonly signal: (name: NodeJS.Signals) => void;
  readonly stop: () => Promise<void>;
}

const outputCharsMax = 16_384;
const live = new Set<ChildProcess>();

process.on("exit", () => {
  for (const child of live) child.kill("SIGTERM");
});
process.on("SIGINT", () => process.exit(130));
process.on("SIGTERM", () => process.exit(143));

/** `cores` as taskset takes them, "0" or "0,2-3"; empty: not pinned. */
export function startProcess(command: Command, cores: string): Running {
  const pinned = cores === "" ? [] : ["taskset", "-c", cores];
  const [file = command.file, ...args] = [...pinned, command.file, ...command.args];
  const child = spawn(file, args, {
    env: { ...process.env, NODE_ENV: "production", ...command.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  live.add(child);
  let output = "";
  const keep = (text: string): void => {
    output = (output + text).slice(-outputCharsMax);
  };
  let ended = false;
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  child.on("error", (error) => {
    keep(`${error.message}\n`);
    ended = true;
    live.delete(child);
  });
  child.on("exit", (code, signal) => {
    keep(`ended with ${code ?? signal}\n`);
    ended = true;
    live.delete(child);
  });
  return {
    pid: child.pid ?? -1,
    output: () => output.trim(),
    ended: () => ended,
    signal: (name) => child.kill(name),
    stop: async () => {
      if (ended) return;
      const exit = once(child, "exit");
      child.kill("SIGTERM");
      const graceful = await Promise.race([exit, sleep(3_000, undefined, { ref: false })]);
      if (graceful === undefined && !ended) {
        child.kill("SIGKILL");
        await exit;
      }
    },
  };
}

/** A TCP port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port was given");
  server.close();
  await once(server, "close");
  return address.port;
}

/**
 * Asks until `ready` says yes; fails with the program's own words when it ends or takes too long.
 */
export async function untilReady(
  running: Running,
  what: string,
  ready: () => Promise<boolean>,
  waitMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    if (running.ended()) throw new Error(`${what} did not start: ${running.output()}`);
    if (await ready().catch(() => false)) return;
    if (performance.now() > deadline) {
      const words = running.output();
      throw new Error(`${what} was not ready within ${waitMs} ms${words && `: ${words}`}`);
    }
    await sleep(20);
  }
}
