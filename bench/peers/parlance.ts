/** Parlance as a peer: one worker, one pass-through service, nothing switched on. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Command } from "#bench/rig/processes.ts";
import type { Found, Peer } from "./peer.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

export const parlance: Peer = {
  id: "parlance",
  name: "Parlance",
  find: findParlance,
  prepare: ({ directory, port, upstreamPort, tls }) => {
    const file = `${directory}/parlance.yaml`;
    const certificate = tls === undefined ? [] : [`  tls: ${tlsOf(tls)}`];
    // Port 0: the admin side takes any free one, nobody asks it here.
    const lines = [
      "version: 1",
      "listen:",
      "  host: 127.0.0.1",
      `  port: ${port}`,
      "  adminPort: 0",
      "  workers: 1",
      ...certificate,
      "callers: open",
      "log: { exchanges: none }",
      "services:",
      `  up: { instances: ["http://127.0.0.1:${upstreamPort}"] }`,
    ];
    writeFileSync(file, `${lines.join("\n")}\n`);
    return startCommand(file);
  },
};

export function findParlance(): Found {
  for (const path of ["src/cli/main.ts", "src/app/start.ts"]) {
    if (!existsSync(root + path)) return { missing: `${path} does not exist yet` };
  }
  const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
    version: string;
  };
  return { version };
}

export function startCommand(configurationFile: string): Command {
  const args = [`${root}src/cli/main.ts`, "start", "--config", configurationFile];
  return { file: process.execPath, args };
}

function tlsOf(files: { readonly certFile: string; readonly keyFile: string }): string {
  return JSON.stringify({ certificates: [{ cert: files.certFile, key: files.keyFile }] });
}
