/** Starts a service of the sample estate as a process of its own, on a free port. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export const root = join(import.meta.dirname, "..", "..", "..");

export interface RunningProgram {
  /** From the line "... listens on URL"; empty for a program that does not print one. */
  readonly url: string;
  /** SIGTERM; resolves with the exit code, or the signal that it died of. */
  readonly stop: () => Promise<number | string>;
}

const startMs = 15_000;
const stopMs = 10_000;

export function startService(
  name: "orders" | "payments" | "storefront",
  env: Readonly<Record<string, string>>,
): Promise<RunningProgram> {
  const script = join(root, "examples", "estate", name, "main.ts");
  return startProgram([script], { PORT: "0", ...env }, /listens on (http:\S+)/);
}

/** Resolves when a line of its output matches; rejects, with its output, when it ends before. */
export function startProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  until: RegExp,
): Promise<RunningProgram> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
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
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${args.join(" ")} did not start:\n${lines.join("\n")}`));
    }, startMs);
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        const match = until.exec(line);
        if (match === null) return;
        clearTimeout(timer);
        resolve({ url: match[1] ?? "", stop });
      });
    }
    void ended.then((end) => {
      clearTimeout(timer);
      reject(new Error(`${args.join(" ")} ended (${end}):\n${lines.join("\n")}`));
    });
  });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface TemporaryFolder {
  readonly path: string;
  readonly remove: () => void;
}

export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), "parlance-estate-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
