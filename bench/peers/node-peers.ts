/** Proxies from npm, each as the shortest program that its own documentation suggests. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Command } from "#bench/rig/processes.ts";
import type { Peer, Site } from "./peer.ts";

const floor: Peer = {
  id: "net",
  name: "node:net alone",
  note: "a floor: bytes both ways, it understands no HTTP",
  find: () => ({ version: process.versions.node }),
  prepare: (site) => commandOf("net", site),
};

export const nodePeers: readonly Peer[] = [
  floor,
  nodePeer("undici", "node:http + undici dispatch", "undici", "our own few lines, no package"),
  nodePeer("fast-gateway", "fast-gateway", "fast-gateway"),
  nodePeer("http-proxy", "http-proxy", "http-proxy", "no release since 2020"),
  nodePeer("fastify-http-proxy", "@fastify/http-proxy", "@fastify/http-proxy"),
];

function nodePeer(id: string, name: string, packageName: string, note?: string): Peer {
  const manifest = fileURLToPath(
    new URL(`../../node_modules/${packageName}/package.json`, import.meta.url),
  );
  return {
    id,
    name,
    onNode: true,
    ...(note === undefined ? {} : { note }),
    find: () => {
      if (!existsSync(manifest)) return { missing: `the package ${packageName} is not installed` };
      const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
      return { version };
    },
    prepare: (site) => commandOf(id, site),
  };
}

function commandOf(id: string, { port, upstreamPort, tls }: Site): Command {
  const server = fileURLToPath(new URL(`./servers/${id}.ts`, import.meta.url));
  const files = tls === undefined ? [] : [tls.certFile, tls.keyFile];
  const args = [server, String(port), `http://127.0.0.1:${upstreamPort}`, ...files];
  return { file: process.execPath, args };
}
