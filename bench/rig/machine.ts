/** What the figures were taken on, and which cores go to whom. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import os from "node:os";
import { findTool } from "#tests/support/tools.ts";

export interface Cores {
  /** As taskset takes them; empty when there is nothing to divide. */
  readonly gateway: string;
  /** Load generator and upstream. */
  readonly load: string;
  readonly all: string;
  readonly loadCount: number;
}

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly kernel: string;
  readonly node: string;
}

/** Programs without which nothing can be measured, and the words for those that miss. */
export function missingTools(): string | undefined {
  if (process.platform !== "linux" || !existsSync("/proc/self/stat")) {
    return "benchmarks read CPU time from /proc and need Linux";
  }
  const missing = ["nginx", "wrk", "taskset", "openssl"].filter(
    (name) => findTool(name) === undefined,
  );
  if (missing.length === 0) return undefined;
  return `${missing.join(", ")} not found; run scripts/install-bench-tools.sh`;
}

/** First number with dots in what a program says about its version. */
export function versionOf(path: string, ...args: readonly string[]): string {
  const said = spawnSync(path, args, { encoding: "utf8" });
  return /\d+(\.\d+)+/.exec(`${said.stdout}${said.stderr}`)?.[0] ?? "unknown";
}

/** One core for the gateway, the others for everything else. */
export function divideCores(): Cores {
  const allowed = allowedCores();
  const [gateway, ...load] = allowed;
  const all = allowed.join(",");
  if (gateway === undefined || load.length === 0) {
    return { gateway: "", load: "", all: "", loadCount: 1 };
  }
  return { gateway: String(gateway), load: load.join(","), all, loadCount: load.length };
}

function allowedCores(): readonly number[] {
  const status = readFileSync("/proc/self/status", "latin1");
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? "0";
  return list.split(",").flatMap((part) => {
    const [first = 0, last = first] = part.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, step) => first + step);
  });
}

/** Moves the benchmark itself off the gateway's core. */
export function pinSelf(cores: string): void {
  if (cores !== "") spawnSync("taskset", ["-a", "-p", "-c", cores, String(process.pid)]);
}

export function describeMachine(): Machine {
  return {
    processor: os.cpus()[0]?.model ?? "unknown",
    cores: os.cpus().length,
    kernel: os.release(),
    node: process.version,
  };
}
