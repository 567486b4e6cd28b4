/** Calls with one answer, passed as they are by each of the proxies, round by round. */
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { none, type Finding, type LoadCase, type LoadSite } from "#bench/load/load-case.ts";
import { cpuUsOf } from "#bench/rig/process-tree.ts";
import { median, ratiosByRound } from "#bench/rig/statistics.ts";
import { methods, numberedFrame } from "./frames.ts";
import { runH2load } from "./h2load.ts";
import { startProxies, type Proxy } from "./proxies.ts";
import { probe, startService, type Service } from "./service.ts";

interface Shape {
  readonly connections: number;
  readonly streams: number;
  readonly textBytes: number;
}

interface Sample {
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly faults: number;
}

export function unary(id: string, title: string, shape: Shape): LoadCase {
  return { id, title, run: (site) => race(site, shape) };
}

async function race(site: LoadSite, shape: Shape): Promise<readonly Finding[]> {
  const frame = numberedFrame(1, shape.textBytes);
  const bodyFile = `${site.rig.directory}/call.bin`;
  writeFileSync(bodyFile, frame);
  const service = await startService(site.rig, frame);
  const proxies = await startProxies(site, service.port);
  const samples = new Map<Proxy["id"], Sample[]>();
  try {
    for (const { name, port } of proxies) await untilPassed(name, port, frame);
    // Round 0 warms up code and connections.
    for (let round = site.tiny ? 1 : 0; round <= site.rounds; round += 1) {
      for (const proxy of proxies) {
        const sample = await measure(site, shape, { proxy, service, bodyFile, frame });
        if (round > 0) samples.set(proxy.id, [...(samples.get(proxy.id) ?? []), sample]);
      }
    }
  } finally {
    for (const { stop } of [...proxies, service]) await stop();
  }
  return findingsOf(proxies, samples);
}

async function untilPassed(name: string, port: number, frame: Buffer): Promise<void> {
  let last: unknown;
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      if (await probe(port, frame)) return;
      last = "the message or its status did not arrive";
    } catch (error) {
      last = error;
    }
    await sleep(50);
  }
  throw new Error(`${name}: ${last instanceof Error ? last.message : String(last)}`);
}

interface Run {
  readonly proxy: Proxy;
  readonly service: Service;
  readonly bodyFile: string;
  readonly frame: Buffer;
}

async function measure(
  { rig, seconds }: LoadSite,
  { connections, streams }: Shape,
  { proxy, service, bodyFile, frame }: Run,
): Promise<Sample> {
  const url = `http://127.0.0.1:${proxy.port}${methods.get}`;
  const answeredBefore = await service.answered();
  const before = cpuUsOf(proxy.pid);
  const load = { url, connections, streams, seconds, bodyFile };
  const { calls, failed, dataBytes, perSecond } = await runH2load(load, rig.cores.load);
  await sleep(20);
  const cpuUs = (cpuUsOf(proxy.pid) - before) / Math.max(1, calls);
  const answered = (await service.answered()) - answeredBefore;
  // h2load knows nothing of grpc-status: an answer without its message is none.
  const whole = dataBytes >= calls * frame.length && answered >= calls;
  return { cpuUs, perSecond, faults: failed + (whole && calls > 0 ? 0 : 1) };
}

function findingsOf(
  proxies: readonly Proxy[],
  samples: ReadonlyMap<Proxy["id"], readonly Sample[]>,
): readonly Finding[] {
  const of = (id: Proxy["id"], field: keyof Sample): readonly number[] =>
    (samples.get(id) ?? []).map((sample) => sample[field]);
  const ratio = (to: Proxy["id"]): number =>
    median(ratiosByRound(of("parlance", "cpuUs"), of(to, "cpuUs")));
  const findings = proxies.flatMap(({ id, name }) => [
    { name: `${name}: CPU for each call`, value: median(of(id, "cpuUs")), unit: "µs" },
    { name: `${name}: calls on one core`, value: median(of(id, "perSecond")), unit: "1/s" },
  ]);
  const faults = proxies.flatMap(({ id }) => of(id, "faults")).reduce((sum, one) => sum + one, 0);
  return [
    ...findings,
    { name: "Parlance to nginx", value: ratio("nginx"), unit: "x", reach: "<= 1.5, or the floor" },
    { name: "Parlance to node:http2 alone", value: ratio("floor"), unit: "x" },
    { name: "Parlance to node:http2 with our fields", value: ratio("fields"), unit: "x" },
    none("failed calls", faults, "calls"),
  ];
}
