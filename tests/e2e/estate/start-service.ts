/** Starts a service of the sample estate as a process of its own, on a free port. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

export const root = join(import.meta.dirname, "..", "..", "..");

export interface RunningProgram {
  /** From the line "... listens on URL"; empty for a program that does not print one. */
  readonly url: string;
  /** SIGTERM; resolves with the exit code, or the signal that it died of. */
  readonly stop: () => Promise<number | string>;
}

/** One for each program. */
process.setMaxListeners(50);

const startMs = 15_000;
const stopMs = 10_000;

export function startService(
  name: "orders" | "payments" | "billing" | "storefront" | "tariffs" | "inventory" | "catalog",
  env: Readonly<Record<string, string>>,
): Promise<RunningProgram> {
  const script = join(root, "examples", "estate", name, "main.ts");
  return startProgram([script], { PORT: "0", ...env }, /listens on ((?:http|tcp|grpc):\S+)/);
}

/** When a program counts as started: a line that it prints, or an address that answers with 200. */
type Sign = RegExp | { readonly answersAt: string };

/** Rejects, with what the program printed, when it ends or takes too long before the sign. */
export async function startProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  sign: Sign,
): Promise<RunningProgram> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  // A test that fails half-way neither waits for its programs nor leaves them behind.
  for (const handle of [child, child.stdout, child.stderr]) unreference(handle);
  process.once("exit", () => child.kill("SIGKILL"));
  const printed: string[] = [];
  const ended = new Promise<number | string>((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ?? code ?? -1));
  });
  const stop = async (): Promise<number | string> => {
    const timer = setTimeout(() => child.kill("SIGKILL"), stopMs);
    child.kill("SIGTERM");
    const end = await ended;
    clearTimeout(timer);
    return end;
  };
  const line = new Promise<string>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (text) => {
        printed.push(text);
        const match = sign instanceof RegExp ? sign.exec(text) : null;
        if (match !== null) resolve(match[1] ?? "");
      });
    }
  });
  const over = new AbortController();
  const failed = ended.then((end) => {
    over.abort();
    throw new Error(`${args.join(" ")} ended (${end}):\n${printed.join("\n")}`);
  });
  const late = pause(startMs, undefined, { signal: over.signal }).then(() => {
    child.kill("SIGKILL");
    throw new Error(`${args.join(" ")} did not start:\n${printed.join("\n")}`);
  });
  const started = sign instanceof RegExp ? line : untilAnswer(sign.answersAt, over.signal);
  try {
    return { url: await Promise.race([started, failed, late]), stop };
  } finally {
    over.abort();
    failed.catch(() => {});
    late.catch(() => {});
    if (!(sign instanceof RegExp)) started.catch(() => {});
  }
}

function unreference(handle: object): void {
  if ("unref" in handle && typeof handle.unref === "function") handle.unref();
}

async function untilAnswer(url: string, signal: AbortSignal): Promise<string> {
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok === true) return "";
    await pause(50, undefined, { signal });
  }
}

export interface TemporaryFolder {
  readonly path: string;
  readonly remove: () => void;
}

export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), "parlance-estate-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
