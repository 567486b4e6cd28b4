/** A log in memory, as verification and export read it. */
import { signCheckpoint } from "#ledger/tree/checkpoint.ts";
import { rootOf } from "#ledger/tree/merkle-proofs.ts";
import type { NoteSigner } from "#ledger/tree/note-keys.ts";
import type { LogSource } from "#ledger/verify/log-source.ts";
import type { MemoryLog } from "./memory-log.ts";

/** @param size of the checkpoint; the log may have grown since. */
export function memorySource(
  log: MemoryLog,
  signer: NoteSigner,
  size = log.entries.length,
  segmentEntries = 65_536,
): LogSource {
  const origin = signer.verifier.name;
  const root = rootOf(size, log.hashesOf(size));
  const { entries } = log;
  const segments = Math.ceil(entries.length / segmentEntries);
  return {
    origin,
    size: entries.length,
    scan: (from, to, visit) => {
      for (let index = from; index < to; index++) {
        if (visit(index, entries[index] as Buffer) === false) return;
      }
    },
    hashTile: log.readTile,
    searchFacts: () => undefined,
    checkpoint: () => signCheckpoint({ origin, size, root }, [signer]),
    segments: () =>
      Array.from({ length: segments }, (_, n) => ({
        first: n * segmentEntries,
        count: Math.min(segmentEntries, entries.length - n * segmentEntries),
        dropped: false,
      })),
  };
}
