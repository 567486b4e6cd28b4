/** Who passes gRPC on: nginx's grpc_pass, node:http2 alone, and Parlance. */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { GatewayPlan } from "#bench/load/gateway.ts";
import type { LoadSite } from "#bench/load/load-case.ts";
import { freePort, startProcess, type Command } from "#bench/rig/processes.ts";
import { findTool } from "#tests/support/tools.ts";
import { proto } from "./frames.ts";

export interface Proxy {
  readonly id: "nginx" | "floor" | "fields" | "parlance";
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** @param instancePort of the service behind all of them. */
export async function startProxies(
  site: LoadSite,
  instancePort: number,
): Promise<readonly Proxy[]> {
  const start = async (
    id: Proxy["id"],
    name: string,
    command: (port: number) => Command,
  ): Promise<Proxy> => {
    const port = await freePort();
    const { pid, stop } = startProcess(command(port), site.rig.cores.gateway);
    return { id, name, pid, port, stop };
  };
  const gateway = await site.start(planOf(site, instancePort));
  return [
    await start("nginx", "nginx, grpc_pass", (port) => nginx(site, port, instancePort)),
    await start("floor", "node:http2 alone", (port) => floor(port, instancePort)),
    await start("fields", "node:http2 with our fields", (port) =>
      floor(port, instancePort, "fields"),
    ),
    // The site stops it.
    { id: "parlance", name: "Parlance", ...gateway, stop: () => Promise.resolve() },
  ];
}

export function server(name: string): string {
  return fileURLToPath(new URL(`./servers/${name}.ts`, import.meta.url));
}

export function planOf({ rig }: Pick<LoadSite, "rig">, instancePort: number): GatewayPlan {
  const contract = `${rig.directory}/bench.proto`;
  writeFileSync(contract, proto);
  return {
    workers: 1,
    cores: rig.cores.gateway,
    readyPath: "/livez",
    services: { bench: { contract, instances: [`http://127.0.0.1:${instancePort}`] } },
  };
}

function floor(port: number, instancePort: number, ...more: readonly string[]): Command {
  return { file: process.execPath, args: [server("floor"), `${port}`, `${instancePort}`, ...more] };
}

let written = 0;

/** HTTP/2 on both sides; `keepalive` holds as many connections as there are calls at once. */
function nginx({ rig }: LoadSite, port: number, instancePort: number): Command {
  written += 1;
  const folder = `${rig.directory}/nginx-grpc-${written}`;
  mkdirSync(folder);
  writeFileSync(
    `${folder}/nginx.conf`,
    `worker_processes 1;
daemon off;
pid ${folder}/nginx.pid;
error_log stderr error;
worker_rlimit_nofile 16384;
events { worker_connections 8192; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_requests 1000000000;
  grpc_read_timeout 600s;
  upstream up {
    server 127.0.0.1:${instancePort};
    keepalive 256;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port} http2 backlog=4096;
    location / { grpc_pass grpc://up; }
  }
}
`,
  );
  const args = ["-c", `${folder}/nginx.conf`, "-e", "stderr"];
  return { file: findTool("nginx") ?? "nginx", args };
}
