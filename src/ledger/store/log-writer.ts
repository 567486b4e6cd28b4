/** The writer of an open ledger: the appender, and beside it what can wait a moment. */
import { signCheckpoint } from "#ledger/tree/checkpoint.ts";
import { formatVerifier, type NoteSigner } from "#ledger/tree/note-keys.ts";
import type { Appender } from "./appender.ts";
import { separateFile, writeCheckpointFile } from "./checkpoint-store.ts";
import type { Layout } from "./layout.ts";
import type { LogTree } from "./log-tree.ts";
import type { LogOptions, LogWriter } from "./log.ts";
import { createSealing } from "./sealing.ts";

export interface WriterParts {
  readonly options: LogOptions;
  readonly layout: Layout;
  readonly signer: NoteSigner;
  readonly appender: Appender;
  readonly tree: LogTree;
  readonly release: () => void;
}

export function createLogWriter(parts: WriterParts): LogWriter {
  const { options, layout, signer, appender, tree, release } = parts;
  const { disk, log } = options;
  const origin = signer.verifier.name;
  const sealing = createSealing(disk, layout, tree, log);
  let last: { size: number; bytes: Buffer } | undefined;
  let lastMs = options.nowMs;
  return {
    get size() {
      return appender.synced;
    },
    origin,
    verifierKey: formatVerifier(signer.verifier),
    add: appender.add,
    write: appender.write,
    sync: appender.sync,
    leafHash: appender.leafHash,
    settle() {
      tree.grow(appender.synced);
      appender.prepare();
      sealing.advance();
    },
    checkpoint(nowMs) {
      if (nowMs < lastMs - 1_000) {
        const backMs = Math.round(lastMs - nowMs);
        log.warn("clock-went-back", "the clock was set back", { backMs });
      }
      lastMs = nowMs;
      tree.grow(appender.synced);
      const { size } = tree;
      if (last?.size === size) return last.bytes;
      const bytes = signCheckpoint({ origin, size, root: tree.root() }, [signer]);
      disk.makeFolder(options.checkpoints);
      // The separate one first: it must never be behind what others have seen.
      const separate = separateFile(options.checkpoints, options.name);
      for (const path of [separate, layout.checkpointFile]) writeCheckpointFile(disk, path, bytes);
      last = { size, bytes };
      return bytes;
    },
    reopen: appender.reopen,
    close() {
      appender.close();
      release();
    },
  };
}
