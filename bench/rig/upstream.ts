/**
 * The service behind every proxy: nginx with fixed bodies, and its own count of what reached it.
 */
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { findTool } from "#tests/support/tools.ts";
import { freePort, startProcess, untilReady } from "./processes.ts";

export interface Upstream {
  readonly port: number;
  readonly counts: () => Promise<UpstreamCounts>;
  readonly stop: () => Promise<void>;
}

/** Since its start; what `counts` itself causes is left out. */
interface UpstreamCounts {
  readonly connections: number;
  readonly requests: number;
}

export interface UpstreamSite {
  readonly directory: string;
  readonly cores: string;
  readonly workers: number;
  /** Bytes of `/large`, a sparse file; 0: there is none. */
  readonly largeBytes?: number;
  /** Further locations for nginx, and the files that they may name, by their names. */
  readonly locations?: string;
  readonly files?: Readonly<Record<string, string>>;
}

/** JSON of exactly `bytes` bytes. */
function jsonOf(bytes: number): string {
  const frame = '{"pad":""}';
  return `{"pad":"${"x".repeat(bytes - frame.length)}"}`;
}

export const smallBody = jsonOf(1024);
export const bigBody = jsonOf(64 * 1024);

export async function startUpstream(site: UpstreamSite): Promise<Upstream> {
  const folder = `${site.directory}/upstream`;
  mkdirSync(`${folder}/www`, { recursive: true });
  writeFileSync(`${folder}/www/big`, bigBody);
  writeFileSync(`${folder}/www/large`, "");
  truncateSync(`${folder}/www/large`, site.largeBytes ?? 0);
  for (const [name, text] of Object.entries(site.files ?? {})) {
    writeFileSync(`${folder}/www/${name}`, text);
  }
  const port = await freePort();
  const statusPort = await freePort();
  writeFileSync(`${folder}/nginx.conf`, configurationOf(folder, site, port, statusPort));
  const file = findTool("nginx") ?? "nginx";
  const args = ["-c", `${folder}/nginx.conf`, "-e", "stderr"];
  const running = startProcess({ file, args }, site.cores);
  const statusUrl = `http://127.0.0.1:${statusPort}/status`;
  let asked = 0;
  const counts = async (): Promise<UpstreamCounts> => {
    const answer = await fetch(statusUrl, { headers: { connection: "close" } });
    asked += 1;
    const text = await answer.text();
    const numbers = /\n\s*(\d+) (\d+) (\d+)/.exec(text);
    if (numbers === null) throw new Error(`nginx status not understood: ${text}`);
    return { connections: Number(numbers[1]) - asked, requests: Number(numbers[3]) - asked };
  };
  await untilReady(running, "the upstream nginx", async () => (await counts()).requests >= 0);
  return { port, counts, stop: running.stop };
}

/** Paths with and without the `/up` that some proxies remove. */
function configurationOf(
  folder: string,
  { workers, locations = "" }: UpstreamSite,
  port: number,
  status: number,
): string {
  return `worker_processes ${workers};
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
  client_max_body_size 0;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  send_timeout 600s;
  sendfile on;
  open_file_cache max=10;
  default_type application/json;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    root ${folder}/www;
    location / { return 200 '${smallBody}'; }
    location ~ ^(/up)?/big$ { try_files /big =404; }
    location ~ ^(/up)?/large$ { try_files /large =404; }
${locations}
  }
  server {
    listen 127.0.0.1:${status};
    location = /status { stub_status; }
  }
}
`;
}
