/** The load generator wrk: as many requests as a fixed number of connections allows. */
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { startProcess } from "./processes.ts";

export interface Load {
  readonly url: string;
  readonly connections: number;
  /** May be a fraction. */
  readonly seconds: number;
  /** Lua that wrk runs before; sets `wrk.method`, `wrk.body` or defines `request`. */
  readonly script?: string;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Connections that failed or broke, time-outs, and statuses over 399. */
  readonly errors: number;
  readonly errorKinds: Readonly<Record<string, number>>;
}

export interface WrkSite {
  readonly directory: string;
  readonly cores: string;
  readonly threads: number;
}

const report = `
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    '\\nRESULT {"requests":%d,"us":%d,"p50":%d,"p99":%d,' ..
    '"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    e.connect, e.read, e.write, e.status, e.timeout))
end
`;

export async function runWrk(site: WrkSite, load: Load): Promise<LoadResult> {
  const script = `${site.directory}/load-${process.pid}.lua`;
  writeFileSync(script, `${load.script ?? ""}\n${report}`);
  const whole = Math.ceil(load.seconds);
  const threads = Math.min(site.threads, load.connections);
  const args = [`-t${threads}`, `-c${load.connections}`, `-d${whole}s`];
  args.push("--timeout", "10s", "-s", script, load.url);
  const running = startProcess({ file: "wrk", args }, site.cores);
  const startedMs = performance.now();
  let interrupted = false;
  while (!running.ended()) {
    await sleep(10);
    // It takes whole seconds only, but stops in good order when interrupted.
    if (!interrupted && performance.now() - startedMs > load.seconds * 1000 + 50) {
      interrupted = true;
      if (load.seconds < whole) running.signal("SIGINT");
    }
  }
  const json = /^RESULT (\{.*\})$/m.exec(running.output())?.[1];
  if (json === undefined) throw new Error(`wrk gave no result: ${running.output()}`);
  return resultOf(JSON.parse(json) as Record<string, number>);
}

function resultOf(said: Readonly<Record<string, number>>): LoadResult {
  const number = (name: string): number => said[name] ?? NaN;
  const kinds = ["connect", "read", "write", "status", "timeout"] as const;
  const errorKinds = Object.fromEntries(kinds.map((kind) => [kind, number(kind)]));
  return {
    requests: number("requests"),
    seconds: number("us") / 1e6,
    p50Ms: number("p50") / 1000,
    p99Ms: number("p99") / 1000,
    errors: kinds.reduce((sum, kind) => sum + number(kind), 0),
    errorKinds,
  };
}
