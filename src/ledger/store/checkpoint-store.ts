/**
 * Where signed checkpoints are kept: in the ledger's folder for readers, and in a separate folder,
 * which notices when the ledger was set back or another one was put in its place.
 */
import { join } from "node:path";
import type { Disk } from "#base/disk.ts";
import { isProblem } from "#base/problem.ts";
import { parseCheckpoint, type Checkpoint } from "#ledger/tree/checkpoint.ts";
import { readFile, replaceFile } from "./disk-files.ts";
import { damaged, LedgerProblem, problems, trying } from "./problems.ts";

const bytesMax = 64 * 1024;

/** In the separate folder, which may hold those of other ledgers, too. */
export function separateFile(folder: string, name: string): string {
  return join(folder, `${name.replaceAll("/", "+")}.checkpoint`);
}

export function readCheckpointFile(disk: Disk, path: string): Buffer | undefined {
  return trying(`read ${path}`, () => readFile(disk, path, bytesMax));
}

export function writeCheckpointFile(disk: Disk, path: string, content: Uint8Array): void {
  trying(`write ${path}`, () => replaceFile(disk, path, content));
}

/** Not believed yet: whose it is has to be checked by its origin and signature. */
export function parseStored(path: string, bytes: Buffer): ReturnType<typeof parse> {
  return parse(path, bytes);
}

function parse(path: string, bytes: Buffer) {
  const checkpoint = parseCheckpoint(bytes);
  if (isProblem(checkpoint)) throw damaged(`${path}: ${checkpoint.detail}`);
  return checkpoint;
}

/** @param root of the log at the checkpoint's size; undefined: the log is shorter. */
export function refuseRollback(
  path: string,
  stored: Checkpoint,
  log: { readonly size: number; readonly root: Buffer },
  root: Buffer | undefined,
): void {
  if (root?.equals(stored.root) === true) return;
  const signed = `size ${stored.size}, root ${stored.root.toString("base64")}`;
  const found =
    root === undefined
      ? `size ${log.size}, root ${log.root.toString("base64")}`
      : `at size ${stored.size} the root ${root.toString("base64")}`;
  const detail =
    `${path} was signed at ${signed}, but the ledger has ${found}: it was set back, cut off or ` +
    "exchanged. Put back the ledger that was signed. If it is lost, keep that file as evidence " +
    "elsewhere and start a ledger of another name in an empty folder. Nothing was changed";
  throw new LedgerProblem(problems["ledger-rolled-back"](detail));
}
