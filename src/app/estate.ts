/**
 * The running gateway as the admin port shows it. What needs the code of policies is loaded when it
 * is asked for: the main thread has no other use for it.
 */
import { fileURLToPath } from "node:url";
import type { Platform } from "#base/platform.ts";
import { formatMetrics } from "#analytics/prometheus.ts";
import { isProblem } from "#base/problem.ts";
import type { Estate } from "#control/admin-api/operation.ts";
import { notOver } from "#control/problems.ts";
import { withInstances } from "#configuration/found-instance.ts";
import type { InstanceDiscovery } from "#discovery/discovery.ts";
import type { Fleet } from "./fleet.ts";
import { eraseRunning } from "./ledger/erase-running.ts";
import type { LedgerService } from "./ledger/ledger-service.ts";
import { viewLedger } from "./ledger/read-running.ts";
import type { ShownExchange } from "./ledger/show-exchange.ts";

export interface EstateSource {
  readonly platform: Platform;
  readonly fleet: Fleet;
  readonly discovery: InstanceDiscovery;
  readonly port: number;
  readonly state: () => Exclude<Estate["state"], "without-worker">;
  readonly ledger: LedgerService | undefined;
  readonly version: string;
  readonly reloads: () => { readonly taken: number; readonly refused: number };
}

export function createEstate(source: EstateSource): Estate {
  const { platform, fleet, port, reloads, ledger, version, discovery } = source;
  const { clock } = platform;
  const startedMs = clock.monotonicMs();
  const view = ledger && viewLedger(platform, ledger);
  const startS = clock.nowMs() / 1_000;
  const state = (): Estate["state"] => {
    const now = source.state();
    const isServed = now !== "ready" || fleet.workers().some((worker) => worker.state === "up");
    return isServed ? now : "without-worker";
  };
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
    leases: discovery,
    async explain(request) {
      const { explainRoute } = await import("#gateway/explain.ts");
      const { askedGateway, explainWithStore } = await import("./explain-with-store.ts");
      const { contracts } = fleet.revision;
      const configuration = withInstances(fleet.revision.configuration, discovery.lists);
      const revision = { configuration, contracts };
      return explainWithStore(platform, revision, askedGateway(fleet), (kinds) =>
        explainRoute(configuration, request, contracts, kinds),
      );
    },
    explainExchange:
      view &&
      (async (exchange, by) => {
        const shown = await view.exchange(exchange, false, by);
        if (isProblem(shown)) return shown;
        const { explainExchange } = await import("./explain-exchange.ts");
        const { askedGateway, explainWithStore } = await import("./explain-with-store.ts");
        const configuration = withInstances(fleet.revision.configuration, discovery.lists);
        const revision = { ...fleet.revision, configuration };
        const gateway = askedGateway(fleet);
        const explained = await explainWithStore(platform, revision, gateway, (kinds) =>
          explainExchange(shown as ShownExchange, revision, kinds),
        );
        return explained ?? notOver(exchange);
      }),
    async signingKeys() {
      const { publishedKeys } = await import("./signing-keys.ts");
      return publishedKeys(fleet.revision.configuration);
    },
    purge: (serviceNames) => fleet.purge(serviceNames),
    workers: () =>
      fleet.workers().map((worker) => ({
        index: worker.index,
        state: worker.state,
        restarts: worker.restarts,
        uptimeS: secondsSince(worker.startedMs),
        connections: worker.gauges.connections,
      })),
    ledger: view,
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
