/** Retention: files of bodies whose entries have all been dropped go with them. */
import type { Disk } from "#base/disk.ts";
import {
  bodiesFolder,
  bodyFileNames,
  bodyFilePath,
  bodyFileSpanMs,
  bodyFileStartMs,
} from "./body-file.ts";

/** Between a body and its entry, and between the clocks of two threads. */
const slackMs = 60_000;

/**
 * @param keptFromMs time of the oldest entry that is kept.
 * @param nowMs files that may still be written are left alone, even when their entries are gone.
 * @returns how many files and bytes were dropped.
 */
export function dropBodies(
  disk: Disk,
  ledger: string,
  keptFromMs: number,
  nowMs: number,
): { readonly files: number; readonly bytes: number } {
  let files = 0;
  let bytes = 0;
  const names = bodyFileNames(disk, ledger);
  /** By the writer, the highest number of a file whose entries are all gone. */
  const gone = new Map<string, number>();
  for (const name of names) {
    const startMs = bodyFileStartMs(disk, ledger, name);
    if (startMs === undefined) continue;
    const endMs = startMs + bodyFileSpanMs + slackMs;
    if (endMs >= keptFromMs || endMs >= nowMs) continue;
    const [writer, number] = writerOf(name);
    gone.set(writer, Math.max(number, gone.get(writer) ?? 0));
  }
  for (const name of names) {
    // A worker goes on from file to file, also where the clock was ahead meanwhile.
    const [writer, number] = writerOf(name);
    const isGone = number <= (gone.get(writer) ?? -1);
    if (!isGone) continue;
    const path = bodyFilePath(ledger, name);
    bytes += disk.stat(path)?.size ?? 0;
    files++;
    disk.remove(path);
  }
  if (files > 0) disk.syncFolder(bodiesFolder(ledger));
  return { files, bytes };
}

function writerOf(name: string): readonly [writer: string, number: number] {
  const at = name.lastIndexOf("-");
  return [name.slice(0, at), Number(name.slice(at + 1))];
}
