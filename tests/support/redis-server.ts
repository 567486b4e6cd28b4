/** Debian's redis-server, started on a port of its own, keeping nothing on disk. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { freePort } from "./free-port.ts";
import { findTool } from "./tools.ts";

export interface RedisServer {
  readonly port: number;
  /** Resolves when it takes connections. */
  start(): Promise<void>;
  /** At once, as a crash does it. */
  kill(): Promise<void>;
  /** It stays, and answers nothing. */
  freeze(): void;
  thaw(): void;
}

/**
 * @param options of its command line, beside the port.
 * @param secure whether it speaks TLS, with what the options say.
 */
export async function runRedis(
  scope: Pick<TestContext, "after">,
  options: readonly string[] = [],
  secure = false,
): Promise<RedisServer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "parlance-redis-"));
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const ports = secure ? ["--port", "0", "--tls-port", `${port}`] : ["--port", `${port}`];
    const own = [...ports, "--bind", "127.0.0.1", "--save", "", "--dir", folder];
    child = spawn(findTool("redis-server") as string, [...own, ...options], { stdio: "ignore" });
    while (!(await isOpen(port))) {
      if (child.exitCode !== null) throw new Error("redis-server does not start");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async function kill(): Promise<void> {
    const one = child;
    child = undefined;
    if (one === undefined || one.exitCode !== null) return;
    const gone = once(one, "exit");
    one.kill("SIGKILL");
    await gone;
  }

  scope.after(async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  });
  await start();
  return {
    port,
    start,
    kill,
    freeze: () => void child?.kill("SIGSTOP"),
    thaw: () => void child?.kill("SIGCONT"),
  };
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
