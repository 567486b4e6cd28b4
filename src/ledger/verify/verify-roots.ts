/** Puts the roots of verified segments together, against checkpoints and the tiles above them. */
import { segmentEntries } from "#ledger/store/layout.ts";
import type { Checkpoint } from "#ledger/tree/checkpoint.ts";
import { createFrontier } from "#ledger/tree/frontier.ts";
import { hashBytes } from "#ledger/tree/hashes.ts";
import { subtreeRoot } from "#ledger/tree/tile-hashes.ts";
import { tilePath, tileWidth } from "#ledger/tree/tile.ts";
import type { LogSource } from "./log-source.ts";
import { damageOf, differsAt, type Damage, type SegmentReport } from "./verify-segment.ts";

/** A checkpoint whose signature is good. */
export interface Signed extends Checkpoint {
  readonly place: string;
}

/** Segments follow each other without a gap from the first entry to the last. */
export function gapIn(reports: readonly SegmentReport[], size: number): Damage | undefined {
  let next = 0;
  for (const { first, count } of reports) {
    if (first !== next || first % segmentEntries !== 0) break;
    next += count;
  }
  if (next === size) return undefined;
  return { entry: next, detail: `no segment holds entry ${next}; the log has ${size}` };
}

/** What checkpoints and upper tiles contradict, when every segment is fine by itself. */
export function treeDamages(
  source: LogSource,
  signed: readonly Signed[],
  reports: readonly SegmentReport[],
): readonly (Damage | undefined)[] {
  const { size } = source;
  let proven = 0;
  const ofRoots = signed.map(({ place, root, ...one }) => {
    if (one.size > size) {
      const detail = `${place} is signed for ${one.size} entries, the log has ${size}: ${cutOff}`;
      return { entry: size, detail };
    }
    const own = rootOfReports(one.size, reports);
    if (own.equals(root)) {
      proven = one.size;
      return undefined;
    }
    const signedRoot = root.toString("base64");
    const what = `${place} is signed for ${one.size} entries with the root ${signedRoot}`;
    const detail = `${what}, the log has ${own.toString("base64")}: ${rewritten}`;
    return { entry: proven, detail };
  });
  return [...ofRoots, upperDamage(source, reports)];
}

const cutOff = "its end was cut off, or it is an older copy";
const rewritten = "entries were changed, removed or put in before it";

/** The tiles above the segments, from level 2 on. */
function upperDamage(source: LogSource, reports: readonly SegmentReport[]): Damage | undefined {
  const full = reports.filter(({ count }) => count === segmentEntries);
  let hashes = Buffer.concat(full.map(({ subtrees }) => subtrees[0] as Uint8Array));
  for (let level = 2; hashes.length > 0; level++) {
    const above: Buffer[] = [];
    for (let at = 0; at < hashes.length; at += tileWidth * hashBytes) {
      const made = hashes.subarray(at, at + tileWidth * hashBytes);
      const [first, width] = [at / hashBytes, made.length / hashBytes];
      const tile = { level, index: first / tileWidth, width };
      let differs = 0;
      const damage = damageOf(
        () => (first + differs) * tileWidth ** level,
        () => {
          const kept = source.hashTile(level, tile.index, width);
          if (made.equals(kept)) return undefined;
          differs = differsAt(made, kept);
          return `hash ${differs} of ${tilePath(tile)} is not the one that its segments make`;
        },
      );
      if (damage !== undefined) return damage;
      if (width === tileWidth) above.push(subtreeRoot(made));
    }
    hashes = Buffer.concat(above);
  }
  return undefined;
}

/** Of the tree of so many entries; a segment that it ends in has marked that size. */
export function rootOfReports(size: number, reports: readonly SegmentReport[]): Buffer {
  const full = Math.floor(size / segmentEntries);
  const segments = createFrontier();
  for (const { subtrees } of reports.slice(0, full)) {
    segments.append(Buffer.from(subtrees[0] as Uint8Array));
  }
  const last = reports[full];
  const ofLast = last?.marks.get(size) ?? last?.subtrees ?? [];
  const rest = size % segmentEntries === 0 ? [] : ofLast;
  return createFrontier({ size, subtrees: [...segments.subtrees(), ...rest] }).root();
}
