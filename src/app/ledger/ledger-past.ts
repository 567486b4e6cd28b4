/** What the log says of the time before this start: how it ended, and what was left open. */
import { OpenIntents } from "#ledger/commit/open-intents.ts";
import { decodeEntry } from "#ledger/entry/decode-entry.ts";
import type { EntryOf } from "#ledger/entry/entry.ts";
import type { LogReader } from "#ledger/store/log.ts";

export interface Past {
  readonly previous: EntryOf<"start">["previous"];
  /** Index of the intent by exchange. */
  readonly openIntents: ReadonlyMap<string, number>;
  /** Of the logical clock. */
  readonly floorUs: number;
}

/** A stop is the last entry of a run; a few of the ledger's own may follow. */
const lookBackMax = 4_096;

/** @param settledIntents intents before this index have an outcome. */
export function readPast(reader: LogReader, settledIntents: number): Past {
  const { size } = reader;
  if (size === 0) return { previous: "none", openIntents: new Map(), floorUs: 0 };
  return {
    previous: previousOf(reader),
    openIntents: openIntentsFrom(reader, settledIntents),
    floorUs: floorOf(reader),
  };
}

function previousOf(reader: LogReader): Past["previous"] {
  for (let index = reader.size - 1; index >= Math.max(0, reader.size - lookBackMax); index--) {
    const { kind } = decodeEntry(reader.entry(index));
    if (kind === "stop") return "stopped";
    // A run that goes on after its stop is none.
    if (kind === "start" || kind === "exchange") return "died";
  }
  return "died";
}

function openIntentsFrom(reader: LogReader, from: number): ReadonlyMap<string, number> {
  const intents = new OpenIntents();
  reader.scan(from, reader.size, (index, bytes) => {
    intents.note(bytes, 0, bytes.length, index);
    intents.noteSynced();
    return undefined;
  });
  return intents.entries();
}

/** Of the logical clock: behind the last entry. */
export function floorOf(reader: LogReader): number {
  if (reader.size === 0) return 0;
  const last = decodeEntry(reader.entry(reader.size - 1));
  if (last.kind === "opaque" || last.kind === "malformed") return 0;
  return last.timeUs + (last.aheadUs ?? 0);
}
