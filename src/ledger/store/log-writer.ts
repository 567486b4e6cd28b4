/** The writer of an open ledger: the appender, and beside it what can wait a moment. */
import { dirname, join } from "node:path";
import { assert } from "#base/assert.ts";
import { isProblem } from "#base/problem.ts";
import { parseCheckpoint, signCheckpoint } from "#ledger/tree/checkpoint.ts";
import { createSigner, formatVerifier, type NoteSigner } from "#ledger/tree/note-keys.ts";
import type { Appender } from "./appender.ts";
import {
  readCheckpointFile,
  refuseOther,
  separateFile,
  writeCheckpointFile,
} from "./checkpoint-store.ts";
import { listFolder } from "./disk-files.ts";
import { makeKey } from "./keys.ts";
import { parseSealedName, segmentEntries, type Layout } from "./layout.ts";
import { currentEpoch, originOf, writeLogFacts, type LogFacts } from "./log-file.ts";
import type { LogTree } from "./log-tree.ts";
import type { LogOptions, LogWriter } from "./log.ts";
import { isSystemError, trying } from "./problems.ts";
import { findExpired } from "./retention.ts";
import { createSealing } from "./sealing.ts";

export interface WriterParts {
  readonly options: LogOptions;
  readonly layout: Layout;
  readonly facts: LogFacts;
  readonly signer: NoteSigner;
  readonly appender: Appender;
  readonly tree: LogTree;
  readonly release: () => void;
}

/** A clock may be corrected by this much without anybody being told. */
const clockToleranceMs = 1_000;
/** Leaves that the tree takes in at one stroke, while more come: hashing stays in the caches. */
const grownAtOnce = 256;
/** From an error of the disk to the next try, of what is done ahead. */
const retryMs = 10_000;

export function createLogWriter(parts: WriterParts): LogWriter {
  const { options, layout, appender, tree, release } = parts;
  const { disk, log, random, name, checkpoints } = options;
  const sealing = createSealing(disk, layout, tree, log);
  const separate = separateFile(checkpoints, name);
  let { facts, signer } = parts;
  let last: { size: number; bytes: Buffer } | undefined;
  let lastMs = options.nowMs;
  let notBeforeMs = 0;
  let settled = -1;

  function checkpoint(): Buffer {
    tree.grow(appender.synced);
    const { size } = tree;
    if (last?.size === size) return last.bytes;
    const { name: origin } = signer.verifier;
    const bytes = signCheckpoint({ origin, size, root: tree.root() }, [signer]);
    trying(`make ${checkpoints}`, makeSeparate);
    refuseOtherSeparate();
    // The separate one first: it must never be behind what others have seen.
    for (const path of [separate, layout.checkpointFile]) writeCheckpointFile(disk, path, bytes);
    last = { size, bytes };
    return bytes;
  }

  /** Another ledger of the same name keeps its checkpoints there: each would undo the other's. */
  function refuseOtherSeparate(): void {
    const there = readCheckpointFile(disk, separate);
    if (there === undefined || last?.bytes.equals(there) === true) return;
    // Torn, it says nothing of anybody.
    if (isProblem(parseCheckpoint(there))) return;
    refuseOther(separate, there, facts.epochs, tree);
  }

  /** That there is no room ahead is noticed again, and then told, when an entry needs it. */
  function prepare(nowMs: number): void {
    if (nowMs < notBeforeMs) return;
    try {
      appender.prepare();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      notBeforeMs = nowMs + retryMs;
      log.warn("ledger-not-prepared", "no room could be made ahead for the ledger", {
        error: error.message,
      });
    }
  }

  function makeSeparate(): void {
    if (disk.stat(checkpoints) !== undefined) return;
    disk.makeFolder(checkpoints);
    disk.syncFolder(dirname(checkpoints));
  }

  function noteClock(nowMs: number): void {
    if (nowMs < lastMs - clockToleranceMs) {
      const backMs = Math.round(lastMs - nowMs);
      log.warn("clock-went-back", `the clock was set back by ${backMs} ms`, { backMs });
    }
    lastMs = nowMs;
  }

  function keepFacts(changed: LogFacts): void {
    trying(`write ${layout.logFile}`, () => writeLogFacts(disk, layout, changed));
    facts = changed;
  }

  return {
    get size() {
      return appender.synced;
    },
    get origin() {
      return signer.verifier.name;
    },
    get verifierKey() {
      return formatVerifier(signer.verifier);
    },
    add: appender.add,
    write: appender.write,
    sync: appender.sync,
    copyLeafHash: appender.copyLeafHash,
    settle(nowMs = Number.MAX_VALUE) {
      const { synced } = appender;
      if (synced - tree.size >= grownAtOnce || synced === settled) tree.grow(synced);
      settled = synced;
      prepare(nowMs);
      return sealing.advance(synced, nowMs);
    },
    checkpoint(nowMs) {
      noteClock(nowMs);
      return checkpoint();
    },
    rotateKey(describe) {
      const epoch = currentEpoch(facts).epoch + 1;
      const origin = originOf(name, epoch);
      const seed = trying("make a key", () => makeKey(disk, random, layout.keys, epoch));
      const next = createSigner(origin, seed);
      const verifierKey = formatVerifier(next.verifier);
      const entry = describe({ origin, verifierKey, publicKey: next.verifier.publicKey });
      const index = appender.add(entry, 0, entry.length);
      appender.write();
      appender.sync();
      // The old key signs that the new one takes over.
      const ended = { ...currentEpoch(facts), closing: checkpoint().toString("utf8") };
      const begun = { epoch, origin, from: appender.synced, verifierKey };
      keepFacts({ ...facts, epochs: [...facts.epochs.slice(0, -1), ended, begun] });
      signer = next;
      last = undefined;
      checkpoint();
      return index;
    },
    expired: (retention, nowMs) =>
      trying("look for what has expired", () =>
        findExpired(
          disk,
          layout,
          { keptFrom: facts.keptFrom, sealed: tree.sealed },
          retention,
          nowMs,
        ),
      ),
    drop({ end }) {
      const keptFrom = end / segmentEntries;
      assert(
        Number.isInteger(keptFrom) && keptFrom <= tree.sealed,
        "only sealed segments are dropped",
      );
      // Said first: what is still there after a crash is removed at the next start.
      if (keptFrom > facts.keptFrom) keepFacts({ ...facts, keptFrom });
      const files = trying(`read ${layout.segments}`, () => listFolder(disk, layout.segments));
      for (const file of files) {
        const segment = parseSealedName(file);
        if (segment === undefined || segment >= facts.keptFrom) continue;
        trying(`remove ${file}`, () => disk.remove(join(layout.segments, file)));
      }
    },
    reopen: appender.reopen,
    close() {
      appender.close();
      release();
    },
  };
}
