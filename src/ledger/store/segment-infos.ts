/** What a ledger's segments are, for those who list, search or drop them. */
import { segmentEntries } from "./layout.ts";
import type { SegmentInfo } from "./log.ts";
import type { ReaderView } from "./reader-view.ts";

export function segmentInfos(view: ReaderView, size: number): readonly SegmentInfo[] {
  const infos: SegmentInfo[] = [];
  for (let segment = 0; segment * segmentEntries < size; segment++) {
    infos.push(infoUnlessDropped(view, segment, size));
  }
  return infos;
}

/** Looked at again when it has just been dropped, which the view has taken notice of. */
function infoUnlessDropped(view: ReaderView, segment: number, size: number): SegmentInfo {
  try {
    return infoOf(view, segment, size);
  } catch (error) {
    if (segment >= view.facts.keptFrom) throw error;
    return infoOf(view, segment, size);
  }
}

function infoOf(view: ReaderView, segment: number, size: number): SegmentInfo {
  const first = segment * segmentEntries;
  const count = Math.min(segmentEntries, size - first);
  const unknown = { minMs: undefined, maxMs: undefined };
  if (segment < view.facts.keptFrom) {
    return { segment, first, count, sealed: true, dropped: true, bytes: 0, ...unknown };
  }
  if (segment < view.sealed) {
    const { facts, bytes } = view.sealedFacts(segment);
    const times = Number.isNaN(facts.minMs) ? unknown : { minMs: facts.minMs, maxMs: facts.maxMs };
    return { segment, first, count, sealed: true, dropped: false, bytes, ...times };
  }
  const bytes = view.parts
    .filter(({ head }) => head.segment === segment)
    .reduce((sum, { place }) => sum + place.position, 0);
  return { segment, first, count, sealed: false, dropped: false, bytes, ...unknown };
}
