/** `startGateway`: the process from its first line of log to its exit code. */
import { nodePlatform, type Platform } from "#base/platform.ts";
import { startAdminServer, type AdminServer } from "#control/admin-api/server.ts";
import type { Revision } from "#configuration/configuration.ts";
import { createDiscovery, type InstanceDiscovery } from "#discovery/discovery.ts";
import { canShare, holdPort, portRefusal, type HeldPort } from "#runtime/hold-port.ts";
import type { LogForm } from "#runtime/log-lines.ts";
import { createLogSink, type LogSink } from "#runtime/log-sink.ts";
import { listenForHangUps, listenForStop } from "#runtime/signals.ts";
import type { CheckedConfiguration } from "./check-configuration.ts";
import { createEstate, readVersion } from "./estate.ts";
import { createFleet, type Fleet } from "./fleet.ts";
import type { LedgerService } from "./ledger/ledger-service.ts";
import { lostEntries, openLedger } from "./ledger/start-ledger.ts";
import { loadRevision, type LoadedRevision } from "./load-revision.ts";
import { logDiagnostics } from "./log-diagnostics.ts";
import { announceOpen, createReloads, type Reloads } from "./reloads.ts";
import { faults, type Fault } from "./worker-messages.ts";

export interface StartOptions {
  readonly configPath: string;
  /** Instead of the configured ones; 0: any free one. */
  readonly port?: number;
  readonly adminPort?: number;
  /** Log as JSON lines even on a terminal. */
  readonly json: boolean;
}

const exitCodes = { stopped: 0, findings: 1, refused: 3, killed: 130 } as const;
/** How long the end waits for whoever reads the log. */
const logMs = 1_000;
/** Per worker; a test sets less. */
const heapMbMax = Number(process.env["PARLANCE_HEAP_MB"] ?? 1_024);

export async function startGateway(options: StartOptions): Promise<number> {
  const platform = nodePlatform;
  const sink = createLogSink(platform.clock, process.stderr, wantedForm(options));
  const begun = await begin(platform, sink, options);
  if (typeof begun === "number") return begun;
  const { running, signals, hangUps } = begun;
  hangUps.begin(() => void running.reloads.reload("SIGHUP"));

  const signal = await signals.asked;
  running.setDraining();
  sink.log.info("draining", `${signal}: taking nothing new, finishing what is in flight`);
  running.reloads.close();
  running.discovery.close();
  const cut = await running.fleet.drain();
  if (cut > 0) {
    const message = `${cut} connections were cut off: they did not finish within drainMs`;
    sink.log.warn("cut-off", message, { cut });
  }
  await running.admin.close();
  await stopLedger(sink, running.ledger, signal, cut);
  sink.log.info("stopped", "stopped in order", { cut });
  signals.dispose();
  hangUps.dispose();
  // Lines that nobody takes would hold the process for ever.
  const cancel = platform.timers.after(logMs, () => process.exit(exitCodes.stopped));
  await sink.written();
  cancel();
  return exitCodes.stopped;
}

interface Begun {
  readonly running: Running;
  readonly signals: ReturnType<typeof listenForStop>;
  readonly hangUps: ReturnType<typeof listenForHangUps>;
}

/**
 * Up to where it serves, or the exit code; the log has said why. What waits for the end does not
 * hold the first revision: another one may have come by then.
 */
async function begin(
  platform: Platform,
  sink: LogSink,
  { configPath: path, port, adminPort }: StartOptions,
): Promise<Begun | number> {
  const load = (): Promise<LoadedRevision> => loadRevision({ path, port, adminPort }, platform);
  // A renewed certificate or file may be told of before the first one is loaded.
  const hangUps = listenForHangUps();
  const first = await load();
  logDiagnostics(sink.log, sink.form, first.diagnostics);
  if (first.revision === undefined) {
    hangUps.dispose();
    return first.isUnreadable ? exitCodes.refused : exitCodes.findings;
  }
  sink.setLevel(first.revision.configuration.log.level);
  const signals = listenForStop(platform.clock, (signal) => {
    sink.log.warn("killed", `${signal} again: stopped at once`);
    process.exit(exitCodes.killed);
  });
  const running = await startAll(platform, sink, first, load);
  if (running !== undefined) return { running, signals, hangUps };
  signals.dispose();
  hangUps.dispose();
  return exitCodes.refused;
}

/** PARLANCE_LOG=text is for those who read the log through a pipe. */
function wantedForm({ json }: StartOptions): LogForm | undefined {
  if (json) return "json";
  const wanted = process.env["PARLANCE_LOG"];
  return wanted === "text" || wanted === "json" ? wanted : undefined;
}

interface Running {
  readonly fleet: Fleet;
  readonly discovery: InstanceDiscovery;
  readonly ledger: LedgerService | undefined;
  readonly admin: AdminServer;
  readonly reloads: Reloads;
  setDraining(): void;
}

/** Undefined when a port cannot be had or a worker cannot start; the log has said why. */
async function startAll(
  platform: Platform,
  sink: LogSink,
  first: LoadedRevision,
  load: () => Promise<CheckedConfiguration>,
): Promise<Running | undefined> {
  const { log } = sink;
  const { clock } = platform;
  const startedMs = clock.monotonicMs();
  const revision = first.revision as Revision;
  const { configuration } = revision;
  const { host, port: wanted, adminHost, adminPort } = configuration.listen;
  const refuse = (message: string): undefined => log.error("start-refused", message) as undefined;

  let held: HeldPort;
  try {
    held = await holdPort(platform, host, wanted);
  } catch (error) {
    return refuse(portRefusal(error, "the port for callers", host, wanted));
  }
  const { port } = held;
  const workers = workersOf(configuration.listen.workers, sink);
  const version = readVersion(platform);
  let ledger: LedgerService | undefined;
  try {
    const facts = { platform, log, revision, version, workers };
    if (configuration.ledger !== undefined) {
      ledger = await openLedger({ ...facts, ledger: configuration.ledger });
    }
  } catch (error) {
    await held.afterWorkers();
    return refuse(`the ledger cannot be opened: ${messageOf(error)}`);
  }
  const discovery = createDiscovery(platform, log, () => fleet.renewInstances());
  const fleet: Fleet = createFleet(revision, {
    instances: () => discovery.lists,
    ...{ platform, sink, host, port, workers, heapMbMax, ledger },
    knownProblems: first.knownProblems,
    onLost: (worker, flights) => {
      ledger?.append(lostEntries(worker, flights)).catch(() => undefined);
    },
  });
  let state: "starting" | "ready" | "draining" = "starting";
  const counts = { taken: 0, refused: 0 };
  const estate = createEstate({
    ...{ platform, fleet, port, ledger, version, discovery },
    state: () => state,
    reloads: () => counts,
  });
  let admin: AdminServer;
  try {
    // While the other port is still held, so that the two are never the same.
    admin = await startAdminServer(platform, log, { host: adminHost, port: adminPort }, estate);
  } catch (error) {
    discovery.close();
    await held.afterWorkers();
    await stopLedger(sink, ledger, "the start was refused", 0);
    return refuse(portRefusal(error, "the admin port", adminHost, adminPort));
  }
  try {
    await discovery.take(configuration);
    await held.beforeWorkers();
    await fleet.start();
  } catch (error) {
    await admin.close();
    discovery.close();
    await fleet.drain();
    await stopLedger(sink, ledger, "the start was refused", 0);
    return refuse(startRefusal(error, host, port));
  } finally {
    await held.afterWorkers();
  }
  const reloads = createReloads({
    ...{ platform, sink, fleet, discovery, ledger, first, load, counts },
  });
  allowFaults(fleet, ledger);
  if (configuration.callers === "open") announceOpen(log);
  state = "ready";
  const isSecure = configuration.listen.tls !== undefined;
  const where = `${urlOf(host, port, isSecure)}, admin ${urlOf(adminHost, admin.port)}`;
  const afterMs = Math.round(clock.monotonicMs() - startedMs);
  const fields = { port, adminPort: admin.port, workers, revision: revision.id, afterMs };
  log.info("ready", `listening on ${where}`, fields);
  return { fleet, discovery, ledger, admin, reloads, setDraining: () => (state = "draining") };
}

function startRefusal(error: unknown, host: string, port: number): string {
  const isSystem = error instanceof Error && "code" in error;
  if (isSystem) return portRefusal(error, "the port for callers", host, port);
  return `a worker cannot start: ${messageOf(error)}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function stopLedger(
  { log }: LogSink,
  ledger: LedgerService | undefined,
  reason: string,
  cutOff: number,
): Promise<void> {
  if (ledger === undefined || (await ledger.stop({ kind: "stop", reason, cutOff }))) return;
  const { missed } = ledger.facts();
  const message =
    "the ledger did not work at the end: not all is on record, and no gap entry tells";
  log.error("ledger-not-whole", message, { missed });
}

/** Only Linux spreads connections over sockets that share a port. */
function workersOf(wanted: number, { log }: LogSink): number {
  if (wanted === 1 || canShare) return wanted;
  const reason = `workers cannot share a port on ${process.platform}`;
  log.warn("one-worker", `${reason}: one runs instead of ${wanted}`);
  return 1;
}

/** Tests name a fault in PARLANCE_TEST_FAULT and send SIGUSR2. */
function allowFaults(fleet: Fleet, ledger: LedgerService | undefined): void {
  const named = process.env["PARLANCE_TEST_FAULT"];
  if (named === "end-ledger-thread") process.on("SIGUSR2", () => ledger?.causeFault());
  const fault = faults.find((one): one is Fault => one === named);
  if (fault !== undefined) process.on("SIGUSR2", () => fleet.causeFault(fault));
}

function urlOf(host: string, port: number, isSecure = false): string {
  return `http${isSecure ? "s" : ""}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
