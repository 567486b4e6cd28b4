/** Gateways that differ in the ledger only, and a load whose rate is chosen. */
import { mkdirSync, mkdtempSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { plainPlan, type Gateway } from "#bench/load/gateway.ts";
import type { LoadSite } from "#bench/load/load-case.ts";
import { removeAtExit } from "#bench/rig/remove-at-exit.ts";
import type { Load } from "#bench/rig/wrk.ts";

/** digest: strict, with commitments to heads and bodies, which is the default. */
export const modes = ["off", "strict", "digest"] as const;

/** On the disk of the project: the temporary folder may lie in memory, where a sync is nothing. */
export function diskFolder(): string {
  const parent = fileURLToPath(new URL("../../data/bench/", import.meta.url));
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(`${parent}ledger-`);
  removeAtExit(folder);
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

const warmUps = 4;
/** Of a rate: closer than this the rounds themselves differ by more. */
const closeEnough = 0.02;

/**
 * A load of some `perSecond` requests for each gateway. A connection pauses before it asks, and
 * asks again when it was answered: a gateway that answers later needs more connections for the same
 * rate. So their number is found by trying, which warms the gateways up as well. A machine that is
 * too slow sends fewer; the rates that came about are told beside the figures.
 *
 * Pauses are exponential, as those of callers who know nothing of each other. With pauses of one
 * length, connections whose answers leave together ask together ever after: it would be such
 * bursts, all connections at once, whose waiting is measured.
 */
export async function pacedLoads(
  { rig, seconds, tiny }: LoadSite,
  gateways: readonly Gateway[],
  perSecond: number,
): Promise<readonly Load[]> {
  const pauseMs = Math.max(2, Math.floor(64_000 / perSecond));
  const most = Math.round((perSecond * pauseMs) / 250);
  const pause = `math.floor(0.5 - ${pauseMs} * math.log(1 - math.random()))`;
  const script = `function delay() return ${pause} end`;
  const loads: Load[] = [];
  for (const { port } of gateways) {
    const url = `http://127.0.0.1:${port}/up/json`;
    let connections = Math.max(1, Math.round((perSecond * (pauseMs + 2)) / 1_000));
    // As hot as code is that has run for an hour.
    await rig.load({ url, connections: 64, seconds });
    for (let round = 0; round < (tiny ? 1 : warmUps); round++) {
      const result = await rig.load({ url, connections, seconds, script });
      const share = (perSecond * result.seconds) / Math.max(1, result.requests);
      if (Math.abs(share - 1) <= closeEnough) break;
      connections = Math.min(most, Math.max(1, Math.round(connections * share)));
    }
    loads.push({ url, connections, seconds, script });
  }
  return loads;
}
