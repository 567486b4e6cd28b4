/** Servers that real services run on, each with the same four addresses, on ports of their own. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import fastify from "fastify";
import { freePort } from "#tests/support/free-port.ts";
import { findTool } from "#tests/support/tools.ts";
import { atEnd, eventually } from "./stand.ts";

export const largeText = "0123456789abcdef".repeat(20_000);

interface RealService {
  readonly name: string;
  /** Programs that it needs. */
  readonly needs: readonly string[];
  readonly start: (t: TestContext) => Promise<number>;
  /** Whether POST /echo returns its body. */
  readonly echoes: boolean;
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}

async function untilListening(port: number, child: ChildProcess): Promise<number> {
  for (let count = 0; count < 200; count++) {
    if (await answers(port)) return port;
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    await eventually(() => false, 25);
  }
  throw new Error("the server does not listen");
}

/** A folder with what is served as files. */
function site(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "parlance-test-"));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "www"));
  writeFileSync(join(folder, "www", "small.txt"), "small\n");
  writeFileSync(join(folder, "www", "large.txt"), largeText);
  return folder;
}

function run(t: TestContext, program: string, args: readonly string[], cwd: string): ChildProcess {
  const path = findTool(program) as string;
  const child = spawn(path, args, { cwd, stdio: "ignore" });
  atEnd(t, async () => {
    child.kill("SIGTERM");
    if (!(await eventually(() => child.exitCode !== null || child.signalCode !== null))) {
      child.kill("SIGKILL");
    }
  });
  return child;
}

async function startNginx(t: TestContext): Promise<number> {
  const folder = site(t);
  const port = await freePort();
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join("\n");
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off; master_process off; worker_processes 1; pid ${folder}/pid; error_log stderr;
     events {} http { access_log off; ${paths}
     server { listen 127.0.0.1:${port}; root ${folder}/www; keepalive_requests 3;
       location = /echo { client_max_body_size 100k; return 200 "nginx"; } } }`,
  );
  const args = ["-e", "stderr", "-p", folder, "-c", join(folder, "nginx.conf")];
  return untilListening(port, run(t, "nginx", args, folder));
}

async function startPhp(t: TestContext): Promise<number> {
  const folder = site(t);
  const router = `<?php
    $path = parse_url($_SERVER["REQUEST_URI"], PHP_URL_PATH);
    if ($path === "/echo") { echo file_get_contents("php://input"); return true; }
    return false;`;
  writeFileSync(join(folder, "router.php"), router);
  const port = await freePort();
  const args = ["-S", `127.0.0.1:${port}`, "-t", join(folder, "www"), join(folder, "router.php")];
  return untilListening(port, run(t, "php", args, folder));
}

async function startPython(t: TestContext): Promise<number> {
  const folder = site(t);
  const port = await freePort();
  const args = ["-m", "http.server", String(port), "--bind", "127.0.0.1", "-d", `${folder}/www`];
  return untilListening(port, run(t, "python3", args, folder));
}

async function startFastify(t: TestContext): Promise<number> {
  const app = fastify({ forceCloseConnections: true });
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.get("/small.txt", () => "small\n");
  app.get("/large.txt", () => largeText);
  app.post("/echo", (request) => request.body);
  await app.listen({ port: 0, host: "127.0.0.1" });
  atEnd(t, () => app.close());
  return (app.server.address() as net.AddressInfo).port;
}

export const realServices: readonly RealService[] = [
  { name: "nginx", needs: ["nginx"], start: startNginx, echoes: false },
  { name: "Fastify", needs: [], start: startFastify, echoes: true },
  { name: "PHP's own server", needs: ["php"], start: startPhp, echoes: true },
  { name: "Python's http.server", needs: ["python3"], start: startPython, echoes: false },
];
