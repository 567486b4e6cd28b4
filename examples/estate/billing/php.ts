/** PHP's own web server with server.php, as a child that never outlives this process. */
import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { anyFreePortIfZero } from "../demo/ports.ts";
import type { BillingOptions } from "./node-server.ts";

const folder = fileURLToPath(new URL("./", import.meta.url));
/** Ends PHP when the pipe on its standard input closes, which it does with whoever holds it. */
const guard = 'exec 3<&0; "$@" </dev/null & child=$!; (cat <&3 >&2; kill $child) & wait $child';

export function hasPhpSoap(): boolean {
  const { status } = spawnSync("php", ["-r", 'exit(extension_loaded("soap") ? 0 : 1);']);
  return status === 0;
}

export async function startPhp({ host, port, file }: BillingOptions): Promise<void> {
  const taken = await anyFreePortIfZero(port, host);
  const settings = ["-d", "display_errors=0", "-d", "log_errors=1", "-d", "error_log="];
  const command = ["php", "-q", ...settings, "-S", `${host}:${taken}`, `${folder}server.php`];
  const php = spawn("sh", ["-c", guard, "sh", ...command], {
    env: { ...process.env, BILLING_FILE: file },
    stdio: ["pipe", "ignore", "pipe"],
  });
  let isStopping = false;
  createInterface({ input: php.stderr }).on("line", (line) => {
    if (!isStopping && !line.includes("Development Server")) console.error(line);
  });
  php.once("exit", (code) => process.exit(isStopping ? 0 : (code ?? 1)));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      isStopping = true;
      php.stdin.end();
    });
  }
  const url = `http://${host}:${taken}`;
  while (!(await answers(`${url}/health`))) await pause(30);
  console.log(`billing (PHP's SoapServer) listens on ${url}`);
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (answer) => answer.ok,
    () => false,
  );
}
