/** Names and sizes in the folder of a ledger. A name's digits make it sort by number. */
import { join } from "node:path";

/** Entries of one segment: those under one hash of tile level 2. */
export const segmentEntries = 65_536;

export const formatName = "parlance-ledger";
export const formatVersion = 1;

export interface Layout {
  readonly root: string;
  readonly logFile: string;
  readonly lockFile: string;
  readonly checkpointFile: string;
  readonly segments: string;
  readonly hashes: string;
  readonly keys: string;
}

export function layoutOf(root: string): Layout {
  return {
    root,
    logFile: join(root, "log.json"),
    lockFile: join(root, "lock"),
    checkpointFile: join(root, "checkpoint"),
    segments: join(root, "segments"),
    hashes: join(root, "hashes"),
    keys: join(root, "keys"),
  };
}

/** All that may lie in the folder of a ledger, also of one whose log file is not there. */
export const knownNames: readonly string[] = [
  "log.json",
  "lock",
  "checkpoint",
  "segments",
  "hashes",
  "keys",
  "bodies",
  "settled-intents",
];

/** Behind the name of a file that is not complete yet. */
export const unfinished = ".new";

/** A file that an unsealed segment is written to; after a crash it goes on in the next part. */
export interface PartName {
  readonly segment: number;
  readonly part: number;
}

const digits = (number: number, width: number): string => String(number).padStart(width, "0");

export function partName({ segment, part }: PartName): string {
  return `${digits(segment, 8)}.${digits(part, 4)}.log`;
}

export function sealedName(segment: number): string {
  return `${digits(segment, 8)}.sealed`;
}

export function hashesName(segment: number): string {
  return `${digits(segment, 8)}.hashes`;
}

export function parsePartName(name: string): PartName | undefined {
  const [, segment, part] = /^(\d{8,12})\.(\d{4,6})\.log$/.exec(name) ?? [];
  return segment === undefined ? undefined : { segment: Number(segment), part: Number(part) };
}

export function parseSealedName(name: string): number | undefined {
  const [, segment] = /^(\d{8,12})\.sealed$/.exec(name) ?? [];
  return segment === undefined ? undefined : Number(segment);
}

export function parseHashesName(name: string): number | undefined {
  const [, segment] = /^(\d{8,12})\.hashes$/.exec(name) ?? [];
  return segment === undefined ? undefined : Number(segment);
}
