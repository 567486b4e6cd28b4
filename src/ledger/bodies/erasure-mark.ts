/**
 * What says that a subject's key was destroyed: a small JSON file in the key's place, `.erasing` as
 * long as the ledger has no entry about it, `.erased` afterwards.
 */
import { join } from "node:path";
import type { Disk } from "#base/disk.ts";
import { placeFile, readSmallFile } from "./key-file.ts";

export interface Erasure {
  readonly pseudonym: string;
  /** RFC 3339. */
  readonly at: string;
  readonly by: string;
  readonly why: string;
}

const markBytesMax = 4096;

export function writeErasure(disk: Disk, folder: string, erasure: Erasure): void {
  const { pseudonym, at, by, why } = erasure;
  const content = Buffer.from(`${JSON.stringify({ at, by, why })}\n`, "utf8");
  placeFile(disk, folder, join(folder, `${pseudonym}.erasing`), content);
}

/** Undefined: the subject is not erased. A damaged mark is one, too. */
export function readErasure(disk: Disk, folder: string, pseudonym: string): Erasure | undefined {
  for (const state of ["erased", "erasing"]) {
    const path = join(folder, `${pseudonym}.${state}`);
    const content = readSmallFile(disk, path, markBytesMax);
    if (content !== undefined) return { pseudonym, ...parseMark(content) };
  }
  return undefined;
}

/** The ledger has an entry about it. */
export function settleErasure(disk: Disk, folder: string, pseudonym: string): void {
  const path = join(folder, pseudonym);
  disk.rename(`${path}.erasing`, `${path}.erased`);
  disk.syncFolder(folder);
}

/** Pseudonyms with a mark that the ledger has no entry about. */
export function unsettledErasures(disk: Disk, folder: string): readonly string[] {
  if (disk.stat(folder) === undefined) return [];
  const names = disk.list(folder).filter((name) => name.endsWith(".erasing"));
  return names.map((name) => name.slice(0, -".erasing".length));
}

function parseMark(content: Buffer): Omit<Erasure, "pseudonym"> {
  const unknown = { at: "an unknown day", by: "somebody", why: "the mark of it is damaged" };
  try {
    const read = JSON.parse(content.toString("utf8")) as Record<string, unknown> | null;
    const text = (name: "at" | "by" | "why"): string => {
      const value = read?.[name];
      return typeof value === "string" ? value : unknown[name];
    };
    return { at: text("at"), by: text("by"), why: text("why") };
  } catch {
    return unknown;
  }
}
