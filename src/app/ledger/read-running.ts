/** The ledger as the admin port of the gateway that writes it shows it. */
import { nodeDisk, nodeProcesses, type Platform } from "#base/platform.ts";
import { isProblem, type Problem } from "#base/problem.ts";
import { openReader } from "#ledger/store/log-reader.ts";
import { problems } from "#ledger/store/problems.ts";
import type { LogReader } from "#ledger/store/log.ts";
import { parseTilePath, widthOfTile } from "#ledger/tree/tile.ts";
import { tileContent } from "#ledger/verify/export-tiles.ts";
import { newestCheckpoint } from "#ledger/verify/newest-checkpoint.ts";
import { proveEntry } from "#ledger/verify/prove-entry.ts";
import type { LedgerView } from "#control/admin-api/operation.ts";
import { badFilter, parseFilter } from "./entry-filter.ts";
import { problemOf } from "./ledger-folders.ts";
import { noSuchEntry } from "./no-such-entry.ts";
import type { LedgerService } from "./ledger-service.ts";
import { searchLedger } from "./search-ledger.ts";
import { showExchange } from "./show-exchange.ts";
import { within } from "./within.ts";

/** Entries on one page. */
const limitMax = 1_000;
/** How long who reads waits for that to be on record. */
const noteMsMax = 5_000;
/** Who checks the ledger does not say who it is. */
const outsider = "admin API";

export function viewLedger(
  { clock, timers }: Pick<Platform, "clock" | "timers">,
  ledger: Pick<LedgerService, "path" | "append" | "checkpoint" | "facts">,
): LedgerView {
  const { path } = ledger;
  let reader: LogReader | undefined;
  const pause = (): Promise<void> => new Promise((resolve) => timers.after(0, () => resolve()));

  /** @param synced entries that are known to be on the disk, whatever the files alone tell. */
  function read<Result>(
    run: (reader: LogReader) => Result | Problem,
    synced = 0,
  ): Result | Problem {
    try {
      reader ??= openReader({ path, disk: nodeDisk, processes: nodeProcesses });
      reader.refresh(synced);
      return run(reader);
    } catch (error) {
      // What it holds open may be what has failed.
      reader?.close();
      reader = undefined;
      return problemOf(error);
    }
  }

  /** On record before it is told. @returns how many entries are. */
  async function noteRead(
    command: string,
    by: string,
    query: string,
    exchange?: string,
  ): Promise<number | Problem> {
    if (!ledger.facts().isOpen) return notNoted();
    const what = exchange === undefined ? {} : { exchange };
    const noting = ledger.append([{ kind: "read", command, actor: by, query, ...what }]);
    const noted = await within(timers, noteMsMax, noting);
    return noted === undefined ? notNoted() : (noted[0]?.index ?? -1) + 1;
  }

  return {
    async entries(parameter, by) {
      const filter = parseFilter(parameter, clock.nowMs());
      if (isProblem(filter)) return filter;
      const limit = numberOf(parameter("limit"), 100);
      const cursor = numberOf(parameter("cursor"), Number.MAX_SAFE_INTEGER);
      if (limit === undefined || limit < 1 || limit > limitMax) {
        return badFilter("limit", parameter("limit"), `a number from 1 to ${limitMax}`);
      }
      if (cursor === undefined) {
        return badFilter("cursor", parameter("cursor"), "what a page has as `next`");
      }
      const asked = parameter("query") ?? "";
      const synced = await noteRead("entries", by, asked);
      if (isProblem(synced)) return synced;
      const page = { before: cursor, limit };
      const found = read((open) => searchLedger(open, filter, page, pause), synced);
      return isProblem(found) ? found : await found.catch(problemOf);
    },
    async exchange(exchange, bodies, by) {
      const synced = await noteRead(bodies ? "exchange, bodies" : "exchange", by, "", exchange);
      if (isProblem(synced)) return synced;
      const asked = { path, exchange, bodies, pause };
      const shown = read((open) => showExchange(open, asked), synced);
      return isProblem(shown) ? shown : await shown.catch(problemOf);
    },
    checkpoint: () =>
      read((open) => {
        const newest = newestCheckpoint(open);
        return isProblem(newest) ? newest : newest.bytes;
      }),
    closingCheckpoint: (epoch) =>
      read((open) => {
        const closing = open.epochs.find((one) => one.epoch === epoch)?.closing;
        if (closing !== undefined) return Buffer.from(closing);
        const over = open.epochs.filter((one) => one.closing !== undefined);
        const known = over.map((one) => one.epoch).join(", ");
        return problems["ledger-no-entry"](
          `no checkpoint has closed epoch ${epoch}; closed are: ${known === "" ? "none" : known}`,
        );
      }),
    async tile(name) {
      const tile = parseTilePath(name);
      if (isProblem(tile)) return tile;
      const found = read((open) => {
        const width = widthOfTile(tile.level, tile.index, open.size);
        if (tile.width > width) {
          const size = `a tree of ${open.size} entries`;
          return problems["ledger-no-entry"](`there is no ${name} in ${size}`);
        }
        const detail = `the entries of ${name} were dropped when their time of keeping was over`;
        return tileContent(open, tile) ?? problems["ledger-dropped"](detail);
      });
      // Hashes tell nothing of an exchange.
      if (isProblem(found) || tile.level !== "entries") return found;
      const noted = await noteRead("tile", outsider, name);
      return isProblem(noted) ? noted : found;
    },
    async proof(exchange) {
      const prove = (synced: number) =>
        read((open) => {
          const index = open.findExchange(exchange);
          if (index !== undefined) return proveEntry(open, index);
          return noSuchEntry(open, `entry of the exchange ${exchange}`);
        }, synced);
      const noted = await noteRead("proof", outsider, "", exchange);
      if (isProblem(noted)) return noted;
      const proof = prove(0);
      if (!isProblem(proof)) return proof;
      // Of the last second: signed on demand.
      return prove(await ledger.checkpoint());
    },
  };
}

function notNoted(): Problem {
  return problems["ledger-disk-failed"](
    "that the ledger is read cannot be put on record now, so it is not shown here; " +
      "parlance ledger tail and show read its files",
    { retryAfterS: 1 },
  );
}

function numberOf(text: string | undefined, usual: number): number | undefined {
  if (text === undefined) return usual;
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
