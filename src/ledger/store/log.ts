/** What the ledger's store offers: one writer, and readers in any thread or process. */
import type { Disk } from "#base/disk.ts";
import type { Log } from "#base/log.ts";
import type { Random } from "#base/platform.ts";
import type { Processes } from "#base/processes.ts";
import type { Epoch } from "./log-file.ts";
import type { Expired, Retention } from "./retention.ts";
import type { SearchFacts } from "./search-facts.ts";

export interface LogOptions {
  /** Folder of the ledger. */
  readonly path: string;
  /** Folder of the separate checkpoints. */
  readonly checkpoints: string;
  /** The origin without its epoch. */
  readonly name: string;
  readonly disk: Disk;
  readonly random: Random;
  readonly processes: Processes;
  readonly nowMs: number;
  /** Hears of what does not keep the ledger from working. */
  readonly log: Log;
}

/** One in a process; all of it is synchronous. */
export interface LogWriter {
  /** Entries that are on the disk. */
  readonly size: number;
  /** Of the present epoch. */
  readonly origin: string;
  /** The public key of the present epoch, as C2SP signed-note writes it. */
  readonly verifierKey: string;
  /** Puts an entry into the present group; @returns its index. */
  readonly add: (bytes: Uint8Array, from: number, to: number) => number;
  /**
   * Hands the group to the operating system; the next `add` begins another one.
   *
   * @throws LedgerWriteError: what was not synced is lost and its indexes are given again. Only
   * `reopen` and `close` may follow.
   */
  readonly write: () => void;
  /** All that was written is on the disk afterwards. Throws as `write` does. */
  readonly sync: () => void;
  /** Of an entry that was added since the last `settle`. */
  readonly copyLeafHash: (index: number, target: Buffer, at: number) => void;
  /**
   * What may wait until answers are released: the tree, room for more, a slice of sealing.
   *
   * @param nowMs monotonic: what has failed is not tried again at once; undefined: it is.
   * @returns whether more of it waits.
   */
  readonly settle: (nowMs?: number) => boolean;
  /**
   * Signs the tree of what is on the disk and keeps the checkpoint here and in the separate folder.
   *
   * @throws LedgerProblem when it cannot be kept; the ledger goes on.
   */
  readonly checkpoint: (nowMs: number) => Buffer;
  /**
   * Begins the next epoch, with another key and another origin over the same tree. `describe` gives
   * the entry that tells of it, the last that the old key signs. Nothing may be added and unsynced.
   *
   * @returns the entry's index. Throws as `write` and `checkpoint` do.
   */
  readonly rotateKey: (describe: (next: NextKey) => Uint8Array) => number;
  /** Entries that are kept longer, or take more room, than is wanted; undefined: none. */
  readonly expired: (retention: Retention, nowMs: number) => Expired | undefined;
  /** Removes these entries, and what is left of any before them; their hashes stay. */
  readonly drop: (expired: Pick<Expired, "end">) => void;
  /**
   * After a failure: goes on in a new file; what was added and not synced is lost.
   *
   * @throws LedgerWriteError when that fails, too.
   */
  readonly reopen: () => void;
  /** Writes nothing more: what was added and not synced is lost. */
  readonly close: () => void;
}

export interface NextKey {
  readonly origin: string;
  /** As C2SP signed-note writes it. */
  readonly verifierKey: string;
  /** 32 bytes. */
  readonly publicKey: Buffer;
}

export interface Recovered {
  /** Whether the ledger did not exist before. */
  readonly created: boolean;
  readonly size: number;
  /** Entries that were not known to be synced and were written again. */
  readonly writtenAgain: number;
  /** Bytes behind the last good frame: of a group that was being written when the power went. */
  readonly tornBytes: number;
}

export interface SegmentInfo {
  readonly segment: number;
  /** Index of its first entry. */
  readonly first: number;
  readonly count: number;
  readonly sealed: boolean;
  /** By the entries' own times; undefined where it is not known: not sealed. */
  readonly minMs: number | undefined;
  readonly maxMs: number | undefined;
  /** Whether its entries were dropped when their time of keeping was over. */
  readonly dropped: boolean;
  /** Of its entries on the disk. */
  readonly bytes: number;
}

/** Reads only, in any thread or process, also while the writer writes. */
export interface LogReader {
  readonly origin: string;
  /** The last one signs. */
  readonly epochs: readonly Epoch[];
  /** Entries that are known to be on the disk, as of the last `refresh`. */
  readonly size: number;
  /** Takes notice of what was written since. `synced`: what the writer in this process says. */
  refresh(synced?: number): void;
  /** @throws LedgerProblem, as all that follow: no such entry, dropped, damaged. */
  entry(index: number): Buffer;
  /** In order, without those that were dropped, until `visit` returns false. */
  scan(
    from: number,
    to: number,
    visit: (index: number, bytes: Buffer) => boolean | undefined,
  ): void;
  leafHash(index: number): Buffer;
  /** The first `width` hashes of a tile of C2SP tlog-tiles. */
  readonly hashTile: (level: number, index: number, width: number) => Buffer;
  /** The last one that was signed, as of the last `refresh`; undefined: none yet. */
  checkpoint(): Buffer | undefined;
  /**
   * Index of the entry that tells what became of an exchange: of kind `exchange` or `lost`, else
   * its `intent`. An id has 32 hexadecimal digits.
   */
  findExchange(id: string): number | undefined;
  /** Indexes of all entries that name an exchange as theirs, ascending; also `read`, `erasure`. */
  findEntries(id: string): readonly number[];
  segments(): readonly SegmentInfo[];
  /** What searches go by in a segment; undefined: it is not sealed, or was dropped. */
  searchFacts(segment: number): SearchFacts | undefined;
  close(): void;
}

export interface ReaderOptions {
  readonly path: string;
  readonly disk: Disk;
  readonly processes: Processes;
}
