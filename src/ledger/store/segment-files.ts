/** Which files of segments there are, and how many segments are sealed. */
import { join } from "node:path";
import type { Disk } from "#base/disk.ts";
import { listFolder } from "./disk-files.ts";
import {
  hashesName,
  parseHashesName,
  parsePartName,
  parseSealedName,
  sealedName,
  unfinished,
  type Layout,
} from "./layout.ts";
import type { LogFacts } from "./log-file.ts";
import { damaged } from "./problems.ts";

export interface SegmentFiles {
  /** Segments from 0 to before this one are sealed. */
  readonly sealed: number;
  /** What a crash has left behind and nobody needs. */
  readonly leftover: readonly string[];
}

/**
 * @param names in the folder of segments, listed before anything else was read: a writer changes
 * that folder last, so that what is missing from it by now is found in the others.
 */
export function findSegmentFiles(
  disk: Disk,
  layout: Layout,
  facts: LogFacts,
  names: readonly string[],
): SegmentFiles {
  const hashNames = listFolder(disk, layout.hashes);
  const withEntries = new Set(names.map(parseSealedName));
  const withHashes = new Set(hashNames.map(parseHashesName));
  let sealed = 0;
  while (withHashes.has(sealed) && (sealed < facts.keptFrom || withEntries.has(sealed))) sealed++;
  for (const segment of withEntries) {
    if (segment === undefined || segment < sealed) continue;
    const missing =
      segment > sealed && withHashes.has(sealed)
        ? join(layout.segments, sealedName(sealed))
        : join(layout.hashes, hashesName(sealed));
    throw damaged(`${missing} is missing; put it back`);
  }
  if (sealed < facts.keptFrom) {
    throw damaged(`${join(layout.hashes, hashesName(sealed))} is missing; put it back`);
  }
  const leftover = [
    ...names
      .filter((name) => name.endsWith(unfinished) || isBefore(parsePartName(name)?.segment, sealed))
      .map((name) => join(layout.segments, name)),
    ...names
      .filter((name) => isBefore(parseSealedName(name), facts.keptFrom))
      .map((name) => join(layout.segments, name)),
    ...hashNames
      .filter((name) => name.endsWith(unfinished))
      .map((name) => join(layout.hashes, name)),
  ];
  return { sealed, leftover };
}

function isBefore(segment: number | undefined, end: number): boolean {
  return segment !== undefined && segment < end;
}
