/** Opens the ledger of a configuration, and tells it what happens to the gateway. */
import type { Log } from "#base/log.ts";
import { nodeProcesses, type Platform } from "#base/platform.ts";
import type { Ledger, Revision } from "#configuration/configuration.ts";
import type { LostFlight } from "#app/lost-flights.ts";
import { ledgerName } from "./ledger-folders.ts";
import type { OwnEntry } from "./ledger-messages.ts";
import { startLedger, type LedgerService } from "./ledger-service.ts";

export interface LedgerFactsAtStart {
  readonly platform: Platform;
  readonly log: Log;
  readonly ledger: Ledger;
  readonly revision: Revision;
  readonly version: string;
  readonly workers: number;
}

/** Rejects when the ledger cannot be opened, with the reason in words. */
export function openLedger(facts: LedgerFactsAtStart): Promise<LedgerService> {
  const { platform, log, ledger, revision, version, workers } = facts;
  const { host } = nodeProcesses.self();
  return startLedger({
    platform,
    log,
    path: ledger.path,
    checkpoints: ledger.checkpoints,
    name: ledgerName(ledger),
    retention: ledger.retention,
    start: {
      kind: "start",
      revision: revision.id,
      ...(revision.digest === undefined ? {} : { digest: revision.digest }),
      node: host,
      build: version,
      runtime: `node ${process.versions.node} ${process.platform} ${process.arch}`,
      process: process.pid,
      workers,
    },
  });
}

export function revisionEntry({ id, digest }: Revision, before: Revision): OwnEntry {
  const said = digest === undefined ? {} : { digest };
  return { kind: "revision", revision: id, before: before.id, ...said };
}

/** What a dead worker was doing; nobody knows what came of it. */
export function lostEntries(worker: number, flights: readonly LostFlight[]): readonly OwnEntry[] {
  return flights.map(({ id, request, service, startMs }) => {
    const [method = ""] = request.split(" ", 1);
    return {
      kind: "lost",
      exchange: id,
      reason: "its worker died: outcome unknown",
      worker,
      startedUs: Math.floor(startMs * 1_000),
      ...(method === "" ? {} : { method }),
      ...(service === undefined ? {} : { service }),
    };
  });
}
