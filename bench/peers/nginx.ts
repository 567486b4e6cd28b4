/** nginx as a reverse proxy: as its defaults are, and with buffers that hold a whole answer. */
import { writeFileSync } from "node:fs";
import { versionOf } from "#bench/rig/machine.ts";
import { findTool } from "#tests/support/tools.ts";
import type { Found, Peer, Site } from "./peer.ts";

const tunedBuffers = `proxy_buffer_size 16k;
    proxy_buffers 4 64k;
    proxy_busy_buffers_size 128k;`;

export const nginxTuned: Peer = {
  id: "nginx-tuned",
  name: "nginx (tuned buffers)",
  find,
  prepare: (site) => prepare(site, tunedBuffers),
};

export const nginxDefault: Peer = {
  id: "nginx",
  name: "nginx",
  find,
  prepare: (site) => prepare(site, ""),
};

function find(): Found {
  const path = findTool("nginx");
  return path === undefined
    ? { missing: "nginx is not installed" }
    : { version: versionOf(path, "-v") };
}

function prepare(site: Site, buffers: string): { file: string; args: readonly string[] } {
  const { directory, tls } = site;
  const certificate =
    tls === undefined ? "" : `ssl_certificate ${tls.certFile}; ssl_certificate_key ${tls.keyFile};`;
  writeFileSync(
    `${directory}/nginx.conf`,
    `worker_processes 1;
daemon off;
pid ${directory}/nginx.pid;
error_log stderr error;
worker_rlimit_nofile 16384;
events { worker_connections 8192; }
http {
  access_log off;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  keepalive_requests 1000000000;
  upstream up {
    server 127.0.0.1:${site.upstreamPort};
    keepalive 128;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${site.port}${tls === undefined ? "" : " ssl"} backlog=4096;
    ssl_protocols TLSv1.2 TLSv1.3;
    ${certificate}
    ${buffers}
    location /up/ {
      proxy_pass http://up/;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }
  }
}
`,
  );
  const args = ["-c", `${directory}/nginx.conf`, "-e", "stderr"];
  return { file: findTool("nginx") ?? "nginx", args };
}
