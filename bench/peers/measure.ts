/**
 * One run of one workload through one running proxy, with the checks that make its figures count.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import { cpuUsOf, residentBytesOf } from "#bench/rig/process-tree.ts";
import type { Rig } from "#bench/rig/rig.ts";
import { scriptOf, type Workload } from "./workloads.ts";

export interface Sample {
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** Of the proxy's process tree, user and system. */
  readonly cpuUsPerExchange: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly residentBytes: number;
  /** That the upstream accepted during the run. */
  readonly upstreamConnections: number;
  /** What makes this run worthless; empty: nothing. */
  readonly faults: readonly string[];
}

const trusting = new Agent({ connect: { rejectUnauthorized: false }, pipelining: 0 });

function urlOf(port: number, workload: Workload): string {
  return `${workload.tls ? "https" : "http"}://127.0.0.1:${port}${workload.path}`;
}

/** Asks once and compares every byte: a proxy that answers something else is not measured. */
export async function probe(
  port: number,
  workload: Workload,
  key: string | undefined,
): Promise<boolean> {
  const type = workload.body === "" ? {} : { "content-type": "application/json" };
  const answer = await request(urlOf(port, workload), {
    method: workload.method,
    dispatcher: trusting,
    headers: { ...type, ...(key === undefined ? {} : { "x-api-key": key }) },
    ...(workload.body === "" ? {} : { body: workload.body }),
  });
  const body = await answer.body.text();
  return answer.statusCode === 200 && body === workload.expected;
}

export async function measure(
  rig: Rig,
  running: { readonly pid: number; readonly port: number; readonly key?: string | undefined },
  workload: Workload,
  load: { readonly connections: number; readonly seconds: number },
): Promise<Sample> {
  const upstreamBefore = await rig.upstream.counts();
  const cpuBefore = cpuUsOf(running.pid);
  const result = await rig.load({
    ...load,
    url: urlOf(running.port, workload),
    script: scriptOf(workload, running.key),
  });
  await sleep(20); // Answers that were under way when the generator stopped.
  const cpuUs = cpuUsOf(running.pid) - cpuBefore;
  const residentBytes = residentBytesOf(running.pid);
  const upstreamAfter = await rig.upstream.counts();
  const upstreamConnections = upstreamAfter.connections - upstreamBefore.connections;
  const upstreamRequests = upstreamAfter.requests - upstreamBefore.requests;
  const faults: string[] = [];
  if (result.requests === 0) faults.push("no request was answered");
  if (result.errors > 0) faults.push(`errors ${JSON.stringify(result.errorKinds)}`);
  if (upstreamRequests < result.requests) {
    faults.push(`${result.requests} answers, but the upstream saw ${upstreamRequests} requests`);
  }
  // At most one new connection for each caller, and one for each that a refused reuse replaced.
  if (upstreamConnections > load.connections * 2) {
    faults.push(`upstream keep-alive not in use: ${upstreamConnections} connections`);
  }
  return {
    requests: result.requests,
    requestsPerSecond: result.requests / result.seconds,
    cpuUsPerExchange: cpuUs / result.requests,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    residentBytes,
    upstreamConnections,
    faults,
  };
}
