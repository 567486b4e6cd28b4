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
  /** As the configuration says it; absent: open. */
  readonly callers?: object;
  /** As the configuration says it; absent: nothing is put on record. */
  readonly ledger?: object;
  /** Whose answer shows that the configuration is live. */
  readonly readyPath: string;
  /** Of a caller, where callers are told apart. */
  readonly readyKey?: string;
}

export type Services = Readonly<Record<string, Service>>;

interface Service {
  /** Absolute path. */
  readonly contract?: string;
  readonly instances: readonly string[];
  readonly routes?: readonly { readonly id: string; readonly path: string }[];
  readonly policies?: readonly object[];
  readonly balance?: object;
  readonly outlier?: object;
}

export interface Gateway {
  readonly pid: number;
  readonly port: number;
  /** From the start of the process to the first exchange that succeeded. */
  readonly readyMs: number;
  /** Replaces the configuration file in one step, as deployments do. */
  readonly rewrite: (services: Services, callers?: object) => void;
  readonly stop: () => Promise<void>;
}

let started = 0;

export async function startGateway(rig: Rig, plan: GatewayPlan): Promise<Gateway> {
  started += 1;
  const directory = `${rig.directory}/gateway-${started}`;
  mkdirSync(directory);
  const file = `${directory}/parlance.yaml`;
  const port = await freePort();
  const rewrite = (services: Services, callers = plan.callers): void => {
    // Every JSON text is YAML, too.
    const text = JSON.stringify(configurationOf(port, { ...plan, callers }, services));
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };
  rewrite(plan.services);
  const startedMs = performance.now();
  const running = startProcess(startCommand(file), plan.cores);
  try {
    await untilReady(running, "Parlance", () => isReady(port, plan), 60_000);
  } catch (error) {
    await running.stop();
    throw error;
  }
  const readyMs = performance.now() - startedMs;
  return { pid: running.pid, port, readyMs, rewrite, stop: running.stop };
}

function isReady(port: number, { readyPath, readyKey }: GatewayPlan): Promise<boolean> {
  return answers(port, readyPath, readyKey === undefined ? {} : { "x-api-key": readyKey });
}

export async function answers(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  const answer = await request(`http://127.0.0.1:${port}${path}`, { headers });
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

interface Loose {
  readonly ledger?: unknown;
  readonly callers?: unknown;
}

function configurationOf(
  port: number,
  { workers, ledger = "off", callers = "open" }: Pick<GatewayPlan, "workers"> & Loose,
  services: Services,
): object {
  return {
    version: 1,
    listen: { host: "127.0.0.1", port, adminPort: 0, workers },
    callers,
    ledger,
    log: { exchanges: "none" },
    services,
  };
}
