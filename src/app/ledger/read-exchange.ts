/** What the files of a ledger tell of one exchange, also while a gateway writes them. */
import type { Problem } from "#base/problem.ts";
import type { LedgerFolders } from "./ledger-folders.ts";
import { showExchange, type ShownExchange } from "./show-exchange.ts";
import { askWhileWritten } from "./while-written.ts";

export function readExchange(
  { path }: LedgerFolders,
  exchange: string,
  bodies: boolean,
): Promise<ShownExchange | Problem> {
  const pause = () => Promise.resolve();
  return askWhileWritten(path, (reader) => showExchange(reader, { path, exchange, bodies, pause }));
}
