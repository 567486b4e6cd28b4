/**
 * Where signed checkpoints are kept: in the ledger's folder for readers, and in a separate folder,
 * which notices when the ledger was set back or another one was put in its place.
 */
import { join } from "node:path";
import type { Disk } from "#base/disk.ts";
import { isProblem } from "#base/problem.ts";
import { parseCheckpoint, type Checkpoint } from "#ledger/tree/checkpoint.ts";
import { rootOf } from "#ledger/tree/merkle-proofs.ts";
import { parseVerifier } from "#ledger/tree/note-keys.ts";
import { verifyNote } from "#ledger/tree/note.ts";
import { hashesFromTiles } from "#ledger/tree/tile-hashes.ts";
import { readFile, replaceFile } from "./disk-files.ts";
import type { Epoch } from "./log-file.ts";
import type { LogTree } from "./log-tree.ts";
import { damaged, LedgerProblem, problems, trying } from "./problems.ts";

const bytesMax = 64 * 1024;
const putBack =
  "Put back the ledger that was signed. If it is lost, keep that file as evidence elsewhere and " +
  "start a ledger of another name in an empty folder. Nothing was changed";

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

/**
 * @param bytes of a stored checkpoint, which is to be of what this ledger was once.
 * @param epochs of the ledger; undefined: there is none yet, so that no key can be asked.
 */
export function refuseOther(
  path: string,
  bytes: Buffer,
  epochs: readonly Epoch[] | undefined,
  tree: LogTree,
): void {
  const stored = openStored(path, bytes, epochs);
  const isInside = stored.size <= tree.size;
  const root = isInside
    ? rootOf(stored.size, hashesFromTiles(stored.size, tree.readTile))
    : undefined;
  refuseRollback(path, stored, { size: tree.size, root: tree.root() }, root);
}

/**
 * A stored checkpoint that this ledger has signed.
 *
 * @param epochs of the ledger; undefined: there is none yet, so that no key can be asked.
 */
function openStored(path: string, bytes: Buffer, epochs: readonly Epoch[] | undefined): Checkpoint {
  const parsed = parseCheckpoint(bytes);
  if (isProblem(parsed)) throw damaged(`${path}: ${parsed.detail}`);
  if (epochs === undefined) return parsed;
  const epoch = epochs.find(({ origin }) => origin === parsed.origin);
  if (epoch === undefined) {
    const known = epochs.map(({ origin }) => origin).join(", ");
    const detail =
      `${path} was signed at ${sizeAndRoot(parsed)} by ${parsed.origin}, but the ledger knows ` +
      `only of ${known}: it was set back behind a change of its key, or exchanged. ${putBack}`;
    throw new LedgerProblem(problems["ledger-rolled-back"](detail));
  }
  const verifier = parseVerifier(epoch.verifierKey);
  const fault = isProblem(verifier) ? verifier : verifyNote(parsed.note, [verifier]);
  if (fault !== undefined) throw damaged(`${path} was not signed by this ledger: ${fault.detail}`);
  return parsed;
}

/** @param root of the log at the checkpoint's size; undefined: the log is shorter. */
function refuseRollback(
  path: string,
  stored: Checkpoint,
  log: { readonly size: number; readonly root: Buffer },
  root: Buffer | undefined,
): void {
  if (root?.equals(stored.root) === true) return;
  const found =
    root === undefined
      ? sizeAndRoot(log)
      : `at size ${stored.size} the root ${root.toString("base64")}`;
  const detail =
    `${path} was signed at ${sizeAndRoot(stored)}, but the ledger has ${found}: it was set back, ` +
    `cut off or exchanged. ${putBack}`;
  throw new LedgerProblem(problems["ledger-rolled-back"](detail));
}

function sizeAndRoot({ size, root }: { readonly size: number; readonly root: Buffer }): string {
  return `size ${size}, root ${root.toString("base64")}`;
}
