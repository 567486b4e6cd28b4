/**
 * The last checkpoints of epochs that are over, and the keys that they lead to: the last entry
 * below each names the key that signs from then on.
 */
import { isProblem } from "#base/problem.ts";
import { decodeEntry } from "#ledger/entry/decode-entry.ts";
import type { DecodedEntry } from "#ledger/entry/entry.ts";
import { LedgerProblem } from "#ledger/store/problems.ts";
import type { LogFacts } from "#ledger/store/log-file.ts";
import type { LogReader } from "#ledger/store/log.ts";
import { openCheckpoint } from "#ledger/tree/checkpoint.ts";
import { parseVerifier, type NoteVerifier } from "#ledger/tree/note-keys.ts";
import type { FoundCheckpoint } from "#ledger/verify/verify-log.ts";

export interface Succession {
  /** Signed by keys that are believed; the ledger is to be held to them. */
  readonly checkpoints: readonly FoundCheckpoint[];
  /** Those that are believed, and all that they name in turn, as far as the ledger is whole. */
  readonly verifiers: readonly NoteVerifier[];
  /** Those that were not believed before. */
  readonly named: readonly NoteVerifier[];
}

/** @param believed keys to begin with. @param place of log.json, for messages. */
export function followKeys(
  reader: LogReader,
  { epochs }: LogFacts,
  believed: readonly NoteVerifier[],
  place: string,
): Succession {
  const checkpoints: FoundCheckpoint[] = [];
  const named: NoteVerifier[] = [];
  for (const [at, { epoch, closing }] of epochs.entries()) {
    const next = epochs[at + 1];
    if (closing === undefined || next === undefined) continue;
    const bytes = Buffer.from(closing);
    const verifiers = [...believed, ...named];
    const checkpoint = openCheckpoint(bytes, verifiers);
    // Of a key that nobody believes it says nothing, neither good nor bad.
    if (isProblem(checkpoint)) continue;
    checkpoints.push({ place: `${place}, end of epoch ${epoch}`, bytes });
    const successor = parseVerifier(next.verifierKey);
    if (isProblem(successor) || verifiers.some((one) => isSame(one, successor))) continue;
    if (names(reader, checkpoint.size - 1, successor)) named.push(successor);
  }
  return { checkpoints, verifiers: [...believed, ...named], named };
}

function names(reader: LogReader, index: number, { name, publicKey }: NoteVerifier): boolean {
  const [found] = reader.segments().filter(({ first, count }) => {
    return index >= first && index < first + count;
  });
  if (found === undefined || found.dropped || index >= reader.size) return false;
  const entry = entryAt(reader, index);
  if (entry?.kind !== "key") return false;
  return entry.origin === name && entry.publicKey === publicKey.toString("hex");
}

/** Undefined: it is damaged, which is told with its place when all is verified. */
function entryAt(reader: LogReader, index: number): DecodedEntry | undefined {
  try {
    return decodeEntry(reader.entry(index));
  } catch (error) {
    if (error instanceof LedgerProblem) return undefined;
    throw error;
  }
}

function isSame(one: NoteVerifier, other: NoteVerifier): boolean {
  return one.name === other.name && one.publicKey.equals(other.publicKey);
}
