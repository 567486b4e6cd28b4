/** The running gateway as the admin port shows it. */
import { fileURLToPath } from "node:url";
import type { Platform } from "#base/platform.ts";
import { formatMetrics } from "#analytics/prometheus.ts";
import type { Estate } from "#control/admin-api/operation.ts";
import { explainRoute } from "#gateway/explain.ts";
import { explainedKinds } from "./explained-kinds.ts";
import type { Fleet } from "./fleet.ts";
import { eraseRunning } from "./ledger/erase-running.ts";
import type { LedgerService } from "./ledger/ledger-service.ts";
import { viewLedger } from "./ledger/read-running.ts";

export interface EstateSource {
  readonly platform: Platform;
  readonly fleet: Fleet;
  readonly port: number;
  readonly state: () => Estate["state"];
  readonly ledger: LedgerService | undefined;
  readonly version: string;
  readonly reloads: () => { readonly taken: number; readonly refused: number };
}

export function createEstate(source: EstateSource): Estate {
  const { platform, fleet, port, state, reloads, ledger, version } = source;
  const { clock } = platform;
  const startedMs = clock.monotonicMs();
  const startS = clock.nowMs() / 1_000;
  const secondsSince = (ms: number): number => Math.round(clock.monotonicMs() - ms) / 1_000;
  return {
    version,
    port,
    get state() {
      return state();
    },
    get uptimeS() {
      return secondsSince(startedMs);
    },
    get revision() {
      return fleet.revision;
    },
    explain(request) {
      const { configuration, contracts } = fleet.revision;
      return explainRoute(configuration, request, contracts, explainedKinds(clock));
    },
    workers: () =>
      fleet.workers().map((worker) => ({
        index: worker.index,
        state: worker.state,
        restarts: worker.restarts,
        uptimeS: secondsSince(worker.startedMs),
        connections: worker.gauges.connections,
      })),
    ledger: ledger && viewLedger(platform, ledger),
    eraseSubject: ledger && ((order) => eraseRunning(platform, ledger, order)),
    metrics() {
      const { user, system } = process.cpuUsage();
      return formatMetrics(fleet.traffic(), {
        version,
        revision: fleet.revision.id,
        isReady: state() === "ready",
        startS,
        rssBytes: process.memoryUsage.rss(),
        cpuS: (user + system) / 1e6,
        reloads: reloads(),
        ledger: ledger?.facts(),
        workers: fleet.workers().map((worker) => ({ ...worker, isUp: worker.state === "up" })),
      });
    },
  };
}

export function readVersion({ files }: Platform): string {
  const path = fileURLToPath(new URL("../../package.json", import.meta.url));
  return (JSON.parse(files.read(path).toString("utf8")) as { readonly version: string }).version;
}
