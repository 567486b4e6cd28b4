/** The log as the commit loop uses it; the store's writer is one. All calls are synchronous. */
export interface CommitLog {
  /** Puts an entry into the present batch. @returns its index. */
  add(bytes: Uint8Array, from: number, to: number): number;
  /** The batch to the file. Throws a `LedgerWriteError`; only `reopen` or `close` may follow. */
  write(): void;
  /** The same, of what was written to the disk. */
  sync(): void;
  /** Puts the hash of an entry of the present batch into `target` at `at`. */
  copyLeafHash(index: number, target: Buffer, at: number): void;
  /**
   * After release: hashes, sealing, room for what comes; a bounded piece of it at each call.
   *
   * @param nowMs monotonic: what has failed is not tried again at once.
   * @returns whether more of it waits.
   */
  settle(nowMs: number): boolean;
  /** Signs the tree as it is. */
  checkpoint(nowMs: number): unknown;
  /** Goes on in a new file. */
  reopen(): void;
  close(): void;
  /** Entries that are durable. */
  readonly size: number;
}
