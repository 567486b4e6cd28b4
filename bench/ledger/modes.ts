/** Gateways that differ in the ledger only, and a load whose rate is chosen. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { plainPlan, type Gateway } from "#bench/load/gateway.ts";
import type { LoadSite } from "#bench/load/load-case.ts";
import type { Load } from "#bench/rig/wrk.ts";

/** digest: strict, with commitments to heads and bodies, which is the default. */
export const modes = ["off", "strict", "digest"] as const;

/** On the disk of the project: the temporary folder may lie in memory, where a sync is nothing. */
export function diskFolder(): string {
  const parent = fileURLToPath(new URL("../../data/bench/", import.meta.url));
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(`${parent}ledger-`);
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** In the order of `modes`. */
export async function startModes(site: LoadSite): Promise<readonly Gateway[]> {
  const plan = plainPlan(site.rig);
  const strict = (capture: string): object => ({
    ledger: { path: `${diskFolder()}/ledger`, mode: "strict", capture },
  });
  return [
    await site.start(plan),
    await site.start({ ...plan, ...strict("none") }),
    await site.start({ ...plan, ...strict("digest") }),
  ];
}

/**
 * Each connection pauses before it asks, so that some `perSecond` requests are sent. A machine that
 * is slower sends fewer; the rate that came about is told beside the figures.
 */
export function pacedLoad(gateway: Gateway, perSecond: number, seconds: number): Load {
  const pauseMs = Math.max(2, Math.floor(64_000 / perSecond));
  const connections = Math.max(1, Math.round((perSecond * (pauseMs + 2)) / 1_000));
  const script = `function delay() return ${pauseMs} end`;
  return { url: `http://127.0.0.1:${gateway.port}/up/json`, connections, seconds, script };
}
