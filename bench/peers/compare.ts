/** The comparison: every proxy under every workload, round by round, A B A B. */
import { mkdirSync } from "node:fs";
import { freePort, startProcess, untilReady, type Running } from "#bench/rig/processes.ts";
import type { Rig } from "#bench/rig/rig.ts";
import { median, ratiosByRound, spreadOf, type Spread } from "#bench/rig/statistics.ts";
import { measure, probe, type Sample } from "./measure.ts";
import type { Peer } from "./peer.ts";
import type { Workload } from "./workloads.ts";

export interface Row {
  readonly peer: string;
  readonly name: string;
  readonly version: string;
  readonly note: string | undefined;
  readonly onNode: boolean;
  readonly workload: string;
  readonly cpuUsPerExchange: Spread;
  /** CPU per exchange to that of the reference in the same round; absent without a reference. */
  readonly ratio: Spread | undefined;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly residentBytes: number;
  readonly requests: number;
  readonly upstreamConnections: number;
  readonly faults: readonly string[];
}

interface Skipped {
  readonly peer: string;
  readonly name: string;
  readonly reason: string;
}

export interface Comparison {
  readonly rows: readonly Row[];
  readonly skipped: readonly Skipped[];
}

export interface Plan {
  readonly peers: readonly Peer[];
  readonly workloads: readonly Workload[];
  readonly referenceId: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  readonly warmUp: boolean;
  readonly progress: (message: string) => void;
}

interface Entrant {
  readonly peer: Peer;
  readonly version: string;
  readonly port: number;
  readonly running: Running;
}

/**
 * Code that Node compiles while it runs costs more until then, and so does compiling it; a proxy
 * runs for weeks.
 */
const firstLoadS = 12;

export async function compare(rig: Rig, plan: Plan): Promise<Comparison> {
  const rows: Row[] = [];
  const skipped = new Map<string, Skipped>();
  const skip = (peer: Peer, reason: string): void => {
    skipped.set(`${peer.id} ${reason}`, { peer: peer.id, name: peer.name, reason });
    plan.progress(`${peer.name} skipped: ${reason}`);
  };
  for (const tls of [false, true]) {
    const workloads = plan.workloads.filter((workload) => workload.tls === tls);
    if (workloads.length === 0) continue;
    const entrants = await startAll(rig, plan, tls, skip);
    for (const [index, workload] of workloads.entries()) {
      const warmUpS = index === 0 ? Math.max(firstLoadS, plan.seconds) : plan.seconds;
      const able = await thoseWhoAnswer(entrants, workload, skip);
      rows.push(...(await race(rig, plan, able, workload, warmUpS)));
    }
    await Promise.all(entrants.map((entrant) => entrant.running.stop()));
  }
  return { rows, skipped: [...skipped.values()] };
}

async function startAll(
  rig: Rig,
  plan: Plan,
  tls: boolean,
  skip: (peer: Peer, reason: string) => void,
): Promise<readonly Entrant[]> {
  const entrants: Entrant[] = [];
  for (const peer of plan.peers) {
    const found = peer.find();
    if ("missing" in found) {
      skip(peer, found.missing);
      continue;
    }
    const directory = `${rig.directory}/${peer.id}${tls ? "-tls" : ""}`;
    mkdirSync(directory);
    const port = await freePort();
    const certificate = tls ? rig.certificate : undefined;
    const site = { directory, port, upstreamPort: rig.upstream.port, tls: certificate };
    const running = startProcess(peer.prepare(site), rig.cores.gateway);
    entrants.push({ peer, version: found.version, port, running });
  }
  return entrants;
}

async function thoseWhoAnswer(
  entrants: readonly Entrant[],
  workload: Workload,
  skip: (peer: Peer, reason: string) => void,
): Promise<readonly Entrant[]> {
  const able: Entrant[] = [];
  for (const entrant of entrants) {
    const { peer, port, running } = entrant;
    try {
      await untilReady(running, peer.name, () => probe(port, workload, peer.key));
      able.push(entrant);
    } catch (error) {
      skip(peer, `${workload.id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return able;
}

/** Round 0 warms up code and connections and does not count. */
async function race(
  rig: Rig,
  plan: Plan,
  entrants: readonly Entrant[],
  workload: Workload,
  warmUpS: number,
): Promise<readonly Row[]> {
  const samples = new Map<Entrant, Sample[]>(entrants.map((entrant) => [entrant, []]));
  const { connections } = plan;
  for (let round = plan.warmUp ? 0 : 1; round <= plan.rounds; round += 1) {
    plan.progress(`${workload.name}: ${round === 0 ? "warm-up" : `round ${round}`}`);
    for (const [entrant, taken] of samples) {
      const at = { pid: entrant.running.pid, port: entrant.port, key: entrant.peer.key };
      const seconds = round === 0 ? warmUpS : plan.seconds;
      const sample = await measure(rig, at, workload, { connections, seconds });
      if (round > 0) taken.push(sample);
    }
  }
  const reference = entrants.find((entrant) => entrant.peer.id === plan.referenceId);
  const referenceSamples = reference === undefined ? [] : (samples.get(reference) ?? []);
  return [...samples].map(([entrant, taken]) => rowOf(entrant, workload, taken, referenceSamples));
}

function rowOf(
  entrant: Entrant,
  workload: Workload,
  samples: readonly Sample[],
  reference: readonly Sample[],
): Row {
  const cpu = samples.map((sample) => sample.cpuUsPerExchange);
  const ratios = ratiosByRound(
    cpu,
    reference.map((sample) => sample.cpuUsPerExchange),
  );
  const middle = (field: (sample: Sample) => number): number => median(samples.map(field));
  const sum = (field: (sample: Sample) => number): number =>
    samples.reduce((total, sample) => total + field(sample), 0);
  return {
    peer: entrant.peer.id,
    name: entrant.peer.name,
    version: entrant.version,
    note: entrant.peer.note,
    onNode: entrant.peer.onNode ?? false,
    workload: workload.id,
    cpuUsPerExchange: spreadOf(cpu),
    ratio: ratios.length === 0 ? undefined : spreadOf(ratios),
    requestsPerSecond: middle((sample) => sample.requestsPerSecond),
    p50Ms: middle((sample) => sample.p50Ms),
    p99Ms: middle((sample) => sample.p99Ms),
    residentBytes: middle((sample) => sample.residentBytes),
    requests: sum((sample) => sample.requests),
    upstreamConnections: sum((sample) => sample.upstreamConnections),
    faults: [...new Set(samples.flatMap((sample) => sample.faults))],
  };
}
