/**
 * What searches go by to pass over a sealed segment: range of time, range of ids, index of
 * exchanges. All of it follows from the entries, so verification makes it anew and compares.
 */
import { readStamp, type EntryStamp } from "#ledger/entry/entry-stamp.ts";
import { buildExchangeIndex } from "./exchange-index.ts";
import { segmentEntries } from "./layout.ts";
import { idTimeBytes } from "./sealed-format.ts";

export interface SearchFacts {
  /** NaN: no entry has a time. */
  readonly minMs: number;
  readonly maxMs: number;
  /** The first bytes of the lowest and highest exchange id. */
  readonly minId: Buffer;
  readonly maxId: Buffer;
  /** Sorted rows, as `lookUpExchange` reads them. */
  readonly index: Buffer;
}

export interface SearchFactsBuilder {
  /** An entry stands in `bytes`; `slot`: its place in the segment. */
  note(bytes: Buffer, from: number, to: number, slot: number): void;
  finish(): SearchFacts;
}

export function buildSearchFacts(): SearchFactsBuilder {
  const index = buildExchangeIndex(segmentEntries);
  const stamp: EntryStamp = { code: 0, timeUs: 0, exchangeAt: -1 };
  let minMs = NaN;
  let maxMs = NaN;
  // The first bytes of ids, as numbers: comparing bytes in place would be a call for each.
  let minId = Infinity;
  let maxId = -Infinity;
  return {
    note(entries, from, to, slot) {
      readStamp(entries, from, to, stamp);
      const { timeUs, exchangeAt: at } = stamp;
      if (timeUs > 0) {
        const ms = timeUs / 1_000;
        if (!(ms >= minMs)) minMs = ms;
        if (!(ms <= maxMs)) maxMs = ms;
      }
      if (at < 0) return;
      index.add(entries, at, slot);
      const id = entries.readUIntBE(at, idTimeBytes);
      if (id < minId) minId = id;
      if (id > maxId) maxId = id;
    },
    finish: () => ({
      ...{ minMs, maxMs, index: index.finish() },
      minId: idTime(minId),
      maxId: idTime(maxId),
    }),
  };
}

/** Not finite: there is no id. */
function idTime(id: number): Buffer {
  const bytes = Buffer.alloc(idTimeBytes);
  if (Number.isFinite(id)) bytes.writeUIntBE(id, 0, idTimeBytes);
  return bytes;
}

export function isSameSearch(one: SearchFacts, other: SearchFacts): boolean {
  return (
    Object.is(one.minMs, other.minMs) &&
    Object.is(one.maxMs, other.maxMs) &&
    one.minId.equals(other.minId) &&
    one.maxId.equals(other.maxId) &&
    one.index.equals(other.index)
  );
}
