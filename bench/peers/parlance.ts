/**
 * Parlance as a peer: one worker, one pass-through service; with nothing switched on, and with
 * what a production system would have on.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { diskFolder } from "#bench/ledger/modes.ts";
import type { Command } from "#bench/rig/processes.ts";
import type { Found, Peer, Site } from "./peer.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

export const parlance: Peer = {
  id: "parlance",
  name: "Parlance",
  find: findParlance,
  prepare: (site) => start(site, ["callers: open", "ledger: off"]),
};

const key = "the-key-of-the-one-caller";

export const parlanceGuarded: Peer = {
  id: "parlance-guarded",
  name: "Parlance with key, grant, rate limit and ledger",
  note: "a caller's key, a grant, a rate limit for each caller, strict records with digests",
  key,
  find: findParlance,
  prepare: (site) =>
    start(site, [
      `callers: { shop: { key: ${key}, may: ["up.*"] } }`,
      "policies: [{ rate-limit: { requests: 90000, windowMs: 1000 } }]",
      `ledger: { path: "${diskFolder()}/ledger", mode: strict }`,
    ]),
};

function start({ directory, port, upstreamPort, tls }: Site, settings: readonly string[]): Command {
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
    ...settings,
    "log: { exchanges: none }",
    "services:",
    `  up: { instances: ["http://127.0.0.1:${upstreamPort}"] }`,
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  return startCommand(file);
}

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
