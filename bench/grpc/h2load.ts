/** The load generator h2load: as many calls as a fixed number of streams allows, over h2c. */
import { setTimeout as sleep } from "node:timers/promises";
import { startProcess } from "#bench/rig/processes.ts";

export interface StreamLoad {
  readonly url: string;
  readonly connections: number;
  /** At once, on each connection. */
  readonly streams: number;
  readonly seconds: number;
  /** Holds the body of every call. */
  readonly bodyFile: string;
}

export interface StreamLoadResult {
  readonly calls: number;
  readonly perSecond: number;
  readonly meanMs: number;
  readonly dataBytes: number;
  readonly failed: number;
}

export async function runH2load(load: StreamLoad, cores: string): Promise<StreamLoadResult> {
  const { connections, streams, seconds, bodyFile, url } = load;
  const args = ["-t", "1", "-c", `${connections}`, "-m", `${streams}`];
  args.push("-D", `${Math.ceil(seconds * 1000)}ms`, "-d", bodyFile);
  args.push("-H", "content-type: application/grpc", "-H", "te: trailers", url);
  const running = startProcess({ file: "h2load", args }, cores);
  while (!running.ended()) await sleep(10);
  const said = running.output();
  const number = (pattern: RegExp): number => {
    const found = pattern.exec(said)?.[1];
    if (found === undefined) throw new Error(`h2load gave no result: ${said}`);
    return Number(found);
  };
  const calls = number(/, (\d+) succeeded/);
  return {
    calls,
    perSecond: number(/finished in .*?, ([\d.]+) req\/s/),
    meanMs: meanMsOf(said),
    dataBytes: number(/headers .*\((\d+)\) data/),
    failed: number(/, (\d+) failed/) + number(/, (\d+) timeout/),
  };
}

/** The third of min, max and mean. */
function meanMsOf(said: string): number {
  const [, , , mean = "", unit = ""] =
    /time for request: +(\S+) +(\S+) +([\d.]+)(us|ms|s)/.exec(said) ?? [];
  return Number(mean) * ({ us: 0.001, ms: 1, s: 1000 }[unit] ?? NaN);
}
