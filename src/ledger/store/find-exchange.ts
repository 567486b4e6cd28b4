/** Finds the entries of an exchange by its id, newest segments first. */
import { readStamp, type EntryStamp } from "#ledger/entry/entry-stamp.ts";
import { kindNames } from "#ledger/entry/fields.ts";
import { segmentEntries } from "./layout.ts";
import type { ReaderView } from "./reader-view.ts";

interface Found {
  readonly index: number;
  readonly kind: string | undefined;
}

const idForm = /^[0-9a-f]{32}$/;
const idBytes = 16;
/** Unlike those that say that somebody has read or erased it. */
const tellingKinds: ReadonlySet<string | undefined> = new Set(["exchange", "intent", "lost"]);

/** What became of the exchange; the later entry says more. */
export function findExchange(view: ReaderView, id: string, size: number): number | undefined {
  for (const found of findInSegments(view, id, size)) {
    const telling = found.filter(({ kind }) => tellingKinds.has(kind));
    if (telling.length > 0) return telling.at(-1)?.index;
  }
  return undefined;
}

export function findEntries(view: ReaderView, id: string, size: number): readonly number[] {
  return [...findInSegments(view, id, size)]
    .toReversed()
    .flatMap((found) => found.map(({ index }) => index));
}

function* findInSegments(view: ReaderView, id: string, size: number): Generator<readonly Found[]> {
  if (!idForm.test(id)) return;
  const octets = Buffer.from(id, "hex");
  const last = Math.floor((size - 1) / segmentEntries);
  for (let segment = last; segment >= view.facts.keptFrom; segment--) {
    const candidates =
      segment < view.sealed
        ? view.sealedSegment(segment).candidates(octets)
        : candidatesOf(view, segment, octets, size);
    const found = candidates.flatMap((index) => check(view, index, octets) ?? []);
    if (found.length > 0) yield found;
  }
}

function candidatesOf(
  view: ReaderView,
  segment: number,
  octets: Buffer,
  size: number,
): readonly number[] {
  const index = view.unsealedIndex(segment);
  const start = segment * segmentEntries;
  const stamp = emptyStamp();
  view.scan(
    start + index.indexedTo,
    Math.min(size, start + segmentEntries),
    (at, bytes, from, to) => {
      readStamp(bytes, from, to, stamp);
      if (stamp.exchangeAt >= 0) index.add(bytes, stamp.exchangeAt, at - start);
      index.indexedTo = at - start + 1;
      return undefined;
    },
  );
  return index.candidates(octets).map((slot) => start + slot);
}

/** An index holds some bits of ids; the entry itself decides. */
function check(view: ReaderView, index: number, octets: Buffer): Found | undefined {
  const stamp = emptyStamp();
  let isIt = false;
  view.scan(index, index + 1, (_, bytes, from, to) => {
    readStamp(bytes, from, to, stamp);
    const at = stamp.exchangeAt;
    isIt = at >= 0 && octets.equals(bytes.subarray(at, at + idBytes));
    return false;
  });
  return isIt ? { index, kind: kindNames[stamp.code] } : undefined;
}

function emptyStamp(): EntryStamp {
  return { code: -1, timeUs: 0, exchangeAt: -1 };
}
