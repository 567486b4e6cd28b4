/** `startGateway`: the process from its first line of log to its exit code. */
import type { Log } from "#base/log.ts";
import { nodePlatform, type Platform } from "#base/platform.ts";
import type { Configuration } from "#configuration/configuration.ts";
import { createRevision } from "#configuration/revision.ts";
import { holdPort, portRefusal, type HeldPort } from "#runtime/hold-port.ts";
import { createLogSink } from "#runtime/log-sink.ts";
import { listenForStop } from "#runtime/stop-signals.ts";
import { startAdmin } from "./admin.ts";
import { checkConfiguration } from "./check-configuration.ts";
import { createFleet } from "./fleet.ts";
import { logDiagnostics } from "./log-diagnostics.ts";

export interface StartOptions {
  readonly configPath: string;
  /** Instead of the configured ones; 0: any free one. */
  readonly port?: number;
  readonly adminPort?: number;
  /** Log as JSON lines even on a terminal. */
  readonly json: boolean;
}

export const exitCodes = { stopped: 0, findings: 1, refused: 3, killed: 130 } as const;

export async function startGateway(options: StartOptions): Promise<number> {
  const platform = nodePlatform;
  const startedMs = platform.clock.monotonicMs();
  const sink = createLogSink(platform.clock, process.stderr, options.json);
  const { log } = sink;
  const loaded = checkConfiguration(options.configPath, platform.files);
  logDiagnostics(log, sink.form, loaded.diagnostics);
  if (loaded.configuration === undefined) {
    const isUnreadable = loaded.diagnostics.some(({ code }) => code === "unreadable-configuration");
    return isUnreadable ? exitCodes.refused : exitCodes.findings;
  }
  const configuration = withPorts(loaded.configuration, options);
  sink.setLevel(configuration.log.level);
  const { listen } = configuration;
  const held = await takePort(platform, log, listen.host, listen.port);
  if (held === undefined) return exitCodes.refused;
  const workers = workersOf(listen.workers, log);
  const { host } = listen;
  const fleet = createFleet({
    platform,
    sink,
    host,
    port: held.port,
    workers,
    first: createRevision(configuration),
  });
  let state: "starting" | "ready" | "draining" = "starting";
  const adminWhere = { host: listen.adminHost, port: listen.adminPort };
  const admin = await startAdmin(platform, adminWhere, {
    isReady: () => state === "ready",
  }).catch((error: unknown) => {
    log.error("port-refused", portRefusal(error, "admin port", adminWhere.host, adminWhere.port));
  });
  await held.release();
  if (admin === undefined) return exitCodes.refused;
  const signals = listenForStop(platform.clock, (signal) => {
    log.warn("killed", `${signal} again: stopping at once`);
    process.exit(exitCodes.killed);
  });
  try {
    await fleet.start();
  } catch (error) {
    log.error("start-failed", portRefusal(error, "port", host, held.port));
    await admin.close();
    signals.dispose();
    return exitCodes.refused;
  }
  if (configuration.callers === "open") {
    log.warn("callers-open", "callers: open, anybody may call everything; for local work only");
  }
  state = "ready";
  log.info(
    "ready",
    `listening on ${urlOf(host, held.port)}, admin ${urlOf(adminWhere.host, admin.port)}`,
    {
      port: held.port,
      adminPort: admin.port,
      workers,
      revision: fleet.revision.id,
      afterMs: Math.round(platform.clock.monotonicMs() - startedMs),
    },
  );
  const signal = await signals.asked;
  state = "draining";
  log.info("draining", `${signal}: finishing what is in flight`);
  const cut = await fleet.drain();
  if (cut > 0) log.warn("exchanges-cut", "not all could finish in time", { cut });
  await admin.close();
  log.info("stopped", "stopped");
  signals.dispose();
  return exitCodes.stopped;
}

function withPorts(configuration: Configuration, { port, adminPort }: StartOptions): Configuration {
  const { listen } = configuration;
  return {
    ...configuration,
    listen: { ...listen, port: port ?? listen.port, adminPort: adminPort ?? listen.adminPort },
  };
}

async function takePort(
  platform: Platform,
  log: Log,
  host: string,
  port: number,
): Promise<HeldPort | undefined> {
  try {
    return await holdPort(platform, host, port);
  } catch (error) {
    log.error("port-refused", portRefusal(error, "port", host, port), { port });
    return undefined;
  }
}

/** Only Linux spreads connections over sockets that share a port. */
function workersOf(wanted: number, log: Log): number {
  if (wanted === 1 || process.platform === "linux") return wanted;
  const why = `workers cannot share a port on ${process.platform}: running one instead of ${wanted}`;
  log.warn("one-worker", why);
  return 1;
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
