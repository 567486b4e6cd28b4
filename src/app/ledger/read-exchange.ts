/** What the files of a ledger tell of one exchange, also while a gateway writes them. */
import { nodeDisk, nodeProcesses } from "#base/platform.ts";
import type { Problem } from "#base/problem.ts";
import { openReader } from "#ledger/store/log-reader.ts";
import { problemOf, type LedgerFolders } from "./ledger-folders.ts";
import { showExchange, type ShownExchange } from "./show-exchange.ts";
import { whileWritten } from "./while-written.ts";

export async function readExchange(
  { path }: LedgerFolders,
  exchange: string,
  bodies: boolean,
): Promise<ShownExchange | Problem> {
  return whileWritten(path, () => readNow(path, exchange, bodies));
}

async function readNow(
  path: string,
  exchange: string,
  bodies: boolean,
): Promise<ShownExchange | Problem> {
  try {
    const reader = openReader({ path, disk: nodeDisk, processes: nodeProcesses });
    try {
      const pause = () => Promise.resolve();
      return await showExchange(reader, { path, exchange, bodies, pause });
    } finally {
      reader.close();
    }
  } catch (error) {
    return problemOf(error);
  }
}
