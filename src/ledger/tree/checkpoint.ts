/** Checkpoints (C2SP tlog-checkpoint): a signed note that says origin, size and root of a log. */
import { assert } from "#base/assert.ts";
import { isProblem, type Problem } from "#base/problem.ts";
import { decodeBase64 } from "./base64.ts";
import { hashBytes } from "./hashes.ts";
import type { NoteSigner, NoteVerifier } from "./note-keys.ts";
import { parseNote, signNote, verifyNote, type Note } from "./note.ts";
import { malformed, mismatch } from "./problems.ts";

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

export function signCheckpoint(
  { origin, size, root }: Checkpoint,
  signers: readonly NoteSigner[],
): Buffer {
  assert(isOrigin(origin), "an origin is one line of text");
  return signNote(`${origin}\n${size}\n${root.toString("base64")}\n`, signers);
}

/** Reads a checkpoint without believing it. */
export function parseCheckpoint(bytes: Uint8Array): (Checkpoint & { note: Note }) | Problem {
  const note = parseNote(bytes);
  if (isProblem(note)) return note;
  const [origin = "", size = "", root = "", ...extensions] = note.text.slice(0, -1).split("\n");
  if (!isOrigin(origin)) return malformed("checkpoint: its first line is no origin");
  if (!/^(?:0|[1-9]\d{0,15})$/.test(size) || !Number.isSafeInteger(Number(size))) {
    return malformed(`checkpoint: its second line is ${quote(size)}; expected a size`);
  }
  const hash = decodeBase64(root);
  if (hash?.length !== hashBytes) {
    return malformed(`checkpoint: its third line is ${quote(root)}; expected a hash in base64`);
  }
  if (extensions.includes("")) return malformed("checkpoint: a line of its text is empty");
  return { origin, size: Number(size), root: hash, note };
}

/**
 * Reads a checkpoint and believes it when one of the keys signed it, for the origin wanted.
 *
 * @param origin undefined: that of the key, whose name it then is.
 */
export function openCheckpoint(
  bytes: Uint8Array,
  verifiers: readonly NoteVerifier[],
  origin?: string,
): Checkpoint | Problem {
  const checkpoint = parseCheckpoint(bytes);
  if (isProblem(checkpoint)) return checkpoint;
  const fault = verifyNote(checkpoint.note, verifiers);
  if (fault !== undefined) return { ...fault, detail: `checkpoint: ${fault.detail}` };
  if (origin !== undefined && checkpoint.origin !== origin) {
    return mismatch(`the checkpoint is of ${quote(checkpoint.origin)}, not of ${quote(origin)}`);
  }
  const own = verifiers.filter(({ name }) => origin !== undefined || name === checkpoint.origin);
  if (verifyNote(checkpoint.note, own) !== undefined) {
    return mismatch(`checkpoint: none of the keys that signed it is ${quote(checkpoint.origin)}'s`);
  }
  const { size, root } = checkpoint;
  return { origin: checkpoint.origin, size, root };
}

function isOrigin(origin: string): boolean {
  return origin.length > 0 && origin.length <= 1024 && !/[\p{Cc}]/u.test(origin);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
