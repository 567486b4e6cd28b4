/**
 * A new configuration for a running gateway: read again when a file has changed and on SIGHUP,
 * checked as `check` does, then taken by all workers or by none.
 */
import { hash } from "node:crypto";
import type { Log } from "#base/log.ts";
import type { Platform } from "#base/platform.ts";
import type { Configuration, Revision } from "#configuration/configuration.ts";
import { diffConfigurations, type Change } from "#configuration/diff.ts";
import type { InstanceDiscovery } from "#discovery/discovery.ts";
import { createFileWatch } from "#runtime/watch-files.ts";
import type { LogSink } from "#runtime/log-sink.ts";
import type { CheckedConfiguration } from "./check-configuration.ts";
import type { Fleet } from "./fleet.ts";
import type { LedgerService } from "./ledger/ledger-service.ts";
import { revisionEntry } from "./ledger/start-ledger.ts";
import { logDiagnostics } from "./log-diagnostics.ts";

export interface ReloadOptions {
  readonly platform: Platform;
  readonly sink: LogSink;
  readonly fleet: Fleet;
  readonly discovery: Pick<InstanceDiscovery, "take">;
  /** What the gateway has started with. */
  readonly first: CheckedConfiguration;
  readonly load: () => Promise<CheckedConfiguration>;
  /** Undefined: nothing is put on record. */
  readonly ledger: LedgerService | undefined;
  /** Counts up. */
  readonly counts: ReloadCounts;
}

export interface ReloadCounts {
  taken: number;
  refused: number;
}

export interface Reloads {
  /** One after the other; several wishes while one runs become one. */
  reload(why: string): Promise<void>;
  close(): void;
}

/**
 * What is decided at the start; the rest of `listen` is taken by listening sockets as they are, and
 * of `ledger` by the next exchanges.
 */
const fixedPaths = [
  ...["host", "port", "adminHost", "adminPort", "workers", "text"].map(
    (field) => `listen.${field}`,
  ),
  ...["ledger", "ledger.path", "ledger.checkpoints", "ledger.origin", "ledger.retention"],
  "state.path",
];
const fileBytesMax = 8 * 1024 * 1024;
const changesShown = 20;

export function createReloads(options: ReloadOptions): Reloads {
  const { platform, sink, fleet, discovery, ledger, first, load, counts } = options;
  const log: Log = sink.log;
  const { configuration: started } = first.revision as Revision;
  let named = digestNamed(first, platform);
  let running: Promise<void> | undefined;
  let isWanted = false;
  const watch = createFileWatch(platform, () => void reload("a file has changed"));
  watch.watch(first.filesRead);

  async function reload(why: string): Promise<void> {
    if (running !== undefined) {
      isWanted = true;
      return running;
    }
    running = reloadUntilDone(why);
    await running;
    running = undefined;
  }

  async function reloadUntilDone(why: string): Promise<void> {
    do {
      isWanted = false;
      try {
        await reloadOnce(why);
      } catch (error) {
        counts.refused++;
        const reason = error instanceof Error ? error.message : String(error);
        const { id } = fleet.revision;
        log.error("reload-refused", `revision ${id} stays: a worker cannot take the new one`, {
          revision: id,
          reason,
        });
      }
    } while (isWanted);
  }

  async function reloadOnce(why: string): Promise<void> {
    log.debug("reload", `reading the configuration again: ${why}`);
    const loaded = await load();
    watch.watch(loaded.filesRead);
    const before = fleet.revision;
    const { revision: next } = loaded;
    if (next === undefined) {
      counts.refused++;
      logDiagnostics(log, sink.form, loaded.diagnostics);
      const message = `revision ${before.id} stays: the new configuration has errors`;
      log.error("reload-refused", message, { revision: before.id });
      return;
    }
    const nowNamed = digestNamed(loaded, platform);
    if (next.id === before.id && nowNamed === named) {
      log.info("reload-unchanged", `nothing changed: revision ${next.id} stays`, {
        revision: next.id,
      });
      return;
    }
    logDiagnostics(log, sink.form, loaded.diagnostics);
    const { configuration } = next;
    const changes = diffConfigurations(before.configuration, configuration);
    warnOfFixed(changes, configuration);
    await discovery.take(configuration);
    try {
      await fleet.take(next);
    } catch (error) {
      await discovery.take(before.configuration);
      throw error;
    }
    ledger?.append([revisionEntry(next, before)]).catch(() => undefined);
    named = nowNamed;
    counts.taken++;
    sink.setLevel(configuration.log.level);
    const what = changes.length === 0 ? "contents of named files" : summaryOf(changes);
    log.info("revision-taken", `revision ${next.id} is live: ${what}`, {
      revision: next.id,
      before: before.id,
    });
    announceOpenness(before.configuration, configuration);
  }

  function warnOfFixed(changes: readonly Change[], configuration: Configuration): void {
    // What is changed back is as it runs.
    const other = new Set(diffConfigurations(started, configuration).map(({ path }) => path));
    // Between `off` and a map the whole of the ledger has changed.
    const fixed = fixedPaths.filter(
      (fixedPath) =>
        other.has(fixedPath) &&
        changes.some(({ path }) => path === fixedPath || fixedPath.startsWith(`${path}.`)),
    );
    if (fixed.length === 0) return;
    const message = `${fixed.join(", ")} will change with the next start; all else is taken now`;
    log.warn("restart-needed", message);
  }

  function announceOpenness(before: Configuration, after: Configuration): void {
    if (after.callers === "open" && before.callers !== "open") announceOpen(log);
  }

  return {
    reload,
    close: () => watch.close(),
  };
}

export function announceOpen(log: Log): void {
  log.warn("callers-open", "callers: open, anybody may call everything; for local work only");
}

function summaryOf(changes: readonly Change[]): string {
  const shown = changes.slice(0, changesShown).map(({ kind, path }) => `${path} ${kind}`);
  const left = changes.length - shown.length;
  return shown.join(", ") + (left > 0 ? ` and ${left} more` : "");
}

/** Of the certificates and keys: they are no part of a revision's id. */
function digestNamed({ filesRead }: CheckedConfiguration, { files }: Platform): string {
  return filesRead
    .slice(1)
    .map((path) => {
      try {
        return hash("sha256", files.readUpTo(path, fileBytesMax));
      } catch {
        return "-";
      }
    })
    .join(" ");
}
