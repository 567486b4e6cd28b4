/** HAProxy as an HTTP proxy, and in TCP mode as the floor: bytes moved, no HTTP understood. */
import { readFileSync, writeFileSync } from "node:fs";
import { versionOf } from "#bench/rig/machine.ts";
import { findTool } from "#tests/support/tools.ts";
import type { Found, Peer, Site } from "./peer.ts";

export const haproxyHttp: Peer = {
  id: "haproxy",
  name: "HAProxy",
  find,
  prepare: (site) => prepare(site, "http"),
};

export const haproxyTcp: Peer = {
  id: "haproxy-tcp",
  name: "HAProxy in TCP mode",
  note: "a floor: it understands no HTTP",
  find,
  prepare: (site) => prepare(site, "tcp"),
};

function find(): Found {
  const path = findTool("haproxy");
  return path === undefined
    ? { missing: "haproxy is not installed" }
    : { version: versionOf(path, "-v") };
}

function prepare(site: Site, mode: "http" | "tcp"): { file: string; args: readonly string[] } {
  const { directory, tls } = site;
  if (tls !== undefined) {
    const both = readFileSync(tls.certFile, "utf8") + readFileSync(tls.keyFile, "utf8");
    writeFileSync(`${directory}/both.pem`, both, { mode: 0o600 });
  }
  const http = "option forwardfor\n  http-reuse always\n  option http-keep-alive";
  writeFileSync(
    `${directory}/haproxy.cfg`,
    `global
  nbthread 1
  maxconn 8192
defaults
  mode ${mode}
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  ${mode === "http" ? http : ""}
frontend in
  bind 127.0.0.1:${site.port}${tls === undefined ? "" : ` ssl crt ${directory}/both.pem`}
  default_backend up
backend up
  server up 127.0.0.1:${site.upstreamPort}${mode === "http" ? " pool-max-conn 128" : ""}
`,
  );
  return {
    file: findTool("haproxy") ?? "haproxy",
    args: ["-db", "-f", `${directory}/haproxy.cfg`],
  };
}
