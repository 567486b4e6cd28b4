/** Proxies from npm, each as the shortest program that its own documentation suggests. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Peer } from "./peer.ts";

export const nodePeers: readonly Peer[] = [
  nodePeer("undici", "node:http + undici dispatch", "undici", "our own few lines, no package"),
  nodePeer("fast-gateway", "fast-gateway", "fast-gateway"),
  nodePeer("http-proxy", "http-proxy", "http-proxy", "no release since 2020"),
  nodePeer("fastify-http-proxy", "@fastify/http-proxy", "@fastify/http-proxy"),
];

function nodePeer(id: string, name: string, packageName: string, note?: string): Peer {
  const manifest = fileURLToPath(
    new URL(`../../node_modules/${packageName}/package.json`, import.meta.url),
  );
  const server = fileURLToPath(new URL(`./servers/${id}.ts`, import.meta.url));
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
    prepare: ({ port, upstreamPort, tls }) => {
      const files = tls === undefined ? [] : [tls.certFile, tls.keyFile];
      const args = [server, String(port), `http://127.0.0.1:${upstreamPort}`, ...files];
      return { file: process.execPath, args };
    },
  };
}
