/** A Parlance process under load: started from a configuration that a case can rewrite. */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { request } from "undici";
import { startCommand } from "#bench/peers/parlance.ts";
import { freePort, startProcess, untilReady } from "#bench/rig/processes.ts";
import type { Rig } from "#bench/rig/rig.ts";

export interface GatewayPlan {
  readonly workers: number;
  /** As taskset takes them. */
  readonly cores: string;
  readonly services: Services;
  /** As the configuration says it; absent: nothing is put on record. */
  readonly ledger?: object;
  /** Whose answer shows that the configuration is live. */
  readonly readyPath: string;
}

export type Services = Readonly<Record<string, Service>>;

interface Service {
  /** Absolute path. */
  readonly contract?: string;
  readonly instances: readonly string[];
  readonly routes?: readonly { readonly id: string; readonly path: string }[];
}

export interface Gateway {
  readonly pid: number;
  readonly port: number;
  /** From the start of the process to the first exchange that succeeded. */
  readonly readyMs: number;
  /** Replaces the configuration file in one step, as deployments do. */
  readonly rewrite: (services: Services) => void;
  readonly stop: () => Promise<void>;
}

let started = 0;

export async function startGateway(rig: Rig, plan: GatewayPlan): Promise<Gateway> {
  started += 1;
  const directory = `${rig.directory}/gateway-${started}`;
  mkdirSync(directory);
  const file = `${directory}/parlance.yaml`;
  const port = await freePort();
  const rewrite = (services: Services): void => {
    // Every JSON text is YAML, too.
    writeFileSync(`${file}.new`, JSON.stringify(configurationOf(port, plan, services)));
    renameSync(`${file}.new`, file);
  };
  rewrite(plan.services);
  const startedMs = performance.now();
  const running = startProcess(startCommand(file), plan.cores);
  try {
    await untilReady(running, "Parlance", () => answers(port, plan.readyPath), 60_000);
  } catch (error) {
    await running.stop();
    throw error;
  }
  const readyMs = performance.now() - startedMs;
  return { pid: running.pid, port, readyMs, rewrite, stop: running.stop };
}

export async function answers(port: number, path: string): Promise<boolean> {
  const answer = await request(`http://127.0.0.1:${port}${path}`);
  await answer.body.dump();
  return answer.statusCode === 200;
}

/** The service `up` with the rig's upstream, and whatever else is named. */
export function servicesOf(rig: Rig, ...names: readonly string[]): Services {
  const instances = [`http://127.0.0.1:${rig.upstream.port}`];
  return Object.fromEntries(["up", ...names].map((name) => [name, { instances }]));
}

export function plainPlan(rig: Rig, cores = rig.cores.gateway, workers = 1): GatewayPlan {
  return { workers, cores, services: servicesOf(rig), readyPath: "/up/json" };
}

function configurationOf(
  port: number,
  { workers, ledger = "off" }: Pick<GatewayPlan, "workers"> & { readonly ledger?: unknown },
  services: Services,
): object {
  return {
    version: 1,
    listen: { host: "127.0.0.1", port, adminPort: 0, workers },
    callers: "open",
    ledger,
    log: { exchanges: "none" },
    services,
  };
}
