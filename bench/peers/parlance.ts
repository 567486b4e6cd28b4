/** Parlance as a peer: one worker, one pass-through service, nothing switched on. */
import { readFileSync, writeFileSync } from "node:fs";
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
      "ledger: off",
      "log: { exchanges: none }",
      "services:",
      `  up: { instances: ["http://127.0.0.1:${upstreamPort}"] }`,
    ];
    writeFileSync(file, `${lines.join("\n")}\n`);
    return startCommand(file);
  },
};

export function findParlance(): Found {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
    version: string;
  };
  return { version };
}

export function startCommand(configurationFile: string): Command {
  return { file: `${root}bin/parlance`, args: ["start", "--config", configurationFile] };
}

function tlsOf(files: { readonly certFile: string; readonly keyFile: string }): string {
  return JSON.stringify({ certificates: [{ cert: files.certFile, key: files.keyFile }] });
}
