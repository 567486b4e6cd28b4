/**
 * Runs the sample estate: the services, then the gateway before them, each as a process of its own.
 * The gateway is started as anybody starts it, by its command line.
 */
import { resolve as absolute } from "node:path";
import { fileURLToPath } from "node:url";
import { keysIn } from "./demo/keys.ts";
import { anyFreePortIfZero, isListening, refusalOfPorts } from "./demo/ports.ts";
import { createReport, type Report } from "./demo/report.ts";
import { serviceProgramsIn, type ServiceProgram, type Station } from "./demo/stations.ts";
import { supervise, type Supervised } from "./demo/supervise.ts";
import { trialsOf } from "./demo/trials.ts";

export interface DemoOptions {
  /** 8080; 0 for any free one, and so for the admin port, 8081. */
  readonly port?: number | undefined;
  readonly adminPort?: number | undefined;
  /** One JSON object a line instead of text. */
  readonly json: boolean;
}

const readyMs = 20_000;
/** Longer than the gateway's own drain time-out, which is 10 s. */
const gatewayGraceMs = 15_000;
const serviceGraceMs = 5_000;
const sameKeyMs = 400;

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Exit code: 0 stopped as asked, 3 the world refused, 130 killed by a second Ctrl-C. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const report = createReport(options.json);
  const port = await anyFreePortIfZero(options.port ?? 8080);
  const adminPort = await anyFreePortIfZero(options.adminPort ?? 8081);
  const gatewayUrl = `http://127.0.0.1:${port}`;
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  let programs: readonly ServiceProgram[];
  let keys: ReturnType<typeof keysIn>;
  // The gateway, too, gets it from here: relative to the folder that the demo was started in.
  const dataFolder = absolute(process.env["ESTATE_DATA"] || pathOf("data"));
  try {
    keys = keysIn(dataFolder);
    programs = serviceProgramsIn(dataFolder, gatewayUrl, keys);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    report({ event: "refused", message: `The estate cannot start: ${why}` });
    return 3;
  }
  const taken = await refusalOfPorts([
    ...programs.map(({ port: wanted, name }) => ({
      port: wanted,
      name,
      otherwise: `${name.toUpperCase().replace("-", "_")}_PORT=...`,
    })),
    { port, name: "the gateway", otherwise: "--port" },
    { port: adminPort, name: "the gateway's admin", otherwise: "--admin-port" },
  ]);
  if (taken !== undefined) {
    report({ event: "refused", message: taken });
    return 3;
  }

  const services: Supervised[] = [];
  let gateway: Supervised | undefined;
  const wish = listenForStop(report, () => {
    for (const child of [gateway, ...services]) child?.kill();
  });
  const failure = new AbortController();
  const signal = AbortSignal.any([wish.signal, failure.signal]);
  try {
    const started = programs.map((program) => {
      const { name, script, env } = program;
      const child = supervise({ name, args: [script], env, isTalkative: false }, report);
      services.push(child);
      // Those that speak no HTTP/1.1 have no address that tells how they are.
      const where = program.url.startsWith("http:") ? `${program.url}/health` : program.url;
      return waitUntilUp(program, where, child, signal, report);
    });
    await Promise.all(started);
    const ports = ["--port", String(port), "--admin-port", String(adminPort)];
    const command = ["start", "--config", pathOf("parlance.yaml"), ...ports];
    const args = [pathOf("../../src/cli/main.ts"), ...command];
    const log = options.json ? "json" : "text";
    const env = {
      STOREFRONT_KEY: keys.storefront,
      ORDERS_KEY: keys.orders,
      ESTATE_DATA: dataFolder,
      PARLANCE_LOG: log,
    };
    gateway = supervise({ name: "gateway", args, env, isTalkative: true }, report);
    const station = { name: "gateway", url: gatewayUrl, speaks: "all of it" };
    await waitUntilUp(station, `${adminUrl}/readyz`, gateway, signal, report);
    const page = `http://localhost:${port}/storefront/`;
    const trials = trialsOf(gatewayUrl, adminUrl, `${dataFolder}/ledger`, keys);
    const shown = programs.map(({ name, url, speaks }) => ({ name, url, speaks }));
    const ready = { page, gateway: gatewayUrl, admin: adminUrl, services: shown, trials };
    report({ event: "ready", ...ready });
    await wish.asked;
  } catch (error) {
    failure.abort();
    if (!(error instanceof NotUp)) throw error;
    if (!wish.signal.aborted) report({ event: "refused", message: error.message });
  } finally {
    // The gateway finishes what is in flight while the services still answer.
    await gateway?.stop(gatewayGraceMs);
    await Promise.all(services.map((service) => service.stop(serviceGraceMs)));
    wish.dispose();
  }
  if (wish.isKilled()) return 130;
  return wish.signal.aborted ? 0 : 3;
}

class NotUp extends Error {
  override readonly name = "NotUp";
}

async function waitUntilUp(
  station: Station,
  url: string,
  child: Supervised,
  signal: AbortSignal,
  report: Report,
): Promise<void> {
  const { name } = station;
  const startedMs = performance.now();
  for (;;) {
    if (signal.aborted) throw new NotUp("stopped before everything was up");
    if (child.deaths() > 1) throw new NotUp(`${name} does not start: ${child.lastEnd()}`);
    const afterMs = Math.round(performance.now() - startedMs);
    if (afterMs > readyMs) throw new NotUp(`${name} did not answer at ${url} in ${readyMs} ms`);
    if (await answers(url)) {
      const { url: shown, speaks } = station;
      report({ event: "up", name, url: shown, speaks, afterMs, pid: child.pid() ?? 0 });
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function answers(url: string): Promise<boolean> {
  if (!url.startsWith("http:")) return isListening(Number(new URL(url).port));
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

/** The first signal asks for an orderly stop, the second one kills. */
function listenForStop(report: Report, kill: () => void) {
  const controller = new AbortController();
  let isKilled = false;
  let askedMs = 0;
  const asked = new Promise<void>((resolve) => {
    controller.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  const onSignal = (): void => {
    if (controller.signal.aborted) {
      // A launcher passes on the signal that the terminal has sent to all: that is one Ctrl-C.
      if (performance.now() < askedMs + sameKeyMs) return;
      isKilled = true;
      kill();
      return;
    }
    report({ event: "stopping" });
    askedMs = performance.now();
    controller.abort();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    asked,
    isKilled: () => isKilled,
    dispose: () => {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}
