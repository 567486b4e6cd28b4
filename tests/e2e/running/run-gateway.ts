/** `parlance start` as a process of its own, with its log read line by line, before one service. */
import { spawn } from "node:child_process";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { listenHttp } from "#tests/support/listen-http.ts";

const program = join(import.meta.dirname, "..", "..", "..", "src", "cli", "main.ts");
const patienceMs = 15_000;

export interface LogLine {
  readonly time: string;
  readonly level: string;
  readonly event: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface RunningGateway {
  readonly url: string;
  readonly adminUrl: string;
  readonly configPath: string;
  readonly pid: number;
  readonly log: readonly LogLine[];
  /** From now on nobody reads its log. */
  closeLog(): void;
  /** Whoever reads its log stands still until it has ended. */
  stopReading(): void;
  /** The first line of an event that fits, from the whole log. */
  seen(event: string, fits?: (line: LogLine) => boolean): Promise<LogLine>;
  kill(signal: NodeJS.Signals): void;
  /** Exit code, or the signal that it died of. */
  readonly ended: Promise<number | string>;
}

interface RunOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

type Scope = Pick<TestContext, "after">;

/** As editors do it: the name leads from one whole file to the next. */
export function replaceFile(path: string, content: string): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}

/** Starts it and leaves it alone; `seen` tells how it goes. Without text there is no file. */
export function launch(scope: Scope, text: string | undefined, options: RunOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), "parlance-running-"));
  const configPath = join(folder, "parlance.yaml");
  if (text !== undefined) writeFileSync(configPath, text);
  const args = [program, "start", "--config", configPath, ...(options.args ?? [])];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const log: LogLine[] = [];
  const waiting = new Set<() => void>();
  let isOver = false;
  const ended = new Promise<number | string>((resolve) => {
    child.once("close", (code, signal) => {
      isOver = true;
      resolve(signal ?? code ?? -1);
      for (const look of waiting) look();
    });
  });
  // In this order: from under one that still writes, a folder cannot be removed for certain, and
  // where that fails, node:test calls none of the hooks that come behind.
  scope.after(async () => {
    child.kill("SIGKILL");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  createInterface({ input: child.stderr }).on("line", (line) => {
    log.push(readLine(line));
    for (const look of waiting) look();
  });
  // It is over for certain only when all that it wrote is read.
  child.once("exit", () => child.stderr.resume());

  function seen(event: string, fits: (line: LogLine) => boolean = () => true): Promise<LogLine> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => give(`no ${event} within ${patienceMs} ms`), patienceMs);
      const stop = (): void => {
        clearTimeout(timer);
        waiting.delete(look);
      };
      const give = (why: string): void => {
        stop();
        reject(new Error(`${why}:\n${log.map((line) => JSON.stringify(line)).join("\n")}`));
      };
      const look = (): void => {
        const found = log.find((line) => line.event === event && fits(line));
        if (found !== undefined) {
          stop();
          resolve(found);
        } else if (isOver) give(`it ended without ${event}`);
      };
      waiting.add(look);
      look();
    });
  }
  return { child, configPath, log, seen, ended };
}

function readLine(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return { time: "", level: "", event: "not-json", message: text };
  }
}

/** Resolves when it says that it is ready. */
export async function runGateway(
  scope: Scope,
  configuration: string,
  options: RunOptions = {},
): Promise<RunningGateway> {
  const { child, configPath, log, seen, ended } = launch(scope, configuration, options);
  const ready = await seen("ready");
  return {
    url: `http://127.0.0.1:${String(ready["port"])}`,
    adminUrl: `http://127.0.0.1:${String(ready["adminPort"])}`,
    configPath,
    pid: child.pid as number,
    log,
    seen,
    closeLog: () => child.stderr.destroy(),
    stopReading: () => void child.stderr.pause(),
    kill: (signal) => void child.kill(signal),
    ended,
  };
}

export interface Service {
  readonly url: string;
  /** Requests that have come and are not answered. */
  readonly waiting: readonly ServerResponse[];
  /** Resolves when that many are waiting. */
  awaits(count: number): Promise<void>;
}

/** Answers at once, except what is asked under /wait: that waits for the test. */
export async function runService(scope: Scope, answer = "hello\n"): Promise<Service> {
  const waiting: ServerResponse[] = [];
  const lookers = new Set<() => void>();
  const url = await listenHttp(scope, (request: IncomingMessage, response) => {
    request.resume();
    if (!request.url?.startsWith("/wait")) return void response.end(answer);
    waiting.push(response);
    for (const look of lookers) look();
  });
  return {
    url,
    waiting,
    awaits: (count) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error("the request never came")), patienceMs);
        const look = (): void => {
          if (waiting.length < count) return;
          clearTimeout(timer);
          lookers.delete(look);
          resolve();
        };
        lookers.add(look);
        look();
      }),
  };
}

export interface ConfigurationChoices {
  readonly workers?: number;
  readonly more?: string;
  readonly service?: string;
  readonly listen?: string;
}

/** One service, `echo`, on free ports, open to anybody. */
export function configurationOf(url: string, choices: ConfigurationChoices = {}): string {
  const { workers = 2, more = "", service = "", listen = "" } = choices;
  return `version: 1
listen: { host: 127.0.0.1, port: 0, adminPort: 0, workers: ${workers}${listen} }
services:
  echo: { instances: ["${url}"]${service} }
callers: open
${more}`;
}
