/** The parts of unsealed segments, by the names of their files and by their heads. */
import { join } from "node:path";
import type { Disk } from "#base/disk.ts";
import { parsePartName, type PartName } from "./layout.ts";
import { parsePartHead, partHeadBytes, type PartHead } from "./part-head.ts";
import { damaged, trying } from "./problems.ts";

export interface NamedPart {
  readonly path: string;
  readonly name: PartName;
}

/** Paths of the parts of each segment that has any, in order. */
export function partsOf(
  folder: string,
  names: readonly string[],
): ReadonlyMap<number, readonly NamedPart[]> {
  const parts = names
    .map((file) => ({ path: join(folder, file), name: parsePartName(file) }))
    .filter((part): part is NamedPart => part.name !== undefined)
    .sort((a, b) => a.name.segment - b.name.segment || a.name.part - b.name.part);
  return Map.groupBy(parts, ({ name }) => name.segment);
}

export function readHead(disk: Disk, path: string, name: PartName): PartHead {
  const bytes = Buffer.alloc(partHeadBytes);
  const file = trying(`read ${path}`, () => disk.open(path, "read"));
  try {
    trying(`read ${path}`, () => file.read(bytes, 0, partHeadBytes, 0));
  } finally {
    file.close();
  }
  const head = parsePartHead(bytes);
  if (head === undefined) throw damaged(`${path}: its first ${partHeadBytes} bytes are damaged`);
  if (head.segment !== name.segment || head.part !== name.part) {
    throw damaged(`${path} is part ${head.part} of segment ${head.segment}, as its head says`);
  }
  return head;
}
