/** All that a ledger holds of one exchange: its entries, those made in its course, bodies. */
import { isUtf8 } from "node:buffer";
import { nodeDisk, nodePlatform } from "#base/platform.ts";
import { isProblem, type Problem } from "#base/problem.ts";
import { openBodies, type EvidenceFields } from "#ledger/bodies/read-bodies.ts";
import { decodeEntry } from "#ledger/entry/decode-entry.ts";
import type { LogReader } from "#ledger/store/log.ts";
import { problems, trying } from "#ledger/store/problems.ts";
import type { EntryFilter } from "./entry-filter.ts";
import { noSuchEntry } from "./no-such-entry.ts";
import { openKeys } from "./open-keys.ts";
import { searchLedger, type FoundEntry } from "./search-ledger.ts";

export interface ShownExchange {
  readonly exchange: string;
  readonly entries: readonly FoundEntry[];
  /** Exchanges that were asked for in its course, in their order. */
  readonly children: readonly FoundEntry[];
  /** There may be more children than are listed: not all entries of that time were looked at. */
  readonly more: boolean;
  readonly bodies?: Readonly<Record<string, ShownPart>> | { readonly refused: string };
}

export interface ShownPart {
  /** UTF-8 where it is text, else base64: text, unlike a frame of gRPC, holds no NUL. */
  readonly text?: string;
  readonly base64?: string;
  readonly bytes: number;
  readonly masked?: true;
  /** Only its beginning is kept. */
  readonly cut?: true;
  /** Nothing of it is kept, since it could not be masked. */
  readonly withheld?: true;
  readonly note?: string;
}

const childrenMax = 200;
/** How much earlier than its parent's begin, by its clock, a child may have ended. */
const slackMs = 1_000;
/** Milliseconds since 1970, in UUIDs of version 7. */
const idTimeDigits = 12;

export interface ShowOptions {
  /** Of the ledger. */
  readonly path: string;
  readonly exchange: string;
  readonly bodies: boolean;
  readonly pause: () => Promise<void>;
}

export async function showExchange(
  reader: LogReader,
  { path, exchange, bodies, pause }: ShowOptions,
): Promise<ShownExchange | Problem> {
  // That somebody has asked for it does not make it one.
  if (reader.findExchange(exchange) === undefined) {
    const gap = await gapOf(reader, exchange, pause);
    return gap ?? noSuchEntry(reader, `entry of the exchange ${exchange}`);
  }
  const entries = reader.findEntries(exchange).map((index): FoundEntry => {
    return { index, entry: decodeEntry(reader.entry(index)) };
  });
  const outcome = entries.findLast(({ entry }) => kindOf(entry) === "exchange");
  const children = await childrenOf(reader, exchange, outcome, pause);
  const shown = {
    exchange,
    entries,
    children: children.entries.toReversed(),
    more: children.next !== undefined,
  };
  if (!bodies) return shown;
  return { ...shown, bodies: bodiesOf(path, outcome) };
}

/** Gaps name the first of the exchanges that are missing, and come after them. */
async function gapOf(
  reader: LogReader,
  exchange: string,
  pause: () => Promise<void>,
): Promise<Problem | undefined> {
  const fromMs = Number.parseInt(exchange.slice(0, idTimeDigits), 16) - slackMs;
  const naming: EntryFilter = {
    ...{ fromMs, toMs: Infinity },
    matches: (entry) => entry.kind === "gap" && entry.exchanges?.includes(exchange) === true,
  };
  const asked = { before: reader.size, limit: 1 };
  const { entries } = await searchLedger(reader, naming, asked, pause);
  const [found] = entries;
  if (found === undefined) return undefined;
  const { count, reason } = found.entry as { readonly count: number; readonly reason: string };
  return problems["ledger-no-entry"](
    `the exchange ${exchange} was not put on record: it is one of the ${count} that the gap in ` +
      `entry ${found.index} tells of, for ${reason}`,
  );
}

function kindOf(entry: object): unknown {
  return (entry as { readonly kind?: unknown }).kind;
}

/** They ended while it lasted, so their entries stand between its begin and its own. */
async function childrenOf(
  reader: LogReader,
  exchange: string,
  outcome: FoundEntry | undefined,
  pause: () => Promise<void>,
) {
  const { timeUs = NaN, totalUs = NaN } = (outcome?.entry ?? {}) as Record<string, number>;
  const fromMs = Number.isNaN(timeUs) ? -Infinity : (timeUs - totalUs) / 1_000 - slackMs;
  const toMs = Number.isNaN(timeUs) ? Infinity : timeUs / 1_000 + slackMs;
  const within: EntryFilter = { fromMs, toMs, matches: isChildOf(exchange) };
  return searchLedger(reader, within, { before: reader.size, limit: childrenMax }, pause);
}

/**
 * By what the caller has said; by its span, which is the second half of the id of its exchange; or
 * by a trace that began with it, in which services may have made spans of their own.
 */
function isChildOf(exchange: string): EntryFilter["matches"] {
  const span = exchange.slice(16);
  return (entry) => {
    if (entry.kind !== "exchange") return false;
    if (entry.parent !== undefined) return entry.parent === exchange;
    return entry.parentSpan === span || entry.trace === exchange;
  };
}

function bodiesOf(path: string, outcome: FoundEntry | undefined): ShownExchange["bodies"] & object {
  if (outcome === undefined) return { refused: "the exchange has no outcome on record" };
  const keys = openKeys(nodePlatform.random, path);
  if (isProblem(keys)) return { refused: keys.detail };
  const read = trying("read what is kept of the exchange", () =>
    openBodies(nodeDisk, path, keys).read(outcome.entry as EvidenceFields),
  );
  if (isProblem(read)) return { refused: read.detail };
  const parts = Object.entries(read).map(([name, part]): [string, ShownPart] => {
    const { bytes, fullLength, isMasked, isCut, isWithheld, note } = part;
    return [
      name,
      {
        ...textOf(bytes, isCut),
        bytes: fullLength,
        ...(isMasked ? { masked: true } : {}),
        ...(isCut ? { cut: true } : {}),
        ...(isWithheld ? { withheld: true } : {}),
        ...(note === "" ? {} : { note }),
      },
    ];
  });
  return Object.fromEntries(parts);
}

function textOf(bytes: Buffer, isCut: boolean): Pick<ShownPart, "text" | "base64"> {
  // What is cut may end within a character.
  const ends = isCut ? [0, 1, 2, 3] : [0];
  for (const less of bytes.includes(0) ? [] : ends) {
    const whole = bytes.subarray(0, Math.max(0, bytes.length - less));
    if (isUtf8(whole)) return { text: whole.toString("utf8") };
  }
  return { base64: bytes.toString("base64") };
}
